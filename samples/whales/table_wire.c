/* The table as text: the log's own rows once more, every string written out and quoted in each row
 * that has it. It is how a data frame is handed on when nobody has thought about it, by
 * write.csv() or toJSON(), and what it costs is paid twice: the worker writes, the receiver parses.
 */
#include "samples/whales/table.h"

#include <string.h>

/* Three numbers, a time, commas, the quotes around each text, a newline. */
#define ROW_MOST (64 + TEXTS * 3)

static size_t row_most(const struct table *t, uint32_t row)
{
    size_t bytes = ROW_MOST;

    for (int c = 0; c < TEXTS; c++)
        bytes += 2 * (size_t)names_length(&t->names[c], t->text[c][row]);
    return bytes;
}

static char *put_number(char *to, uint32_t number)
{
    char digits[10];
    size_t n = 0;

    do {
        digits[n++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    while (n)
        *to++ = digits[--n];
    return to;
}

static char *put_two(char *to, uint32_t number)
{
    *to++ = (char)('0' + number / 10);
    *to++ = (char)('0' + number % 10);
    return to;
}

static char *put_time(char *to, uint32_t time_s)
{
    to = put_two(to, time_s / 3600);
    *to++ = ':';
    to = put_two(to, time_s / 60 % 60);
    *to++ = ':';
    return put_two(to, time_s % 60);
}

static char *put_text(char *to, const char *text, size_t len)
{
    *to++ = '"';
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"')
            *to++ = '"';
        *to++ = text[i];
    }
    *to++ = '"';
    return to;
}

/* The log's columns in their order; the date is the table's own and stays empty. */
static char *put_row(char *to, const struct table *t, uint32_t row)
{
    *to++ = ',';
    to = put_time(to, t->time_s[row]);
    *to++ = ',';
    to = put_number(to, t->size[row]);
    for (int c = 0; c < TEXTS; c++) {
        *to++ = ',';
        to = put_text(to, table_text_at(t, (enum table_text)c, row),
                      names_length(&t->names[c], t->text[c][row]));
    }
    *to++ = ',';
    to = put_number(to, t->ip[row]);
    *to++ = '\n';
    return to;
}

int table_write(const struct table *t, struct buf *out)
{
    buf_addf(out, "%u,%u\n", t->rows, t->bad_rows);
    for (uint32_t row = 0; row < t->rows && !out->failed; row++) {
        char *room = buf_room(out, row_most(t, row));

        if (room)
            buf_added(out, (size_t)(put_row(room, t, row) - room));
    }
    return out->failed ? -E_NOMEM : 0;
}

struct reader {
    char *at;
    char *end;
};

/* Cuts the next line off; -E_FORMAT when there is none that is whole. */
static int take_line(struct reader *r, char **line, size_t *len)
{
    char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));

    if (!newline)
        return -E_FORMAT;
    *line = r->at;
    *len = (size_t)(newline - r->at);
    r->at = newline + 1;
    return 0;
}

static int take_counts(struct reader *r, uint32_t *rows, uint32_t *bad_rows)
{
    struct span fields[2];
    char *line;
    size_t len;

    if (take_line(r, &line, &len) < 0 || csv_split(line, len, fields, 2) != 2 ||
        csv_number(fields[0], rows) < 0)
        return -E_FORMAT;
    return csv_number(fields[1], bad_rows);
}

static int take_row(struct reader *r, struct table *t)
{
    struct row row;
    char *line;
    size_t len;

    if (take_line(r, &line, &len) < 0 || row_parse(line, len, &row) < 0)
        return -E_FORMAT;
    return table_add(t, &row);
}

static int read_rows(struct table *t, char *data, size_t len)
{
    struct reader r = {data, data + len};
    uint32_t rows;
    int rc = take_counts(&r, &rows, &t->bad_rows);

    for (uint32_t i = 0; rc == 0 && i < rows; i++)
        rc = take_row(&r, t);
    return rc == 0 && r.at < r.end ? -E_FORMAT : rc;
}

int table_read(struct table **out, char *data, size_t len, struct error *err)
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
                              : error_set(err, E_FORMAT, "the rows of a table are damaged");
    }
    table_trim(t);
    *out = t;
    return 0;
}
