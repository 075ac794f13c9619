/* The directory that a report goes to, and the files in it. */
#ifndef STRETTO_ANALYZER_OUTDIR_H
#define STRETTO_ANALYZER_OUTDIR_H

#include <stdbool.h>
#include <stdio.h>

#include "core/error.h"

/* Makes it, and its parents.  One that holds something is refused without `overwrite`; with it,
 * only the files that are written anew change.  0, -E_EXISTS or -E_IO. */
int outdir_make(const char *dir, bool overwrite, struct error *err);

/* A file that appears complete or not at all: written beside its place, then moved there. */
struct outfile {
    FILE *file;
    int why; /* errno of the first write that failed, or 0 */
    char part[4096 + 8];
    const char *path; /* lent: must live until it is closed */
};

int outfile_open(struct outfile *out, const char *path, struct error *err);
/* False when it failed; outfile_close() tells why. */
bool outfile_write(struct outfile *out, const void *data, size_t len);
/* Closes it and moves it into its place; or, with `give_up`, removes it.  0 or -E_IO. */
int outfile_close(struct outfile *out, bool give_up, struct error *err);

#endif
