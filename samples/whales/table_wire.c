/* The table as bytes: like R's serialize(), each value goes behind its own type and length, and a
 * string is written out in every row that has it. Sender and receiver are the same program on the
 * same machine, so byte order is ours. */
#include "samples/whales/table.h"

#include <string.h>

enum value_type { VALUE_NUMBER = 1, VALUE_TEXT = 2 };

struct value_head {
    uint32_t type;
    uint32_t len;
};

#define ROW_NUMBERS ((size_t)3)

static char *put(char *to, enum value_type type, const void *from, size_t len)
{
    struct value_head head = {type, (uint32_t)len};

    memcpy(to, &head, sizeof(head));
    memcpy(to + sizeof(head), from, len);
    return to + sizeof(head) + len;
}

static size_t row_bytes(const struct table *t, uint32_t row)
{
    size_t bytes = (ROW_NUMBERS + TEXTS) * sizeof(struct value_head) + ROW_NUMBERS * 4;

    for (int c = 0; c < TEXTS; c++)
        bytes += names_length(&t->names[c], t->text[c][row]);
    return bytes;
}

static void write_row(const struct table *t, uint32_t row, char *to)
{
    to = put(to, VALUE_NUMBER, &t->time_s[row], 4);
    to = put(to, VALUE_NUMBER, &t->size[row], 4);
    to = put(to, VALUE_NUMBER, &t->ip[row], 4);
    for (int c = 0; c < TEXTS; c++)
        to = put(to, VALUE_TEXT, table_text_at(t, (enum table_text)c, row),
                 names_length(&t->names[c], t->text[c][row]));
}

int table_write(const struct table *t, struct buf *out)
{
    buf_add(out, &t->rows, 4);
    buf_add(out, &t->bad_rows, 4);
    for (uint32_t row = 0; row < t->rows && !out->failed; row++) {
        size_t bytes = row_bytes(t, row);
        char *to = buf_room(out, bytes);

        if (!to)
            break;
        write_row(t, row, to);
        buf_added(out, bytes);
    }
    return out->failed ? -E_NOMEM : 0;
}

struct reader {
    const char *at;
    size_t left;
};

static int take(struct reader *r, void *into, size_t len)
{
    if (len > r->left)
        return -E_FORMAT;
    memcpy(into, r->at, len);
    r->at += len;
    r->left -= len;
    return 0;
}

static int take_number(struct reader *r, uint32_t *number)
{
    struct value_head head;

    if (take(r, &head, sizeof(head)) < 0 || head.type != VALUE_NUMBER || head.len != 4)
        return -E_FORMAT;
    return take(r, number, 4);
}

static int take_text(struct reader *r, struct span *text)
{
    struct value_head head;

    if (take(r, &head, sizeof(head)) < 0 || head.type != VALUE_TEXT || head.len > TEXT_BYTES_MAX ||
        head.len > r->left)
        return -E_FORMAT;
    *text = (struct span){r->at, head.len};
    r->at += head.len;
    r->left -= head.len;
    return 0;
}

static int take_row(struct reader *r, struct table *t)
{
    struct row row;

    if (take_number(r, &row.time_s) < 0 || row.time_s >= DAY_SECONDS ||
        take_number(r, &row.size) < 0 || take_number(r, &row.ip) < 0)
        return -E_FORMAT;
    for (int c = 0; c < TEXTS; c++) {
        if (take_text(r, &row.text[c]) < 0)
            return -E_FORMAT;
    }
    return table_add(t, &row);
}

static int read_rows(struct table *t, const void *data, size_t len)
{
    struct reader r = {data, len};
    uint32_t rows;
    int rc = 0;

    if (take(&r, &rows, 4) < 0 || take(&r, &t->bad_rows, 4) < 0)
        return -E_FORMAT;
    for (uint32_t i = 0; i < rows && rc == 0; i++)
        rc = take_row(&r, t);
    return rc == 0 && r.left ? -E_FORMAT : rc;
}

int table_read(struct table **out, const void *data, size_t len, struct error *err)
{
    struct table *t;
    int rc;

    *out = NULL;
    if (table_new(&t, err) < 0)
        return -E_NOMEM;
    rc = read_rows(t, data, len);
    if (rc < 0) {
        table_free(t);
        return rc == -E_NOMEM ? error_nomem(err)
                              : error_set(err, E_FORMAT, "the bytes of a table are damaged");
    }
    table_trim(t);
    *out = t;
    return 0;
}
