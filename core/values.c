#include "core/values.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"

/* Shorter values would be found by accident in text that has nothing to do with them. */
#define SHORTEST_TEMPLATE 6

static struct value *find(const struct values *values, const char *name)
{
    for (size_t i = 0; i < values->count; i++) {
        if (strcmp(values->items[i].name, name) == 0)
            return &values->items[i];
    }
    return NULL;
}

static int add(struct values *values, const char *name, char *copy)
{
    struct value *items = realloc(values->items, (values->count + 1) * sizeof(*items));

    if (!items)
        return -E_NOMEM;
    values->items = items;
    items[values->count].name = strdup(name);
    if (!items[values->count].name)
        return -E_NOMEM;
    items[values->count++].value = copy;
    return 0;
}

int values_set(struct values *values, const char *name, const char *value)
{
    struct value *old = find(values, name);
    char *copy = strdup(value);

    if (!copy)
        return -E_NOMEM;
    if (old) {
        free(old->value);
        old->value = copy;
        return 0;
    }
    if (add(values, name, copy) < 0) {
        free(copy);
        return -E_NOMEM;
    }
    return 0;
}

const char *values_get(const struct values *values, const char *name)
{
    const struct value *v = find(values, name);

    return v ? v->value : NULL;
}

void values_release(struct values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        free(values->items[i].name);
        free(values->items[i].value);
    }
    free(values->items);
    *values = (struct values){0};
}

/* The value whose placeholder ("${NAME}") begins at text, and the placeholder's length.  Asks each
 * name whether it stands there: text may hold zero bytes, and a "${" that nothing closes. */
static const struct value *placeholder_at(const struct values *values, const char *text, size_t len,
                                          size_t *used)
{
    if (len < 4 || text[1] != '{')
        return NULL;
    for (size_t i = 0; i < values->count; i++) {
        const struct value *v = &values->items[i];
        size_t n = strlen(v->name);

        if (n + 3 <= len && memcmp(text + 2, v->name, n) == 0 && text[n + 2] == '}') {
            *used = n + 3;
            return v;
        }
    }
    return NULL;
}

int values_expand(const struct values *values, const char *text, size_t len, struct buf *out)
{
    const char *end = text + len;

    while (text < end) {
        const char *dollar = memchr(text, '$', (size_t)(end - text));
        const struct value *v;
        size_t used = 1;

        if (!dollar)
            return buf_add(out, text, (size_t)(end - text));
        v = placeholder_at(values, dollar, (size_t)(end - dollar), &used);
        if (buf_add(out, text, (size_t)(dollar - text)) < 0)
            return -E_NOMEM;
        if (v ? buf_adds(out, v->value) < 0 : buf_addc(out, '$') < 0)
            return -E_NOMEM;
        text = dollar + (v ? used : 1);
    }
    return 0;
}

/* The longest value that stands at text, if any. */
static const struct value *value_at(const struct values *values, const char *text, size_t len)
{
    const struct value *best = NULL;
    size_t best_len = 0;

    for (size_t i = 0; i < values->count; i++) {
        const struct value *v = &values->items[i];
        size_t n = strlen(v->value);

        if (n >= SHORTEST_TEMPLATE && n > best_len && n <= len && memcmp(text, v->value, n) == 0) {
            best = v;
            best_len = n;
        }
    }
    return best;
}

int values_templatize(const struct values *values, const char *text, size_t len, struct buf *out)
{
    size_t plain = 0; /* where the text not yet written begins */
    size_t i = 0;

    while (i < len) {
        const struct value *v = value_at(values, text + i, len - i);

        if (!v) {
            i++;
            continue;
        }
        if (buf_add(out, text + plain, i - plain) < 0 || buf_addf(out, "${%s}", v->name) < 0)
            return -E_NOMEM;
        i += strlen(v->value);
        plain = i;
    }
    return buf_add(out, text + plain, len - plain);
}
