/* All that `stretto analyze` does between its command line and its exit code. */
#ifndef STRETTO_ANALYZER_REPORT_H
#define STRETTO_ANALYZER_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

struct report_options {
    const char *dir;
    bool overwrite;
    int64_t mark_us;
    long width;
};

/* Reads the runs, prints the table on stdout, writes the files and prints their names.
 * operands: [LABEL=]RUN, count of them.  0 or a negative code. */
int report_run(const struct report_options *options, char **operands, size_t count,
               struct error *err);

#endif
