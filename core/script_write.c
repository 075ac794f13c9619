#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/base64.h"
#include "core/script.h"
#include "core/units.h"

int script_write_header(struct buf *out, unsigned version, const char *target_url,
                        const char *target_type, const char *dialect)
{
    buf_addf(out, "# version: %u\n# target_url: %s\n# target_type: %s\n# dialect: %s\n", version,
             target_url, target_type, dialect);
    return out->failed ? -E_NOMEM : 0;
}

/* A JSON string, as jansson writes it; text that is no UTF-8 becomes one U+FFFD. */
static int add_string(struct buf *out, const char *text, size_t len)
{
    json_t *value = json_stringn(text, len);
    char *dumped;
    int rc;

    if (!value)
        return buf_adds(out, "\"\xEF\xBF\xBD\"");
    dumped = json_dumps(value, JSON_ENCODE_ANY);
    rc = dumped ? buf_adds(out, dumped) : -E_NOMEM;
    free(dumped);
    json_decref(value);
    return rc;
}

static void add_text(struct buf *out, const char *key, const char *text, size_t len)
{
    buf_addf(out, ",\"%s\":", key);
    if (add_string(out, text, len) < 0)
        out->failed = true;
}

static void add_time(struct buf *out, const char *key, int64_t us)
{
    char utc[UTC_TEXT];

    buf_addf(out, ",\"%s\":\"%s\"", key, utc_format(us, utc));
}

static void add_binary(struct buf *out, const struct step *step)
{
    buf_adds(out, ",\"message_base64\":\"");
    if (base64_encode(out, step->message, step->message_bytes) < 0)
        out->failed = true;
    buf_adds(out, "\"");
}

static void add_headers(struct buf *out, const char *const *headers)
{
    buf_adds(out, ",\"headers\":[");
    for (size_t i = 0; headers[i]; i++) {
        if (i)
            buf_addc(out, ',');
        if (add_string(out, headers[i], strlen(headers[i])) < 0)
            out->failed = true;
    }
    buf_addc(out, ']');
}

static void add_fields(struct buf *out, const struct step *step)
{
    if (step->type == STEP_REQ)
        add_text(out, "method", step->method, strlen(step->method));
    if (step_is_request(step))
        buf_addf(out, ",\"status\":%d", step->status);
    if (step->url)
        add_text(out, "url", step->url, strlen(step->url));
    if (step->message && !step->binary)
        add_text(out, "message", step->message, step->message_bytes);
    if (step->datafile)
        add_text(out, "datafile", step->datafile, strlen(step->datafile));
}

/* Fields that only we know come last, so that a person sees the shared ones first. */
static void add_own_fields(struct buf *out, const struct step *step, int64_t begin, int64_t end)
{
    buf_addf(out, ",\"begin_us\":%d", (int)(begin % 1000));
    if (step_is_request(step) || end != begin)
        buf_addf(out, ",\"end_us\":%d", (int)(end % 1000));
    if (!step_is_request(step) && step->socket)
        buf_addf(out, ",\"socket\":%u", step->socket);
    if (step->binary)
        add_binary(out, step);
    if (step->headers && step->headers[0])
        add_headers(out, step->headers);
}

int step_write(struct buf *out, const struct step *step, int64_t begin_wall_us)
{
    int64_t begin = begin_wall_us + step->begin_us;
    int64_t end = begin_wall_us + step->end_us;

    buf_addf(out, "{\"type\":\"%s\"", step_type_name(step->type));
    add_time(out, "begin", begin);
    if (step_is_request(step) || end != begin)
        add_time(out, "end", end);
    add_fields(out, step);
    add_own_fields(out, step, begin, end);
    buf_adds(out, "}\n");
    return out->failed ? -E_NOMEM : 0;
}

unsigned step_version(const struct step *step)
{
    return step->type == STEP_REQ || step->binary || step->socket > 0 ? 2 : 1;
}
