/* All that `stretto analyze` does between its command line and its exit code. */
#ifndef STRETTO_ANALYZER_REPORT_H
#define STRETTO_ANALYZER_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/opts.h"

struct report_options {
    const char *dir;
    bool overwrite;
    int64_t mark_us;
    long width;
    const char *charts; /* NULL: all */
    const char *files;  /* "report,summary,events,trace"; NULL: all */
    bool all;           /* sessions count, not those of the steady state alone */
    bool stream;        /* read the runs in one pass, whatever their size */
    bool markdown;
    const char *junit; /* a path, or NULL */
    struct opt_list fail_if;
};

/* Reads the runs, prints the numbers on stdout, writes the files and prints their names.
 * operands: [LABEL=]RUN, count of them.  0, or a negative code: -E_MISMATCH when a condition of
 * --fail-if is met, all else being done. */
int report_run(const struct report_options *options, char **operands, size_t count,
               struct error *err);

#endif
