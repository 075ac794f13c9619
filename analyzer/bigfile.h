/* A file of millions of rows, put together from pieces at about the speed of memory; complete in
 * its place or not there at all (outfile). */
#ifndef STRETTO_ANALYZER_BIGFILE_H
#define STRETTO_ANALYZER_BIGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/outdir.h"
#include "core/error.h"

struct bigfile {
    struct outfile out;
    char *data;
    size_t len;
    bool failed; /* bigfile_close() tells why; what is added then is dropped */
};

/* 0 or a negative code. */
int bigfile_open(struct bigfile *file, const char *path, struct error *err);
void bigfile_add(struct bigfile *file, const void *data, size_t len);
void bigfile_adds(struct bigfile *file, const char *text);
void bigfile_number(struct bigfile *file, int64_t number);
/* give_up: something else failed, and told so; then the file is taken away.  0 or a negative code.
 */
int bigfile_close(struct bigfile *file, bool give_up, struct error *err);

#endif
