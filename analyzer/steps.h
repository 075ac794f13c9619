/* Numbers of each step of the script, over all sessions that played it.  Pure. */
#ifndef STRETTO_ANALYZER_STEPS_H
#define STRETTO_ANALYZER_STEPS_H

#include <stddef.h>

#include "analyzer/stats.h"
#include "analyzer/table.h"

struct step_stats {
    struct spread took;                /* those that ended, in sessions that count */
    size_t failed;                     /* whose end never came, in any session that failed */
    struct spread parts[TIMING_PARTS]; /* where it went; TIMING_BYTES: bytes */
};

struct steps {
    struct step_stats *list; /* a step of the script */
    size_t count;
};

/* 0 or -E_NOMEM; a zeroed struct is empty, steps_release() accepts it. */
int steps_compute(struct steps *out, const struct table *table, size_t steps);
void steps_release(struct steps *steps);

/* As a key of JSON: "blocked_us", ..., "bytes". */
const char *timing_key(enum timing_part part);

#endif
