#include "analyzer/nearest.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/text.h"
#include "core/json_text.h"

#define SEEN_MOST 20000
#define COMPARED 64 /* bytes of a name */
#define SHOWN 60

static char lower(char c)
{
    return (char)tolower((unsigned char)c);
}

/* One row of Levenshtein's table: from the distances without `c` to those with it. */
static void next_row(size_t *row, char c, const char *wanted, size_t len)
{
    size_t diagonal = row[0]++;

    for (size_t i = 1; i <= len; i++) {
        size_t above = row[i];
        size_t best = diagonal + (lower(wanted[i - 1]) != lower(c));

        best = above + 1 < best ? above + 1 : best;
        row[i] = row[i - 1] + 1 < best ? row[i - 1] + 1 : best;
        diagonal = above;
    }
}

static size_t distance(const char *wanted, const char *name)
{
    size_t row[COMPARED + 1];
    size_t len = strnlen(wanted, COMPARED);
    size_t name_len = strnlen(name, COMPARED);

    if (len > 0 && strcasestr(name, wanted))
        return 1;
    for (size_t i = 0; i <= len; i++)
        row[i] = i;
    for (size_t i = 0; i < name_len; i++)
        next_row(row, name[i], wanted, len);
    return row[len];
}

void nearest_add(struct nearest *nearest, const char *wanted, const char *name)
{
    size_t at = nearest->count < NEAREST_MOST ? nearest->count : NEAREST_MOST;
    size_t far;

    if (nearest->seen++ >= SEEN_MOST)
        return;
    far = distance(wanted, name);
    while (at > 0 && far < nearest->distances[at - 1]) {
        if (at < NEAREST_MOST) {
            nearest->names[at] = nearest->names[at - 1];
            nearest->distances[at] = nearest->distances[at - 1];
        }
        at--;
    }
    if (at == NEAREST_MOST)
        return;
    nearest->names[at] = name;
    nearest->distances[at] = far;
    nearest->count += nearest->count < NEAREST_MOST;
}

static void print_name(struct buf *out, const char *name)
{
    char *valid = text_valid(name);
    char *plain = valid ? text_plain(valid) : NULL;
    size_t len = 0;

    while (plain && plain[len]) {
        size_t bytes = utf8_character(plain + len, strlen(plain + len));

        if (len + bytes > SHOWN)
            break;
        len += bytes;
    }
    if (plain)
        buf_addf(out, "'%.*s%s'", (int)len, plain, plain[len] ? "\u2026" : "");
    out->failed = out->failed || !plain;
    free(valid);
    free(plain);
}

void nearest_print(struct buf *out, const struct nearest *nearest)
{
    for (size_t i = 0; i < nearest->count; i++) {
        if (i > 0)
            buf_adds(out, ", ");
        print_name(out, nearest->names[i]);
    }
}
