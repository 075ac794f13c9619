/* Shiny behind Shiny Server, Shiny Server Pro or Connect: the same messages inside SockJS frames
 * and a multiplexed, numbered channel: a["HEX#CHANNEL|m|JSON"].
 *
 * Numbers are stripped before anything is compared: they depend on how many noise messages came
 * between.  Source: shiny-server-client lib/sockjs.js, common/message-builder.js; SockJS protocol
 * 0.3. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/dialect_parts.h"

#define REASON_MAX 300

/* Where a frame's payload begins: behind "1F#0|m|", "0|m|" or the like; NULL when it has no such
 * form.  The channel's digits are lent by *channel, the letter between the bars is *letter. */
static const char *skip_envelope(const char *text, const char **channel, char *letter)
{
    const char *at = text;
    const char *hash;

    while (isxdigit((unsigned char)*at))
        at++;
    hash = *at == '#' ? at : NULL;
    at = hash ? hash + 1 : text;
    *channel = at;
    while (isdigit((unsigned char)*at))
        at++;
    if (at == *channel || at[0] != '|' || !at[1] || at[2] != '|')
        return NULL;
    *letter = at[1];
    return at + 3;
}

static int set_reason(struct message *m, long code, const char *why)
{
    char text[REASON_MAX];

    m->kind = MESSAGE_GONE;
    snprintf(text, sizeof(text), "the server ended the session: code %ld %s", code, why ? why : "");
    free(m->reason);
    m->reason = strdup(text);
    return m->reason ? 0 : -E_NOMEM;
}

/* 7#0|c|{"code":4503,"reason":"..."}: the app has ended, and no close frame will follow. */
static int read_channel_close(struct message *m, const char *payload)
{
    json_t *json = json_loads(payload, 0, NULL);
    int rc = set_reason(m, (long)json_integer_value(json_object_get(json, "code")),
                        json_string_value(json_object_get(json, "reason")));

    json_decref(json);
    return rc;
}

static int read_payload(struct message *m, const char *payload, const char *channel)
{
    char label[32] = "";
    json_t *json = json_loads(payload, JSON_ALLOW_NUL, NULL);
    int rc;

    if (strncmp(channel, "0|", 2) != 0)
        snprintf(label, sizeof(label), "channel %.*s", (int)strspn(channel, "0123456789"), channel);
    if (!json) {
        m->kind = MESSAGE_DATA;
        return message_add_part(m, "message", NULL);
    }
    rc = shiny_read_json(m, json, label);
    json_decref(json);
    return rc;
}

/* One string of an a[...] frame. */
static int read_item(struct message *m, const char *text)
{
    const char *channel;
    const char *payload;
    char letter = 0;

    if (strncmp(text, "ACK ", 4) == 0 || strncmp(text, "CONTINUE ", 9) == 0)
        return 0;
    payload = skip_envelope(text, &channel, &letter);
    if (!payload || letter == 'o')
        return 0;
    if (letter == 'c')
        return strncmp(channel, "0|", 2) == 0 ? read_channel_close(m, payload) : 0;
    return read_payload(m, payload, channel);
}

static int read_array(struct message *m, json_t *array)
{
    int rc = 0;

    /* what follows the session's end belongs to nobody */
    for (size_t i = 0; i < json_array_size(array) && rc == 0 && m->kind != MESSAGE_GONE; i++) {
        const char *text = json_string_value(json_array_get(array, i));

        if (text)
            rc = read_item(m, text);
    }
    return rc;
}

/* c[3000,"No response from heartbeat"] */
static int read_close(struct message *m, json_t *array)
{
    return set_reason(m, (long)json_integer_value(json_array_get(array, 0)),
                      json_string_value(json_array_get(array, 1)));
}

static int sockjs_read(struct message *m, const char *text, size_t len)
{
    json_t *array;
    int rc;

    if (len == 1 && text[0] == 'h')
        return 0;
    if (len == 1 && text[0] == 'o') {
        m->kind = MESSAGE_DATA;
        return message_add_part(m, "open", NULL);
    }
    array = len > 1 ? json_loadb(text + 1, len - 1, JSON_ALLOW_NUL, NULL) : NULL;
    if (!array || (text[0] != 'a' && text[0] != 'c')) {
        json_decref(array);
        m->kind = MESSAGE_DATA;
        return message_add_part(m, "message", NULL);
    }
    rc = text[0] == 'a' ? read_array(m, array) : read_close(m, array);
    json_decref(array);
    return rc;
}

static bool send_is_noise(const char *text, size_t len)
{
    return (len > 5 && memcmp(text, "[\"ACK ", 6) == 0) ||
           (len > 10 && memcmp(text, "[\"CONTINUE ", 11) == 0);
}

const struct dialect dialect_sockjs = {
    .name = "sockjs",
    .target_type = "Shiny Server or Shiny Server Pro",
    .read = sockjs_read,
    .send_is_noise = send_is_noise,
};
