/* SockJS frames, and inside them the channels of Shiny Server, Shiny Server Pro and Connect:
 * a["HEX#CHANNEL|m|JSON"] from the server, ["HEX#CHANNEL|m|JSON"] to it.
 *
 * Numbers are stripped before anything is compared: they depend on how many noise messages came
 * between.  They count for one thing: a client owes an ACK with the first number that it has not
 * seen, 2.00 s after the first message since its last ACK; the server keeps what nobody ACKed.
 * What is no message of the app is told as {"@sockjs":"open"}, {"@sockjs":"ack"} or
 * {"@sockjs":"close","code":4503,"reason":"..."}.
 * Source: shiny-server-client lib/sockjs.js, common/message-builder.js and message-receiver.js;
 * SockJS protocol 0.3. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/codec.h"
#include "core/units.h"

#define ACK_AFTER_US (2 * US_PER_S)
/* A number of more digits is none: the server counts from 0. */
#define NUMBER_DIGITS 15

struct sockjs_state {
    uint64_t next;      /* the first number not seen */
    bool unacked;       /* a message came since the last ACK, */
    int64_t ack_due_us; /* which is due then */
    bool resumed;       /* the server said CONTINUE: so must we, at once */
    int64_t resumed_us;
    bool numbered;     /* the client numbers its messages, */
    uint64_t own_next; /* and the next one has this */
};

/* "1F#0|m|PAYLOAD", "0|m|PAYLOAD" */
struct envelope {
    bool numbered;
    uint64_t number;
    const char *channel;
    size_t channel_len;
    char letter; /* o: open, m: message, c: close */
    const char *payload;
    size_t payload_len;
};

static size_t span(const char *at, const char *end, int (*accepts)(int))
{
    size_t n = 0;

    while (at + n < end && accepts((unsigned char)at[n]))
        n++;
    return n;
}

static uint64_t hex_number(const char *at, size_t digits)
{
    char text[NUMBER_DIGITS + 1];

    memcpy(text, at, digits);
    text[digits] = 0;
    return strtoull(text, NULL, 16);
}

static bool open_envelope(const char *text, size_t len, struct envelope *e)
{
    const char *end = text + len;
    const char *at = text;
    size_t digits = span(at, end, isxdigit);

    *e = (struct envelope){0};
    if (at + digits < end && at[digits] == '#') {
        e->numbered = digits > 0 && digits <= NUMBER_DIGITS;
        e->number = e->numbered ? hex_number(at, digits) : 0;
        at += digits + 1;
    }
    e->channel = at;
    e->channel_len = span(at, end, isdigit);
    at += e->channel_len;
    if (!e->channel_len || end - at < 3 || at[0] != '|' || at[2] != '|')
        return false;
    e->letter = at[1];
    e->payload = at + 3;
    e->payload_len = (size_t)(end - e->payload);
    return true;
}

static int tell(const struct codec_sink *sink, json_t *json, const char *channel)
{
    int rc = json ? sink->document(sink->user, json, channel) : -E_NOMEM;

    json_decref(json);
    return rc;
}

static int tell_word(const struct codec_sink *sink, const char *word, const char *channel)
{
    return tell(sink, json_pack("{s:s}", "@sockjs", word), channel);
}

static int tell_close(const struct codec_sink *sink, json_t *code, json_t *reason,
                      const char *channel)
{
    const char *why = json_string_value(reason);

    return tell(sink,
                json_pack("{s:s, s:I, s:s}", "@sockjs", "close", "code", json_integer_value(code),
                          "reason", why ? why : ""),
                channel);
}

/* 7#0|c|{"code":4503,"reason":"..."}: the app has ended, and no close frame will follow. */
static int tell_channel_close(const struct codec_sink *sink, const struct envelope *e,
                              const char *channel)
{
    json_t *json = json_loadb(e->payload, e->payload_len, 0, NULL);
    int rc =
        tell_close(sink, json_object_get(json, "code"), json_object_get(json, "reason"), channel);

    json_decref(json);
    return rc;
}

static int tell_payload(const struct codec_frame *frame, const struct codec_sink *sink,
                        const struct envelope *e, const char *channel)
{
    json_t *json = json_skim(e->payload, e->payload_len, 0, frame->wanted);
    int rc = sink->document(sink->user, json, channel);

    json_decref(json);
    return rc;
}

static void count(struct sockjs_state *s, const struct envelope *e, int64_t now_us)
{
    if (!s || !e->numbered)
        return;
    s->next = e->number + 1;
    if (!s->unacked)
        s->ack_due_us = now_us + ACK_AFTER_US;
    s->unacked = true;
}

static bool begins_with(const char *text, size_t len, const char *with)
{
    return len >= strlen(with) && memcmp(text, with, strlen(with)) == 0;
}

static int read_reflex(const struct codec_frame *frame, struct sockjs_state *s, bool resumes,
                       const struct codec_sink *sink)
{
    if (frame->from_client)
        return tell_word(sink, "ack", "");
    if (s && resumes) {
        s->resumed = true;
        s->resumed_us = frame->now_us;
    }
    return 0;
}

