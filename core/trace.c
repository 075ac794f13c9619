#include "core/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/base64.h"
#include "core/json_text.h"

#define TRACE_MAX ((size_t)1 << 30)
#define MESSAGE_MAX ((size_t)64 << 20)

static const char *const whats[] = {
    [TRACE_REQUEST] = "request",
    [TRACE_ANSWER] = "answer",
    [TRACE_SEND] = "send",
    [TRACE_RECV] = "recv",
};

static bool is_message(const struct trace_entry *e)
{
    return e->what == TRACE_SEND || e->what == TRACE_RECV;
}

/* --- writing --- */

static void add_message(struct buf *out, const struct trace_entry *e)
{
    if (!e->binary && is_utf8(e->text, e->text_bytes)) {
        json_text_field(out, "text", e->text, e->text_bytes);
        return;
    }
    buf_adds(out, ",\"base64\":\"");
    base64_encode(out, e->text, e->text_bytes);
    buf_addc(out, '"');
}

static void add_body(struct buf *out, const struct trace_entry *e)
{
    if (e->text && !e->binary && e->text_bytes <= TRACE_BODY_MAX && is_utf8(e->text, e->text_bytes))
        json_text_field(out, "body", e->text, e->text_bytes);
    if (e->bytes)
        buf_addf(out, ",\"bytes\":%" PRIu64, e->bytes);
}

int trace_write(const struct trace_entry *entry, struct buf *out)
{
    buf_addf(out, "{\"what\":\"%s\",\"step\":%ld", whats[entry->what], entry->step);
    if (is_message(entry))
        buf_addf(out, ",\"socket\":%u", entry->socket);
    buf_addf(out, ",\"at_us\":%" PRId64, entry->at_us);
    if (entry->method)
        json_text_field(out, "method", entry->method, strlen(entry->method));
    if (entry->url)
        json_text_field(out, "url", entry->url, strlen(entry->url));
    if (entry->what == TRACE_ANSWER)
        buf_addf(out, ",\"status\":%d", entry->status);
    if (entry->headers)
        json_text_list(out, "headers", entry->headers);
    if (!is_message(entry))
        add_body(out, entry);
    else if (entry->text)
        add_message(out, entry);
    return buf_adds(out, "}\n");
}

/* --- reading --- */

struct parser {
    struct trace *trace;
    const char *name;
    size_t capacity;
    unsigned line;
    struct error *err;
};

struct reading {
    struct arena *arena;
    json_t *object;
    struct error *err;
};

static int read_number(struct reading *r, const char *key, json_int_t least, json_int_t *out)
{
    json_t *value = json_object_get(r->object, key);

    if (value && (!json_is_integer(value) || json_integer_value(value) < least))
        return error_set(r->err, E_FORMAT, "\"%s\" is not a number from %" JSON_INTEGER_FORMAT, key,
                         least);
    *out = json_integer_value(value);
    return 0;
}

static int read_numbers(struct reading *r, struct trace_entry *e)
{
    json_int_t step = 0;
    json_int_t socket = 0;
    json_int_t at_us = 0;
    json_int_t status = 0;
    json_int_t bytes = 0;
    int rc = read_number(r, "step", -1, &step);

    if (rc == 0)
        rc = read_number(r, "socket", 0, &socket);
    if (rc == 0)
        rc = read_number(r, "at_us", INT64_MIN, &at_us);
    if (rc == 0)
        rc = read_number(r, "status", 0, &status);
    if (rc == 0)
        rc = read_number(r, "bytes", 0, &bytes);
    e->step = (long)step;
    e->socket = (unsigned)socket;
    e->at_us = at_us;
    e->status = (int)status;
    e->bytes = (uint64_t)bytes;
    return rc;
}

static int read_text(struct reading *r, const char *key, const char **out, size_t *len)
{
    json_t *value = json_object_get(r->object, key);

    if (!value)
        return 0;
    if (!json_is_string(value))
        return error_set(r->err, E_FORMAT, "\"%s\" is not a string", key);
    *out = arena_copy(r->arena, json_string_value(value), json_string_length(value));
    if (len)
        *len = json_string_length(value);
    return *out ? 0 : error_nomem(r->err);
}

static int read_binary(struct reading *r, struct trace_entry *e)
{
    json_t *value = json_object_get(r->object, "base64");
    struct buf bytes;
    int rc;

    if (!value)
        return 0;
    buf_init(&bytes, MESSAGE_MAX);
    rc = json_is_string(value)
             ? base64_decode(&bytes, json_string_value(value), json_string_length(value))
             : -E_FORMAT;
    if (rc == 0) {
        e->text = arena_copy(r->arena, bytes.data, bytes.len);
        e->text_bytes = bytes.len;
        e->binary = true;
    }
    buf_release(&bytes);
    if (rc == -E_FORMAT)
        return error_set(r->err, E_FORMAT, "\"base64\" is not base64");
    return rc < 0 || !e->text ? error_nomem(r->err) : 0;
}

static int read_texts(struct reading *r, struct trace_entry *e)
{
    int rc = read_text(r, "method", &e->method, NULL);

    if (rc == 0)
        rc = read_text(r, "url", &e->url, NULL);
    if (rc == 0)
        rc = read_text(r, is_message(e) ? "text" : "body", &e->text, &e->text_bytes);
    return rc == 0 && is_message(e) ? read_binary(r, e) : rc;
}

