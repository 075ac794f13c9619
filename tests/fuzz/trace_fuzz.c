/* Traces: what was read is written, and reads back the same. */
#include <stdbool.h>
#include <string.h>

#include "core/trace.h"
#include "fuzz.h"

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void check_headers(const char *const *a, const char *const *b)
{
    PROMISE(!a == !b);
    for (; a && *a && *b; a++, b++)
        PROMISE(strcmp(*a, *b) == 0);
    PROMISE(!a || (!*a && !*b));
}

static void check_same(const struct trace_entry *a, const struct trace_entry *b)
{
    PROMISE(a->what == b->what && a->step == b->step && a->at_us == b->at_us);
    PROMISE(same_text(a->method, b->method) && same_text(a->url, b->url));
    PROMISE((a->what == TRACE_ANSWER) <= (a->status == b->status));
    PROMISE(a->binary == b->binary && a->text_bytes == b->text_bytes);
    PROMISE(!a->text == !b->text);
    PROMISE(!a->text || memcmp(a->text, b->text, a->text_bytes) == 0);
    check_headers(a->headers, b->headers);
}

static void write_and_read(const struct trace *trace)
{
    struct error err = ERROR_NONE;
    struct trace again;
    struct buf text;

    buf_init(&text, 1u << 30);
    for (size_t i = 0; i < trace->count; i++)
        PROMISE(trace_write(&trace->entries[i], &text) == 0);
    PROMISE(trace_parse(&again, "again", text.data ? text.data : "", text.len, &err) == 0);
    PROMISE(again.count == trace->count);
    for (size_t i = 0; i < trace->count; i++)
        check_same(&trace->entries[i], &again.entries[i]);
    trace_release(&again);
    buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct error err = ERROR_NONE;
    struct trace trace;
    int rc = trace_parse(&trace, "fuzz", (const char *)data, len, &err);

    PROMISE(err.code == -rc && (rc == 0) == !*err.text);
    if (rc < 0)
        return 0;
    for (size_t i = 0; i < trace.count; i++) {
        const struct trace_entry *e = &trace.entries[i];
        const struct trace_entry *found = trace_find(&trace, e->what, e->step);

        PROMISE(found && found->what == e->what && found->step == e->step && found <= e);
    }
    write_and_read(&trace);
    trace_release(&trace);
    return 0;
}
