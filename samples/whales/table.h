/* A day's downloads in memory: columns, 24 bytes a row, strings kept once.
 *
 * Shape   row i is time_s[i], size[i], ip[i] and text[c][i], a number that names[c] explains.
 * Owner   whoever got it from table_new(), table_load() or table_read(), until table_free().
 *         Readers look at the columns themselves: a summary is one pass over one or two of them.
 * Errors  0 or a negative code with a sentence; on error *out is NULL. */
#ifndef STRETTO_SAMPLES_TABLE_H
#define STRETTO_SAMPLES_TABLE_H

#include "core/buf.h"
#include "core/error.h"
#include "samples/whales/csv.h"
#include "samples/whales/names.h"

/* The columns that hold strings, in the order of the log. */
enum table_text {
    TEXT_R_VERSION,
    TEXT_R_ARCH,
    TEXT_R_OS,
    TEXT_PACKAGE,
    TEXT_VERSION,
    TEXT_COUNTRY,
    TEXTS,
};

#define TEXT_BYTES_MAX 255
#define DAY_SECONDS 86400

struct table {
    uint32_t rows;
    uint32_t cap;
    uint32_t bad_rows; /* lines that were skipped */
    uint32_t *time_s;  /* second of the day */
    uint32_t *size;    /* bytes */
    uint32_t *ip;      /* the downloader's number */
    uint16_t *text[TEXTS];
    struct names names[TEXTS];
};

/* A row on its way into the table. */
struct row {
    uint32_t time_s;
    uint32_t size;
    uint32_t ip;
    struct span text[TEXTS];
};

int table_new(struct table **out, struct error *err);
void table_free(struct table *t);

/* 0, -E_NOMEM, or -E_FORMAT when a column has too many different strings. */
int table_add(struct table *t, const struct row *row);

/* Gives back the room that growing left over; a table is kept for minutes. */
void table_trim(struct table *t);

const char *table_text_at(const struct table *t, enum table_text column, uint32_t row);

/* Opens, inflates and parses a gzipped log. Bad lines are skipped and counted. */
int table_load(struct table **out, const char *path, struct error *err);

/* One line of a log, without its newline, cut in place: 0 or -E_FORMAT. */
int row_parse(char *line, size_t len, struct row *row);

/* The whole table as the text of its rows, and back (cut in place). It is what makes the async
 * build pay: every string is parsed and looked up again on the other side. */
int table_write(const struct table *t, struct buf *out);
int table_read(struct table **out, char *data, size_t len, struct error *err);

#endif
