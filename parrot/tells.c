#include "parrot/tells.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/coding.h"
#include "core/json_path.h"

#define TEXT_MAX ((size_t)16 << 20)

void tells_init(struct tells *t)
{
    *t = (struct tells){0};
    buf_init(&t->headers, TEXT_MAX);
    buf_init(&t->body, TEXT_MAX);
}

void tells_release(struct tells *t)
{
    buf_release(&t->headers);
    buf_release(&t->body);
}

void tell_mark(size_t number, char out[TELL_BYTES + 1])
{
    snprintf(out, TELL_BYTES + 1, "parrotvalue%021zu", number);
}

void tells_add(struct tells *t, const struct extraction *where)
{
    size_t number = t->count;

    if (t->count == TELLS_MAX || where->from == EXTRACT_MESSAGE)
        return;
    for (size_t i = 0; i < t->count; i++) {
        if (strcmp(t->items[i].where->name, where->name) == 0)
            number = i;
    }
    t->items[t->count].where = where;
    if (number < t->count)
        memcpy(t->items[t->count].mark, t->items[number].mark, TELL_BYTES + 1);
    else
        tell_mark(number, t->items[t->count].mark);
    t->count++;
}

/* --- what stands between before and after --- */

/* The mark itself, or JSON that has it at its path; coded as the extraction decodes. */
static int add_inner(const struct tell *tell, struct buf *out)
{
    const struct extraction *e = tell->where;
    int coding = e->decode ? coding_find(e->decode, strlen(e->decode)) : CODING_NONE;
    json_t *json = e->json ? json_put(NULL, e->json, json_string(tell->mark)) : NULL;
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    int rc = -E_NOMEM;

    if (coding < 0)
        coding = CODING_NONE;
    if (text || !e->json)
        rc = coding_encode((enum coding)coding, text ? text : tell->mark,
                           text ? strlen(text) : TELL_BYTES, out);
    free(text);
    json_decref(json);
    return rc;
}

