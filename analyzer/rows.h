/* The rows of a run: its files, and what stands in them. */
#ifndef STRETTO_ANALYZER_ROWS_H
#define STRETTO_ANALYZER_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/run.h"

/* The files of sessions/, in order of their names.  A zeroed struct is empty. */
struct row_files {
    char **paths;
    size_t count;
    uint64_t bytes; /* of all of them */
};

/* Of the run in this directory.  0, -E_IO or -E_NOMEM; row_files_release() in any case. */
int row_files_find(struct row_files *files, const char *run, struct error *err);
void row_files_release(struct row_files *files);

/* What takes the rows: 0, or a negative code to stop at, of which nothing has been said if it is
 * -E_NOMEM. */
struct row_taker {
    int (*take)(void *user, const struct run_row *row);
    void *user;
    size_t skipped; /* lines that are no row: torn or foreign */
};

/* Gives it each row of a file.  0 or a negative code. */
int rows_read(const char *path, struct row_taker *taker, struct error *err);

#endif
