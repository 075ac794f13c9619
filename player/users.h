/* The files of --users-file and --data: a CSV table, a column a name, a row a user.
 *
 * RFC 4180: comma between values, a value with a comma, a quote or a line end in double quotes, a
 * quote inside those written twice; LF or CRLF; UTF-8, with or without a byte order mark.  Empty
 * lines are skipped.  Every row has as many values as the first line has names.
 * Owner   users_load()/users_parse() .. users_release(); cells are lent.
 * Errors  -E_IO, -E_FORMAT (err names the file and the line), -E_NOMEM. */
#ifndef STRETTO_PLAYER_USERS_H
#define STRETTO_PLAYER_USERS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"

#define USERS_FILE_MAX ((size_t)64 << 20)
#define USERS_COLUMNS_MAX 256

struct users {
    const char **cells; /* the names first, then row after row */
    size_t columns;
    size_t rows; /* users: the line of names not counted */
    struct arena owned;
};

int users_load(struct users *users, const char *path, struct error *err);
int users_parse(struct users *users, const char *name, const char *data, size_t len,
                struct error *err);
void users_release(struct users *users);

/* Which column has this name; false: none. */
bool users_column(const struct users *users, const char *name, size_t *column);
/* What stands in that column of the row that belongs to the n-th user: rows are dealt round. */
const char *users_cell(const struct users *users, long n, size_t column);

#endif