static size_t times_in(const struct buf *text, const char *what)
{
    size_t n = 0;
    const char *at = text->data;

    for (; at && (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

/* before VALUE after, the nth of its kind. */
static int add_between(const struct tell *tell, struct buf *out)
{
    const struct extraction *e = tell->where;

    for (size_t i = e->before ? times_in(out, e->before) : 0; i < e->nth; i++)
        buf_addf(out, "%s-%s\n", e->before, e->after ? e->after : "");
    buf_adds(out, e->before ? e->before : "");
    if (add_inner(tell, out) < 0)
        return -E_NOMEM;
    return buf_adds(out, e->after ? e->after : "");
}

/* --- the body --- */

enum place { PLACE_JSON, PLACE_WHOLE, PLACE_START, PLACE_BETWEEN, PLACE_END };

static enum place place_of(const struct extraction *e)
{
    if (!e->before && !e->after)
        return e->json && !e->decode ? PLACE_JSON : PLACE_WHOLE;
    if (!e->before)
        return PLACE_START;
    return e->after ? PLACE_BETWEEN : PLACE_END;
}

/* The body's tells that go to one place, in the order in which they are counted. */
static size_t pick(const struct tells *t, enum place place, const struct tell *out[TELLS_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < t->count; i++) {
        const struct tell *tell = &t->items[i];
        size_t k = n;

        if (tell->where->from != EXTRACT_BODY || place_of(tell->where) != place)
            continue;
        for (; k > 0 && out[k - 1]->where->nth > tell->where->nth; k--)
            out[k] = out[k - 1];
        out[k] = tell;
        n++;
    }
    return n;
}

static int write_place(struct tells *t, enum place place)
{
    const struct tell *tells[TELLS_MAX];
    size_t n = pick(t, place, tells);
    int rc = 0;

    /* one is enough of what begins, ends or is the body */
    if (n > 1 && place != PLACE_BETWEEN)
        n = 1;
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = add_between(tells[i], &t->body);
        if (place == PLACE_BETWEEN || place == PLACE_START)
            buf_addc(&t->body, '\n');
        t->is_whole = t->is_whole || place == PLACE_WHOLE;
        t->from_start = t->from_start || place == PLACE_START;
    }
    return rc;
}

/* What a poll waits for: of several conditions the first. */
static json_t *add_condition(json_t *json, const char *condition)
{
    json_t *when = json_loads(condition, 0, NULL);
    json_t *first = json_is_array(when) ? json_array_get(when, 0) : when;
    const char *path;
    json_t *want;

    json_object_foreach(first, path, want)
    {
        if (json_is_true(want))
            json = json_put(json, path, json_string("here"));
        else if (json_is_string(want))
            json = json_put(json, path,
                            json_string(strcmp(json_string_value(want), "*") == 0
                                            ? "any"
                                            : json_string_value(want)));
        else if (!json_is_boolean(want))
            json = json_put(json, path, json_incref(want));
    }
    json_decref(when);
    return json;
}

static int write_json(struct tells *t)
{
    const struct tell *tells[TELLS_MAX];
    size_t n = pick(t, PLACE_JSON, tells);
    json_t *json = t->condition ? add_condition(NULL, t->condition) : NULL;
    char *text;
    int rc;

    if (!n && !t->condition)
        return 0;
    for (size_t i = 0; i < n; i++)
        json = json_put(json, tells[i]->where->json, json_string(tells[i]->mark));
    if (!json)
        json = json_object();
    text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    rc = text ? buf_adds(&t->body, text) : -E_NOMEM;
    t->is_json = true;
    free(text);
    json_decref(json);
    return rc;
}

/* --- headers --- */

static int write_header(struct tells *t, const struct tell *tell)
{
    const struct extraction *e = tell->where;
    struct buf value;
    int rc;

    buf_init(&value, TEXT_MAX);
    rc = add_between(tell, &value);
    if (rc == 0 && e->from == EXTRACT_COOKIE)
        rc = buf_addf(&t->headers, "Set-Cookie: %s=%s; Path=/\r\n", e->header, value.data);
    else if (rc == 0)
        rc = buf_addf(&t->headers, "%s: %s\r\n", e->header, value.data);
    buf_release(&value);
    return rc;
}

int tells_write(struct tells *t)
{
    int rc = write_json(t);

    if (rc == 0 && !t->is_json)
        rc = write_place(t, PLACE_WHOLE);
    if (rc == 0 && !t->is_json && !t->is_whole)
        rc = write_place(t, PLACE_START);
    if (rc == 0 && !t->is_json && !t->is_whole)
        rc = write_place(t, PLACE_BETWEEN);
    if (rc == 0 && !t->is_json && !t->is_whole)
        rc = write_place(t, PLACE_END);
    for (size_t i = 0; i < t->count && rc == 0; i++) {
        enum extract_from from = t->items[i].where->from;

        if (from == EXTRACT_HEADER || from == EXTRACT_COOKIE)
            rc = write_header(t, &t->items[i]);
    }
    return rc;
}

/* --- does a player find it? --- */

/* Cuts "Name: value\r\n..." into strings.  0 or -E_NOMEM; owner: free() of both. */
static int cut_headers(const struct buf *headers, char **text, const char ***lines)
{
    char *rest = *text = strdup(headers->data ? headers->data : "");
    size_t n = 0;

    *lines = calloc(TELLS_MAX + 1, sizeof(**lines));
    while (*lines && rest && *rest && n < TELLS_MAX) {
        char *end = strstr(rest, "\r\n");

        (*lines)[n++] = rest;
        if (end)
            *end = 0;
        rest = end ? end + 2 : NULL;
    }
    return *text && *lines ? 0 : -E_NOMEM;
}

/* 1, 0 or -E_NOMEM. */
static int is_told(const struct tells *t, const struct tell *tell, const char *const *headers)
{
    struct buf value;
    int rc;

    buf_init(&value, TEXT_MAX);
    rc =
        extract_answer(tell->where, headers, t->body.data ? t->body.data : "", t->body.len, &value);
    if (rc == 0)
        rc = value.len == TELL_BYTES && memcmp(value.data, tell->mark, TELL_BYTES) == 0;
    buf_release(&value);
    return rc == -E_MISMATCH ? 0 : rc;
}

int tells_check(const struct tells *t, const struct extraction **missing)
{
    const char **lines;
    char *text;
    int rc = cut_headers(&t->headers, &text, &lines);

    *missing = NULL;
    for (size_t i = 0; rc == 0 && i < t->count && !*missing; i++) {
        int told = is_told(t, &t->items[i], lines);

        if (told < 0)
            rc = told;
        else if (!told)
            *missing = t->items[i].where;
    }
    free(lines);
    free(text);
    return rc;
}