/* One string of an array. */
static int read_item(const struct codec_frame *frame, struct sockjs_state *s, const char *text,
                     size_t len, const struct codec_sink *sink)
{
    char channel[24] = "";
    struct envelope e;
    bool resumes = begins_with(text, len, "CONTINUE ");

    if (resumes || begins_with(text, len, "ACK "))
        return read_reflex(frame, s, resumes, sink);
    if (!open_envelope(text, len, &e))
        return 0;
    if (!frame->from_client)
        count(s, &e, frame->now_us);
    if (e.channel_len != 1 || e.channel[0] != '0')
        snprintf(channel, sizeof(channel), "%.*s", (int)e.channel_len, e.channel);
    if (e.letter == 'o')
        return frame->from_client ? tell_word(sink, "open", channel) : 0;
    if (e.letter == 'c')
        return tell_channel_close(sink, &e, channel);
    return tell_payload(frame, sink, &e, channel);
}

static int read_items(const struct codec_frame *frame, struct sockjs_state *s, json_t *array,
                      const struct codec_sink *sink)
{
    size_t n = json_array_size(array);
    int rc = 0;

    for (size_t i = 0; i < n && rc == 0; i++) {
        json_t *item = json_array_get(array, i);

        if (json_is_string(item))
            rc = read_item(frame, s, json_string_value(item), json_string_length(item), sink);
    }
    return rc;
}

static json_t *load_array(const char *text, size_t len)
{
    json_t *json = json_loadb(text, len, JSON_ALLOW_NUL, NULL);

    if (json_is_array(json))
        return json;
    json_decref(json);
    return NULL;
}

/* ["..."], which is what nearly every frame is: its string, or NULL.  Blanks are not looked for. */
static const char *read_single(const char *text, size_t len, struct buf *string)
{
    size_t n =
        len > 2 && begins_with(text, len, "[\"") ? json_skim_string(text + 2, len - 2, string) : 0;

    return n && 2 + n + 1 == len && text[2 + n] == ']' ? string->data : NULL;
}

static int read_array(const struct codec_frame *frame, struct sockjs_state *s, json_t *array,
                      const struct codec_sink *sink)
{
    bool closes = !frame->from_client && frame->data[0] == 'c';

    if (!array)
        return sink->document(sink->user, NULL, "");
    return closes ? tell_close(sink, json_array_get(array, 0), json_array_get(array, 1), "")
                  : read_items(frame, s, array, sink);
}

/* Behind the frame's letter. */
static int read_strings(const struct codec_frame *frame, struct sockjs_state *s, size_t skip,
                        const struct codec_sink *sink)
{
    const char *text = frame->data + skip;
    size_t len = frame->len - skip;
    struct buf string;
    const char *single = NULL;
    json_t *array;
    int rc;

    buf_init(&string, CODEC_BYTES_MAX);
    if (frame->from_client || frame->data[0] == 'a')
        single = read_single(text, len, &string);
    if (string.failed) {
        rc = -E_NOMEM;
    } else if (single) {
        rc = read_item(frame, s, single, string.len, sink);
    } else {
        array = load_array(text, len);
        rc = read_array(frame, s, array, sink);
        json_decref(array);
    }
    buf_release(&string);
    return rc;
}

/* o, h, a[...] and c[...]; a client sends [...] only. */
static int decode(const struct codec_frame *frame, void *state, const struct codec_sink *sink)
{
    char letter = frame->len && !frame->from_client ? frame->data[0] : 0;
    size_t skip = frame->from_client ? 0 : 1;

    if (frame->len == 1 && letter == 'h')
        return 0;
    if (frame->len == 1 && letter == 'o')
        return tell_word(sink, "open", "");
    if (frame->len > skip && (frame->from_client || letter == 'a' || letter == 'c'))
        return read_strings(frame, state, skip, sink);
    return sink->document(sink->user, NULL, "");
}

static int64_t due_us(const void *state)
{
    const struct sockjs_state *s = state;

    if (s->resumed)
        return s->resumed_us;
    return s->unacked ? s->ack_due_us : INT64_MAX;
}

/* CONTINUE says the same as an ACK does, so it is one. */
static int owe(void *state, int64_t now_us, struct buf *out)
{
    struct sockjs_state *s = state;
    const char *word = s->resumed ? "CONTINUE" : "ACK";

    if (due_us(s) > now_us)
        return 0;
    s->resumed = s->unacked = false;
    return buf_addf(out, "[\"%s %" PRIX64 "\"]", word, s->next) < 0 ? -E_NOMEM : 1;
}

/* ["1F#0|m|..."]: one string an array, always. */
static void sent(void *state, const char *data, size_t len)
{
    struct sockjs_state *s = state;
    struct envelope e;

    if (len < 2 || !begins_with(data, len, "[\"") || !open_envelope(data + 2, len - 2, &e))
        return;
    s->numbered = e.numbered;
    s->own_next = e.number + 1;
}

/* The server ends the app's session at once; it keeps one for 15 s that is only gone. */
static int leave(const void *state, struct buf *out)
{
    const struct sockjs_state *s = state;
    char number[NUMBER_DIGITS + 2] = "";

    if (s->numbered)
        snprintf(number, sizeof(number), "%" PRIX64 "#", s->own_next);
    return buf_addf(out, "[\"%s0|c|{\\\"code\\\":1000,\\\"reason\\\":\\\"\\\"}\"]", number) < 0
               ? -E_NOMEM
               : 1;
}

/* Only CONTINUE makes use of it: a new session counts from 0 again. */
static void resume(void *state, const void *before)
{
    struct sockjs_state *s = state;

    s->next = ((const struct sockjs_state *)before)->next;
}

const struct codec codec_sockjs = {
    .name = "sockjs",
    .text = true,
    .state_bytes = sizeof(struct sockjs_state),
    .decode = decode,
    .due_us = due_us,
    .owe = owe,
    .sent = sent,
    .leave = leave,
    .resume = resume,
};
