/* Every value, in each coding in which it may stand, is a pattern.  Patterns are sorted, so those
 * that begin alike are neighbours: the search narrows a range byte by byte as it walks along the
 * text, and most bytes of a text begin no pattern at all.  The index is made when it is wanted: a
 * session that is played never asks for it. */
#include "core/values_index.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/coding.h"
#include "core/error.h"
#include "core/placeholder.h"

/* Shorter values would be found by accident in text that has nothing to do with them. */
#define SHORTEST_TEMPLATE 6

struct pattern {
    char *text;
    size_t len;
    size_t value; /* its place in the values */
    enum coding coding;
};

struct value_index {
    struct pattern *patterns;
    size_t count;
    size_t first[257]; /* those that begin with byte b: first[b] .. first[b + 1] */
};

void value_index_free(struct value_index *index)
{
    if (!index)
        return;
    for (size_t i = 0; i < index->count; i++)
        free(index->patterns[i].text);
    free(index->patterns);
    free(index);
}

/* Shorter ones first; of equal ones that of the value that was set first. */
static int by_text(const void *a, const void *b)
{
    const struct pattern *x = a;
    const struct pattern *y = b;
    size_t n = x->len < y->len ? x->len : y->len;
    int order = memcmp(x->text, y->text, n);

    if (order)
        return order;
    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return (int)x->coding - (int)y->coding;
}

static bool has_pattern(const struct value_index *index, size_t from, const struct buf *text)
{
    for (size_t i = from; i < index->count; i++) {
        if (index->patterns[i].len == text->len &&
            memcmp(index->patterns[i].text, text->data, text->len) == 0)
            return true;
    }
    return false;
}

/* The value in each coding that writes it differently. */
static int add_patterns(struct value_index *index, const struct value *v, size_t value)
{
    static const enum coding codings[] = {CODING_NONE, CODING_URL, CODING_FORM, CODING_JSON};
    size_t n = strlen(v->value);
    size_t from = index->count;

    if (!n || (!v->word && n < SHORTEST_TEMPLATE) || !value_name_ok(v->name, strlen(v->name)))
        return 0;
    for (size_t i = 0; i < (v->word ? 1 : sizeof(codings) / sizeof(codings[0])); i++) {
        struct buf text;

        buf_init(&text, 8 * n);
        if (coding_encode(codings[i], v->value, n, &text) < 0) {
            buf_release(&text);
            return -E_NOMEM;
        }
        if (!has_pattern(index, from, &text)) {
            size_t len = text.len;

            index->patterns[index->count++] =
                (struct pattern){buf_take(&text), len, value, codings[i]};
        }
        buf_release(&text);
    }
    return 0;
}

static void sort(struct value_index *index)
{
    size_t i = 0;

    qsort(index->patterns, index->count, sizeof(*index->patterns), by_text);
    for (unsigned b = 0; b < 256; b++) {
        index->first[b] = i;
        while (i < index->count && (unsigned char)index->patterns[i].text[0] == b)
            i++;
    }
    index->first[256] = i;
}

static struct value_index *index_new(const struct values *values)
{
    struct value_index *index = calloc(1, sizeof(*index));
    int rc = 0;

    if (index)
        index->patterns = malloc((values->count * 4 + 1) * sizeof(*index->patterns));
    if (!index || !index->patterns) {
        value_index_free(index);
        return NULL;
    }
    for (size_t i = 0; i < values->count && rc == 0; i++)
        rc = add_patterns(index, &values->items[i], i);
    if (rc < 0) {
        value_index_free(index);
        return NULL;
    }
    sort(index);
    return index;
}

/* A range of patterns that agree with the text so far. */
struct range {
    const struct pattern *begin;
    const struct pattern *end;
};

/* The first in the range whose byte at this depth is at least `byte`. */
static const struct pattern *lower(struct range r, size_t depth, unsigned byte)
{
    while (r.begin < r.end) {
        const struct pattern *middle = r.begin + (r.end - r.begin) / 2;

        if (middle->len > depth && (unsigned char)middle->text[depth] >= byte)
            r.end = middle;
        else
            r.begin = middle + 1;
    }
    return r.begin;
}

static bool touches(char c)
{
    return (unsigned char)c >= 0x80 || isalnum((unsigned char)c);
}

/* Does something that is no part of the word end at `at`?  "%3A" is a colon, not an A. */
static bool begins_word(const char *text, size_t at)
{
    if (!at || !touches(text[at - 1]))
        return true;
    return at >= 3 && text[at - 3] == '%' && isxdigit((unsigned char)text[at - 2]) &&
           isxdigit((unsigned char)text[at - 1]);
}

static bool stands_alone(const struct value *v, const char *text, size_t len, size_t at, size_t n)
{
    return !v->word || (begins_word(text, at) && (at + n == len || !touches(text[at + n])));
}

/* The longest pattern that stands at text[at]; NULL: none. */
static const struct pattern *pattern_at(const struct values *values, const char *text, size_t len,
                                        size_t at)
{
    const struct value_index *index = values->index;
    unsigned byte = (unsigned char)text[at];
    struct range r = {index->patterns + index->first[byte],
                      index->patterns + index->first[byte + 1]};
    const struct pattern *best = NULL;

    for (size_t depth = 1; r.begin < r.end; depth++) {
        const struct pattern *found = NULL;

        for (; r.begin < r.end && r.begin->len == depth; r.begin++) {
            if (!found && stands_alone(&values->items[r.begin->value], text, len, at, depth))
                found = r.begin;
        }
        best = found ? found : best;
        if (at + depth >= len)
            break;
        byte = (unsigned char)text[at + depth];
        r.begin = lower(r, depth, byte);
        r.end = lower(r, depth, byte + 1);
    }
    return best;
}

int values_templatize(struct values *values, const char *text, size_t len, struct buf *out)
{
    size_t plain = 0; /* where the text not yet written begins */
    size_t i = 0;

    if (!values->index)
        values->index = index_new(values);
    if (!values->index)
        return -E_NOMEM;
    while (i < len) {
        size_t skip = placeholder_bytes(text + i, len - i); /* as values_escape() leaves them */
        const struct pattern *p = skip ? NULL : pattern_at(values, text, len, i);

        if (p) {
            buf_add(out, text + plain, i - plain);
            placeholder_add(out, "", values->items[p->value].name, p->coding);
            plain = i + p->len;
        }
        i += p ? p->len : skip ? skip : 1;
    }
    return buf_add(out, text + plain, len - plain);
}
