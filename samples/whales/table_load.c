/* From a gzipped log to a table: a window slides over the inflated bytes, line by line. */
#include "samples/whales/table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define WINDOW_BYTES ((size_t)256 * 1024)

static const char *const column_names[] = {"date", "time",    "size",    "r_version", "r_arch",
                                           "r_os", "package", "version", "country",   "ip_id"};
#define COLUMNS 10

struct loader {
    gzFile gz;
    const char *path;
    struct table *table;
    struct error *err;
    bool header_seen;
    size_t held; /* bytes in the window */
    char window[WINDOW_BYTES];
};

static int check_header(struct loader *l, char *line, size_t len)
{
    struct span fields[COLUMNS];
    int n = csv_split(line, len, fields, COLUMNS);

    for (int i = 0; i < COLUMNS; i++) {
        if (n != COLUMNS || fields[i].len != strlen(column_names[i]) ||
            memcmp(fields[i].text, column_names[i], fields[i].len) != 0)
            return error_set(l->err, E_FORMAT,
                             "%s: the first line does not name the columns of a download log",
                             l->path);
    }
    l->header_seen = true;
    return 0;
}

int row_parse(char *line, size_t len, struct row *row)
{
    struct span fields[COLUMNS];

    if (csv_split(line, len, fields, COLUMNS) != COLUMNS || csv_time(fields[1], &row->time_s) < 0 ||
        csv_number(fields[2], &row->size) < 0 || csv_number(fields[9], &row->ip) < 0)
        return -E_FORMAT;
    memcpy(row->text, fields + 3, sizeof(row->text));
    for (int c = 0; c < TEXTS; c++) {
        if (row->text[c].len > TEXT_BYTES_MAX)
            return -E_FORMAT;
    }
    return 0;
}

static int take_line(struct loader *l, char *line, size_t len)
{
    struct row row;
    int rc;

    if (len && line[len - 1] == '\r')
        len--;
    if (!l->header_seen)
        return check_header(l, line, len);
    rc = row_parse(line, len, &row);
    if (rc == 0)
        rc = table_add(l->table, &row);
    if (rc == -E_NOMEM)
        return error_nomem(l->err);
    if (rc < 0)
        l->table->bad_rows++;
    return 0;
}

/* Takes the whole lines in the window and moves what is left to its front. */
static int take_lines(struct loader *l)
{
    char *at = l->window;
    char *end = at + l->held;
    char *newline;
    int rc = 0;

    while (rc == 0 && (newline = memchr(at, '\n', (size_t)(end - at)))) {
        rc = take_line(l, at, (size_t)(newline - at));
        at = newline + 1;
    }
    if (rc == 0 && at == l->window && l->held == WINDOW_BYTES)
        return error_set(l->err, E_FORMAT, "%s: a line is longer than %zu bytes", l->path,
                         WINDOW_BYTES);
    l->held = (size_t)(end - at);
    memmove(l->window, at, l->held);
    return rc;
}

static int broken(struct loader *l)
{
    int code;
    const char *reason = gzerror(l->gz, &code);

    return error_set(l->err, E_FORMAT, "%s: cannot inflate: %s", l->path,
                     code == Z_BUF_ERROR ? "the file ends too early"
                     : code == Z_ERRNO   ? strerror(errno)
                                         : reason);
}

static int load_all(struct loader *l)
{
    int rc = 0;
    int n;

    while (rc == 0) {
        n = gzread(l->gz, l->window + l->held, (unsigned)(WINDOW_BYTES - l->held));
        if (n < 0)
            return broken(l);
        if (n == 0)
            break;
        l->held += (size_t)n;
        rc = take_lines(l);
    }
    /* zlib tells of a file cut short only by this code, after it has given out all it had. */
    if (rc == 0 && (gzerror(l->gz, &n), n != Z_OK))
        return broken(l);
    if (rc == 0 && l->held)
        rc = take_line(l, l->window, l->held);
    if (rc == 0 && !l->header_seen)
        return error_set(l->err, E_FORMAT, "%s: the log is empty", l->path);
    return rc;
}

static int load_open(struct loader *l)
{
    int rc;

    l->gz = gzopen(l->path, "rb");
    if (!l->gz)
        return error_set(l->err, E_IO, "cannot open %s: %s", l->path, strerror(errno));
    gzbuffer(l->gz, 64 * 1024);
    rc = load_all(l);
    gzclose_r(l->gz);
    return rc;
}

int table_load(struct table **out, const char *path, struct error *err)
{
    struct loader *l = calloc(1, sizeof(*l));
    int rc;

    *out = NULL;
    if (!l)
        return error_nomem(err);
    l->path = path;
    l->err = err;
    rc = table_new(&l->table, err);
    if (rc == 0)
        rc = load_open(l);
    if (rc == 0) {
        table_trim(l->table);
        *out = l->table;
    } else {
        table_free(l->table);
    }
    free(l);
    return rc;
}
