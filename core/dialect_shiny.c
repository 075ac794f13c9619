/* Shiny's own conversation, as R's httpuv and Shiny for Python speak it on /websocket/.
 *
 * What a message carries is the set of outputs that it updates: R may send them in one message or
 * in three, and a value or an error of an output answers the same question.  Messages about the
 * computing itself (busy, progress, recalculating) are noise; idle comes before the values that it
 * stands for, so it cannot end a wait. */
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/dialect_parts.h"

static const char *const noise_keys[] = {"busy", "progress", "recalculating", "recalculated",
                                         "reactlog"};
static const char *const optional_keys[] = {"frozen", "notification", "allowReconnect"};

static bool has_any(json_t *json, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (json_object_get(json, keys[i]))
            return true;
    }
    return false;
}

/* "channel 1 output" and the like; "" channel for the app itself. */
static int add_part(struct message *m, const char *channel, const char *prefix, const char *name)
{
    char full[64];

    snprintf(full, sizeof(full), "%s%s%s", channel, *channel ? " " : "", prefix);
    return message_add_part(m, full, name);
}

static int add_outputs(struct message *m, json_t *outputs, const char *channel)
{
    const char *name;
    json_t *value;
    int rc = 0;

    json_object_foreach(outputs, name, value)
    {
        if (rc == 0)
            rc = add_part(m, channel, "output", name);
    }
    return rc;
}

static int add_inputs(struct message *m, json_t *inputs, const char *channel)
{
    int rc = 0;

    for (size_t i = 0; i < json_array_size(inputs) && rc == 0; i++) {
        const char *id = json_string_value(json_object_get(json_array_get(inputs, i), "id"));

        if (id)
            rc = add_part(m, channel, "input", id);
    }
    return rc;
}

static int add_keys(struct message *m, json_t *json, const char *channel)
{
    const char *key;
    json_t *value;
    int rc = 0;

    json_object_foreach(json, key, value)
    {
        if (rc < 0)
            break;
        if (strcmp(key, "values") == 0 || strcmp(key, "errors") == 0)
            rc = add_outputs(m, value, channel);
        else if (strcmp(key, "inputMessages") == 0)
            rc = add_inputs(m, value, channel);
        else if (strcmp(key, "custom") == 0)
            rc = add_part(m, channel, "custom", json_object_iter_key(json_object_iter(value)));
        else
            rc = add_part(m, channel, key, NULL);
    }
    return rc;
}

static bool is_reactlog(json_t *json)
{
    json_t *custom = json_object_get(json, "custom");

    return json_object_size(custom) == 1 && json_object_get(custom, "reactlog");
}

static int learn(struct message *m, const char *name, json_t *value)
{
    return json_is_string(value) ? values_set(&m->learnt, name, json_string_value(value)) : 0;
}

static int read_config(struct message *m, json_t *config)
{
    m->kind = MESSAGE_INIT;
    return learn(m, "SESSION", json_object_get(config, "sessionId"));
}

static int read_upload(struct message *m, json_t *value)
{
    m->kind = MESSAGE_BEGIN_UPLOAD;
    if (learn(m, "UPLOAD_JOB_ID", json_object_get(value, "jobId")) < 0)
        return -E_NOMEM;
    return learn(m, "UPLOAD_URL", json_object_get(value, "uploadUrl"));
}

int shiny_read_json(struct message *m, json_t *json, const char *channel)
{
    json_t *config = json_object_get(json, "config");
    json_t *upload = json_object_get(json_object_get(json, "response"), "value");
    int rc;

    if (has_any(json, noise_keys, sizeof(noise_keys) / sizeof(noise_keys[0])) || is_reactlog(json))
        return 0;
    rc = add_keys(m, json, channel);
    if (rc < 0 || (!m->part_count && json_is_object(json)))
        return rc; /* an empty values message says nothing */
    if (m->kind == MESSAGE_NOISE || m->kind == MESSAGE_OPTIONAL) /* of several: the weightiest */
        m->kind = has_any(json, optional_keys, sizeof(optional_keys) / sizeof(optional_keys[0]))
                      ? MESSAGE_OPTIONAL
                      : MESSAGE_DATA;
    if (config && !*channel)
        return read_config(m, config);
    if (json_object_get(upload, "jobId"))
        return read_upload(m, upload);
    return m->part_count ? 0 : message_add_part(m, "message", NULL);
}

static int shiny_read(struct message *m, const char *text, size_t len)
{
    json_t *json = json_loadb(text, len, JSON_ALLOW_NUL, NULL);
    int rc;

    if (!json) {
        m->kind = MESSAGE_DATA;
        return message_add_part(m, "message", NULL);
    }
    rc = shiny_read_json(m, json, "");
    json_decref(json);
    return rc;
}

const struct dialect dialect_shiny = {
    .name = "shiny",
    .target_type = "R/Shiny",
    .read = shiny_read,
};
