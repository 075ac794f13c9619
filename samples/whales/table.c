#include "samples/whales/table.h"

#include <stdlib.h>
#include <string.h>

int table_new(struct table **out, struct error *err)
{
    *out = calloc(1, sizeof(**out));
    return *out ? 0 : error_nomem(err);
}

void table_free(struct table *t)
{
    if (!t)
        return;
    free(t->time_s);
    free(t->size);
    free(t->ip);
    for (int c = 0; c < TEXTS; c++) {
        free(t->text[c]);
        names_release(&t->names[c]);
    }
    free(t);
}

/* The column keeps its old room when memory is refused, so a half-grown table stays sound. */
static int resize(void *column, uint32_t cap, size_t width)
{
    void *old;
    void *moved;

    memcpy(&old, column, sizeof(old));
    moved = realloc(old, (cap ? cap : 1) * width);
    if (!moved)
        return -E_NOMEM;
    memcpy(column, &moved, sizeof(moved));
    return 0;
}

static int set_capacity(struct table *t, uint32_t cap)
{
    int rc = resize(&t->time_s, cap, sizeof(*t->time_s));

    if (rc == 0)
        rc = resize(&t->size, cap, sizeof(*t->size));
    if (rc == 0)
        rc = resize(&t->ip, cap, sizeof(*t->ip));
    for (int c = 0; c < TEXTS && rc == 0; c++)
        rc = resize(&t->text[c], cap, sizeof(*t->text[c]));
    if (rc == 0)
        t->cap = cap;
    return rc;
}

int table_add(struct table *t, const struct row *row)
{
    uint32_t at = t->rows;

    if (at == t->cap && set_capacity(t, t->cap ? t->cap * 2 : 1024) < 0)
        return -E_NOMEM;
    for (int c = 0; c < TEXTS; c++) {
        int number = names_intern(&t->names[c], row->text[c].text, row->text[c].len);

        if (number < 0)
            return number;
        t->text[c][at] = (uint16_t)number;
    }
    t->time_s[at] = row->time_s;
    t->size[at] = row->size;
    t->ip[at] = row->ip;
    t->rows++;
    return 0;
}

void table_trim(struct table *t)
{
    set_capacity(t, t->rows); /* shrinking may be refused; then the table just stays larger */
}

const char *table_text_at(const struct table *t, enum table_text column, uint32_t row)
{
    return names_at(&t->names[column], t->text[column][row]);
}
