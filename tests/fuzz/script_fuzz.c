/* Scripts: times never decrease, sockets are open before they are used, and what is written reads
 * back the same. */
#include <stdbool.h>
#include <string.h>

#include "core/script.h"
#include "fuzz.h"

static void check_shape(const struct script *script)
{
    int64_t before_us = 0;

    PROMISE(script->count > 0 && script_at(script, 0)->begin_us == 0);
    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = script_at(script, i);

        PROMISE(step->begin_us >= before_us && step->end_us >= step->begin_us);
        PROMISE(step->end_us <= script->length_us);
        PROMISE(step_is_request(step) || step->socket < script->sockets);
        PROMISE(!step_is_request(step) || (step->url && step->method));
        PROMISE(!step->datafile || !strchr(step->datafile, '/'));
        before_us = step->begin_us;
    }
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_headers(const char *const *a, const char *const *b)
{
    static const char *const none[] = {NULL};

    a = a ? a : none;
    b = b ? b : none;
    while (*a && *b && strcmp(*a, *b) == 0)
        a++, b++;
    return !*a && !*b;
}

static void check_own_fields(const struct step *a, const struct step *b)
{
    PROMISE(a->ordinal == b->ordinal && a->bytes == b->bytes && a->left == b->left);
    PROMISE(same_text(a->until, b->until) && same_text(a->mark, b->mark));
    PROMISE(a->body_expand == b->body_expand && a->from_server == b->from_server);
    PROMISE(a->code == b->code && same_text(a->reason, b->reason));
    PROMISE(a->extract_count == b->extract_count);
    for (size_t i = 0; i < a->extract_count; i++)
        PROMISE(same_text(a->extracts[i].name, b->extracts[i].name));
}

static void check_same(const struct step *a, const struct step *b)
{
    check_own_fields(a, b);
    PROMISE(a->type == b->type && a->socket == b->socket && a->status == b->status);
    PROMISE(a->begin_us == b->begin_us && a->end_us == b->end_us);
    PROMISE(same_text(a->url, b->url) && same_text(a->method, b->method));
    PROMISE(same_text(a->datafile, b->datafile) && same_headers(a->headers, b->headers));
    PROMISE(a->binary == b->binary && a->message_bytes == b->message_bytes);
    PROMISE(!a->message == !b->message);
    PROMISE(!a->message || memcmp(a->message, b->message, a->message_bytes) == 0);
}

static void write_and_read(const struct script *script)
{
    struct error err = ERROR_NONE;
    struct script *again;
    struct buf text;

    buf_init(&text, 1u << 30);
    PROMISE(script_write(script, &text) == 0);
    PROMISE(script_parse(&again, "again", text.data, text.len, &err) == 0);
    PROMISE(again->makers.count == script->makers.count);
    PROMISE(again->count == script->count && again->begin_wall_us == script->begin_wall_us);
    for (size_t i = 0; i < script->count; i++)
        check_same(script_at(script, i), script_at(again, i));
    script_free(again);
    buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct error err = ERROR_NONE;
    struct script *script;
    int rc = script_parse(&script, "fuzz", data, len, &err);

    PROMISE((rc == 0) == (script != NULL) && (rc == 0) == !*err.text);
    if (rc < 0)
        return 0;
    check_shape(script);
    write_and_read(script);
    script_free(script);
    return 0;
}