static int read_headers(struct reading *r, struct trace_entry *e)
{
    json_t *list = json_object_get(r->object, "headers");
    size_t count = json_array_size(list);
    const char **headers;

    if (!list)
        return 0;
    headers = arena_alloc(r->arena, (count + 1) * sizeof(*headers));
    if (!headers)
        return error_nomem(r->err);
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_array_get(list, i);

        if (!json_is_string(item))
            return error_set(r->err, E_FORMAT, "\"headers\" is not a list of \"Name: value\"");
        headers[i] = arena_copy(r->arena, json_string_value(item), json_string_length(item));
        if (!headers[i])
            return error_nomem(r->err);
    }
    e->headers = headers;
    return 0;
}

static int read_what(struct reading *r, struct trace_entry *e)
{
    const char *word = json_string_value(json_object_get(r->object, "what"));

    for (size_t i = 0; word && i < sizeof(whats) / sizeof(whats[0]); i++) {
        if (strcmp(whats[i], word) == 0) {
            e->what = (enum trace_what)i;
            return 0;
        }
    }
    return error_set(r->err, E_FORMAT, "\"what\" is not request, answer, send or recv");
}

static int read_fields(struct reading *r, struct trace_entry *e)
{
    int rc = read_what(r, e);

    if (rc == 0)
        rc = read_numbers(r, e);
    if (rc == 0)
        rc = read_texts(r, e);
    return rc == 0 ? read_headers(r, e) : rc;
}

static int read_entry(struct parser *p, const char *line, size_t len, struct trace_entry *e)
{
    json_error_t why;
    struct reading r = {&p->trace->owned, json_loadb(line, len, JSON_ALLOW_NUL, &why), p->err};
    int rc;

    *e = (struct trace_entry){0};
    if (json_is_object(r.object))
        rc = read_fields(&r, e);
    else
        rc = error_set(p->err, E_FORMAT, "not a JSON object: %s",
                       r.object ? "it is something else" : why.text);
    json_decref(r.object);
    return rc;
}

static int append(struct parser *p, const struct trace_entry *entry)
{
    struct trace *t = p->trace;

    if (t->count == p->capacity) {
        size_t capacity = p->capacity ? p->capacity * 2 : 64;
        struct trace_entry *entries = realloc(t->entries, capacity * sizeof(*entries));

        if (!entries)
            return error_nomem(p->err);
        t->entries = entries;
        p->capacity = capacity;
    }
    t->entries[t->count++] = *entry;
    return 0;
}

/* A line that no newline ends is whatever a killed program had written of it. */
static int read_line(struct parser *p, const char *line, size_t len, bool torn)
{
    struct trace_entry entry;
    int rc;

    if (!len)
        return 0;
    rc = read_entry(p, line, len, &entry);
    if (rc == -E_FORMAT && torn) {
        *p->err = ERROR_NONE;
        return 0;
    }
    if (rc == 0)
        rc = append(p, &entry);
    if (rc < 0)
        error_prefix(p->err, "%s:%u: ", p->name, p->line);
    return rc;
}

/* By step, then by what, then as they came. */
static int by_step(const void *a, const void *b)
{
    const struct trace_entry *x = *(const struct trace_entry *const *)a;
    const struct trace_entry *y = *(const struct trace_entry *const *)b;

    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    if (x->what != y->what)
        return x->what < y->what ? -1 : 1;
    return x < y ? -1 : x > y;
}

static int sort(struct trace *t, struct error *err)
{
    t->sorted = arena_alloc(&t->owned, (t->count + 1) * sizeof(struct trace_entry *));
    if (!t->sorted)
        return error_nomem(err);
    for (size_t i = 0; i < t->count; i++)
        t->sorted[i] = &t->entries[i];
    qsort(t->sorted, t->count, sizeof(struct trace_entry *), by_step);
    return 0;
}

int trace_parse(struct trace *trace, const char *name, const char *data, size_t len,
                struct error *err)
{
    struct parser p = {.trace = trace, .name = name, .err = err};
    const char *end = data + len;
    int rc = 0;

    *trace = (struct trace){0};
    while (data < end && rc == 0) {
        const char *newline = memchr(data, '\n', (size_t)(end - data));

        p.line++;
        rc = read_line(&p, data, (size_t)((newline ? newline : end) - data), !newline);
        data = newline ? newline + 1 : end;
    }
    if (rc == 0)
        rc = sort(trace, err);
    if (rc < 0)
        trace_release(trace);
    return rc;
}

int trace_load(struct trace *trace, const char *path, struct error *err)
{
    struct buf text;
    int rc;

    *trace = (struct trace){0};
    buf_init(&text, TRACE_MAX);
    rc = buf_add_file(&text, path);
    if (rc == -1)
        rc = error_set(err, E_IO, "cannot read the trace '%s': %s", path, strerror(errno));
    else if (rc < 0)
        rc = error_set(err, E_NOMEM, "the trace '%s' does not fit into memory", path);
    else
        rc = trace_parse(trace, path, text.data ? text.data : "", text.len, err);
    buf_release(&text);
    return rc;
}

void trace_release(struct trace *trace)
{
    free(trace->entries);
    arena_release(&trace->owned);
    *trace = (struct trace){0};
}

const struct trace_entry *trace_find(const struct trace *trace, enum trace_what what, long step)
{
    size_t low = 0;
    size_t high = trace->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct trace_entry *e = trace->sorted[middle];

        if (e->step < step || (e->step == step && e->what < what))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == trace->count || trace->sorted[low]->step != step || trace->sorted[low]->what != what)
        return NULL;
    return trace->sorted[low];
}
