#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base64.h"
#include "core/json_text.h"
#include "core/placeholder.h"
#include "core/script.h"
#include "core/units.h"

int script_write_header(struct buf *out, unsigned version, const char *target_url,
                        const char *target_type, const char *dialect)
{
    buf_addf(out, "# version: %u\n# target_url: %s\n# target_type: %s\n", version, target_url,
             target_type);
    if (*dialect)
        buf_addf(out, "# dialect: %s\n", dialect);
    return out->failed ? -E_NOMEM : 0;
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

static void add_text(struct buf *out, const char *key, const char *text)
{
    if (text)
        json_text_field(out, key, text, strlen(text));
}

static void add_extracts(struct buf *out, const struct step *step)
{
    buf_adds(out, ",\"extract\":[");
    for (size_t i = 0; i < step->extract_count; i++) {
        json_t *json = extraction_write(&step->extracts[i]);

        if (i)
            buf_addc(out, ',');
        json_text_value(out, json);
        json_decref(json);
    }
    buf_addc(out, ']');
}

static void add_fields(struct buf *out, const struct step *step)
{
    if (step->type == STEP_REQ)
        add_text(out, "method", step->method);
    if (step_is_request(step))
        buf_addf(out, ",\"status\":%d", step->status);
    add_text(out, "url", step->url);
    if (step->message && !step->binary)
        json_text_field(out, "message", step->message, step->message_bytes);
    add_text(out, "datafile", step->datafile);
}

static void add_close(struct buf *out, const struct step *step)
{
    if (step->from_server)
        buf_adds(out, ",\"from_server\":true");
    if (step->code)
        buf_addf(out, ",\"close_code\":%u", step->code);
    add_text(out, "close_reason", step->reason);
}

static void add_answer(struct buf *out, const struct step *step)
{
    if (step->body_expand)
        buf_adds(out, ",\"expand\":true");
    if (step->bytes)
        buf_addf(out, ",\"bytes\":%" PRIu64, step->bytes);
    if (step->left)
        buf_adds(out, ",\"left\":true");
    if (step->named)
        buf_adds(out, ",\"named\":true");
    add_text(out, "until", step->until);
    if (step->poll)
        buf_addf(out, ",\"poll\":%s,\"poll_every_ms\":%" PRId64, step->poll,
                 step->poll_every_us / US_PER_MS);
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
        json_text_list(out, "headers", step->headers);
    if (step_is_request(step))
        add_answer(out, step);
    if (step->type == STEP_WS_CLOSE)
        add_close(out, step);
    if (step->extract_count)
        add_extracts(out, step);
    add_text(out, "mark", step->mark);
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

/* shinycannon fills in its own seven names, and only plainly. */
static bool has_new_placeholder(const char *text, size_t len)
{
    const char *end = text + len;
    struct placeholder p;

    while (text < end && placeholder_find(text, (size_t)(end - text), &p)) {
        if (p.coding != CODING_NONE || p.name[0] == '$' || memchr(p.name, ':', p.name_bytes))
            return true;
        text = p.begin + p.bytes;
    }
    return false;
}

static bool is_beyond_version_1(const struct step *step)
{
    return step->type == STEP_REQ || step->binary || step->socket > 0 || step->extract_count ||
           step->left || step->body_expand || step->poll;
}

unsigned step_version(const struct step *step)
{
    if (is_beyond_version_1(step))
        return 2;
    if (step->url && has_new_placeholder(step->url, strlen(step->url)))
        return 2;
    return step->type == STEP_WS_SEND && has_new_placeholder(step->message, step->message_bytes)
               ? 2
               : 1;
}

int script_write_value(struct buf *out, const struct maker *maker)
{
    buf_adds(out, "# value: ");
    maker_write(maker, out);
    return buf_adds(out, "\n");
}

static unsigned version_needed(const struct script *script)
{
    if (script->version > 1 || script->makers.count)
        return 2;
    for (size_t i = 0; i < script->count; i++) {
        if (step_version(&script->steps[i]) > 1)
            return 2;
    }
    return 1;
}

static int by_ordinal(const void *a, const void *b)
{
    const struct step *x = *(const struct step *const *)a;
    const struct step *y = *(const struct step *const *)b;

    return x->ordinal < y->ordinal ? -1 : x->ordinal > y->ordinal;
}

int script_write(const struct script *script, struct buf *out)
{
    const struct step **order = malloc((script->count + 1) * sizeof(struct step *));
    int rc;

    if (!order)
        return -E_NOMEM;
    for (size_t i = 0; i < script->count; i++)
        order[i] = &script->steps[i];
    qsort(order, script->count, sizeof(struct step *), by_ordinal);
    rc = script_write_header(out, version_needed(script), script->target_url, script->target_type,
                             script->dialect);
    for (size_t i = 0; i < script->makers.count && rc == 0; i++)
        rc = script_write_value(out, &script->makers.items[i]);
    for (size_t i = 0; i < script->count && rc == 0; i++)
        rc = step_write(out, order[i], script->begin_wall_us);
    free(order);
    return rc;
}
