#include "core/values.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/maker.h"
#include "core/placeholder.h"
#include "core/units.h"
#include "core/values_index.h"

#define MADE_BYTES_MAX ((size_t)1 << 20)

static struct value *find(const struct values *values, const char *name, size_t len)
{
    for (size_t i = 0; i < values->count; i++) {
        const char *other = values->items[i].name;

        if (strncmp(other, name, len) == 0 && !other[len])
            return &values->items[i];
    }
    return NULL;
}

static struct value *add(struct values *values, const char *name)
{
    struct value *items = realloc(values->items, (values->count + 1) * sizeof(*items));

    if (!items)
        return NULL;
    values->items = items;
    items[values->count] = (struct value){.name = strdup(name)};
    return items[values->count].name ? &items[values->count++] : NULL;
}

static int set(struct values *values, const char *name, const char *value, bool word)
{
    struct value *v = find(values, name, strlen(name));
    char *copy;

    if (v && v->word == word && strcmp(v->value, value) == 0)
        return 0;
    copy = strdup(value);
    if (copy && !v)
        v = add(values, name);
    if (!copy || !v) {
        free(copy);
        return -E_NOMEM;
    }
    free(v->value);
    v->value = copy;
    v->word = word;
    value_index_free(values->index);
    values->index = NULL;
    return 0;
}

int values_set(struct values *values, const char *name, const char *value)
{
    return set(values, name, value, false);
}

int values_set_word(struct values *values, const char *name, const char *value)
{
    return set(values, name, value, true);
}

const char *values_get(const struct values *values, const char *name)
{
    const struct value *v = find(values, name, strlen(name));

    return v ? v->value : NULL;
}

void values_release(struct values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        free(values->items[i].name);
        free(values->items[i].value);
    }
    free(values->items);
    value_index_free(values->index);
    *values = (struct values){0};
}

static bool is_known(const struct values *values, const struct placeholder *p)
{
    return p->name[0] == '$' || find(values, p->name, p->name_bytes) ||
           (values->makers && makers_find(values->makers, p->name, p->name_bytes));
}

/* What a maker makes now, coded as the placeholder says. */
static int add_made(struct values *values, const struct maker *maker, enum coding coding,
                    struct buf *out)
{
    struct buf made;
    int rc;

    buf_init(&made, MADE_BYTES_MAX);
    values->depth++;
    rc = maker_make(maker, values, clock_wall_us(), &made);
    values->depth--;
    if (rc == 0)
        rc = coding_encode(coding, made.data ? made.data : "", made.len, out);
    buf_release(&made);
    return rc;
}

static int add_placeholder(struct values *values, const struct placeholder *p, struct buf *out)
{
    const struct value *v = find(values, p->name, p->name_bytes);
    const struct maker *maker = NULL;

    if (p->name[0] == '$')
        return coding_encode(p->coding, "$", 1, out);
    if (v)
        return coding_encode(p->coding, v->value, strlen(v->value), out);
    if (values->makers && values->depth < MAKER_DEPTH_MAX)
        maker = makers_find(values->makers, p->name, p->name_bytes);
    return maker ? add_made(values, maker, p->coding, out) : buf_add(out, p->begin, p->bytes);
}

int values_expand(struct values *values, const char *text, size_t len, struct buf *out)
{
    const char *end = text + len;
    struct placeholder p;

    while (text < end && placeholder_find(text, (size_t)(end - text), &p)) {
        if (buf_add(out, text, (size_t)(p.begin - text)) < 0 ||
            add_placeholder(values, &p, out) < 0)
            return -E_NOMEM;
        text = p.begin + p.bytes;
    }
    return buf_add(out, text, (size_t)(end - text));
}

static bool has_prefix(const struct placeholder *p, const char *prefix)
{
    size_t n = strlen(prefix);

    return p->name_bytes > n && memcmp(p->name, prefix, n) == 0;
}

/* What whoever plays the script tells becomes known only then. */
static bool is_from_outside(const struct placeholder *p)
{
    return has_prefix(p, SECRET_PREFIX) || has_prefix(p, DATA_PREFIX);
}

static bool is_json(const char *text, size_t len)
{
    json_t *json = json_loadb(text, len, JSON_ALLOW_NUL, NULL);

    json_decref(json);
    return json != NULL;
}

int values_escape(const struct values *values, const char *text, size_t len, struct buf *out)
{
    const char *end = text + len;
    const char *dollar = NULL; /* as it is written here */
    struct placeholder p;

    while (text < end && placeholder_find(text, (size_t)(end - text), &p)) {
        bool escape = is_from_outside(&p) || is_known(values, &p);

        if (escape && !dollar)
            dollar = is_json(end - len, len) ? "\\u0024" : "${$}";
        if (buf_add(out, text, (size_t)(p.begin - text)) < 0 ||
            buf_adds(out, escape ? dollar : "$") < 0)
            return -E_NOMEM;
        text = p.begin + 1;
    }
    return buf_add(out, text, (size_t)(end - text));
}
