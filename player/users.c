#include "player/users.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/json_text.h"

struct reader {
    struct users *users;
    const char *name;
    const char *at;
    const char *end;
    unsigned line; /* where `at` is, from 1 */
    size_t cells;  /* written so far */
    size_t room;
    struct buf cell;
    struct error *err;
};

static bool make_room(struct reader *r)
{
    size_t room = r->room ? r->room * 2 : 64;
    const char **cells;

    if (r->cells < r->room)
        return true;
    cells = realloc(r->users->cells, room * sizeof(*cells));
    if (!cells)
        return false;
    r->users->cells = cells;
    r->room = room;
    return true;
}

static int add_cell(struct reader *r)
{
    const char *copy = arena_copy(&r->users->owned, r->cell.data ? r->cell.data : "", r->cell.len);

    if (!copy || r->cell.failed || !make_room(r))
        return error_nomem(r->err);
    r->users->cells[r->cells++] = copy;
    return 0;
}

static bool at_line_end(const struct reader *r)
{
    return r->at == r->end || *r->at == '\n' ||
           (*r->at == '\r' && r->at + 1 < r->end && r->at[1] == '\n');
}

/* Behind the opening quote, up to the closing one. */
static int read_quoted(struct reader *r)
{
    unsigned opened = r->line;

    for (; r->at < r->end; r->at++) {
        if (*r->at == '"' && (r->at + 1 == r->end || r->at[1] != '"')) {
            r->at++;
            return 0;
        }
        r->at += *r->at == '"';
        r->line += *r->at == '\n';
        buf_addc(&r->cell, *r->at);
    }
    return error_set(r->err, E_FORMAT, "%s:%u: the quote that opens here is never closed", r->name,
                     opened);
}

static int read_cell(struct reader *r)
{
    int rc = 0;

    buf_clear(&r->cell);
    if (r->at < r->end && *r->at == '"') {
        r->at++;
        rc = read_quoted(r);
        if (rc == 0 && !at_line_end(r) && *r->at != ',')
            rc = error_set(r->err, E_FORMAT,
                           "%s:%u: text behind a closing quote; a quote inside a quoted value is "
                           "written twice",
                           r->name, r->line);
    } else {
        while (!at_line_end(r) && *r->at != ',')
            buf_addc(&r->cell, *r->at++);
    }
    return rc < 0 ? rc : add_cell(r);
}

static void skip_line_end(struct reader *r)
{
    if (r->at == r->end)
        return;
    r->at += *r->at == '\r' ? 2 : 1;
    r->line++;
}

/* One line of the table, whose values are counted. */
static int read_row(struct reader *r, size_t *count)
{
    size_t before = r->cells;
    int rc = read_cell(r);

    while (rc == 0 && !at_line_end(r)) {
        r->at++; /* the comma */
        rc = read_cell(r);
    }
    skip_line_end(r);
    *count = r->cells - before;
    return rc;
}

static void skip_empty_lines(struct reader *r)
{
    while (r->at < r->end && at_line_end(r))
        skip_line_end(r);
}

/* Names are written with blanks around them now and then: "name, password". */
static void trim(const char **cell)
{
    char *text = (char *)*cell; /* our own copy */
    size_t len;

    text += strspn(text, " \t");
    len = strlen(text);
    while (len && strchr(" \t", text[len - 1]))
        text[--len] = 0;
    *cell = text;
}

static int check_names(struct reader *r)
{
    const struct users *u = r->users;

    if (u->columns > USERS_COLUMNS_MAX)
        return error_set(r->err, E_FORMAT, "%s: more than %d columns", r->name, USERS_COLUMNS_MAX);
    for (size_t i = 0; i < u->columns; i++) {
        trim(&u->cells[i]);
        if (!*u->cells[i])
            return error_set(r->err, E_FORMAT, "%s: column %zu has no name in the first line",
                             r->name, i + 1);
        for (size_t k = 0; k < i; k++) {
            if (strcmp(u->cells[k], u->cells[i]) == 0)
                return error_set(r->err, E_FORMAT, "%s: two columns are named '%.80s'", r->name,
                                 u->cells[i]);
        }
    }
    return 0;
}

static int read_users(struct reader *r)
{
    struct users *u = r->users;

    for (skip_empty_lines(r); r->at < r->end; skip_empty_lines(r)) {
        unsigned line = r->line;
        size_t count;
        int rc = read_row(r, &count);

        if (rc < 0)
            return rc;
        if (count != u->columns)
            return error_set(r->err, E_FORMAT,
                             "%s:%u: %zu value%s where the first line names %zu column%s", r->name,
                             line, count, count == 1 ? "" : "s", u->columns,
                             u->columns == 1 ? "" : "s");
        u->rows++;
    }
    return 0;
}

static int check_text(struct reader *r)
{
    unsigned line = 1;

    for (const char *at = r->at; at < r->end; line++) {
        const char *newline = memchr(at, '\n', (size_t)(r->end - at));
        size_t n = (size_t)((newline ? newline + 1 : r->end) - at);

        if (memchr(at, 0, n) || !is_utf8(at, n))
            return error_set(r->err, E_FORMAT,
                             "%s:%u: this is no UTF-8 text; save the table as CSV in UTF-8",
                             r->name, line);
        at += n;
    }
    return 0;
}

static int read_table(struct reader *r)
{
    int rc = check_text(r);

    if (rc < 0)
        return rc;
    skip_empty_lines(r);
    if (r->at == r->end)
        return error_set(r->err, E_FORMAT,
                         "%s is empty: its first line names the columns, as name,password",
                         r->name);
    rc = read_row(r, &r->users->columns);
    if (rc == 0)
        rc = check_names(r);
    if (rc == 0)
        rc = read_users(r);
    if (rc == 0 && !r->users->rows)
        rc = error_set(r->err, E_FORMAT,
                       "%s has no rows: after the line of names comes a line a user", r->name);
    return rc;
}

int users_parse(struct users *users, const char *name, const char *data, size_t len,
                struct error *err)
{
    struct reader r = {.users = users, .name = name, .at = data, .end = data + len, .line = 1};
    int rc;

    *users = (struct users){0};
    r.err = err;
    buf_init(&r.cell, USERS_FILE_MAX);
    if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
        r.at += 3;
    rc = read_table(&r);
    buf_release(&r.cell);
    if (rc < 0)
        users_release(users);
    return rc;
}

int users_load(struct users *users, const char *path, struct error *err)
{
    struct buf text;
    int rc;

    *users = (struct users){0};
    buf_init(&text, USERS_FILE_MAX);
    rc = buf_add_file(&text, path);
    if (rc == -1)
        rc = error_set(err, E_IO, "cannot read the table '%s': %s", path, strerror(errno));
    else if (rc < 0)
        rc =
            error_set(err, E_NOMEM, "the table '%s' is larger than %zu MiB, or memory is out",
                      path, USERS_FILE_MAX >> 20);
    else
        rc = users_parse(users, path, text.data ? text.data : "", text.len, err);
    buf_release(&text);
    return rc;
}

void users_release(struct users *users)
{
    free(users->cells);
    arena_release(&users->owned);
    *users = (struct users){0};
}

bool users_column(const struct users *users, const char *name, size_t *column)
{
    for (size_t i = 0; i < users->columns; i++) {
        if (strcmp(users->cells[i], name) == 0) {
            *column = i;
            return true;
        }
    }
    return false;
}

const char *users_cell(const struct users *users, long n, size_t column)
{
    return users->cells[(1 + (size_t)n % users->rows) * users->columns + column];
}
