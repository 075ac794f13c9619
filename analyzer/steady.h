/* Which sessions count in the numbers: those of the steady state, as shinyloadtest selects them.
 * Pure. */
#ifndef STRETTO_ANALYZER_STEADY_H
#define STRETTO_ANALYZER_STEADY_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/table.h"

/* The time in which every user of the run was there; since the first session started. */
struct steady {
    bool used; /* false: every session counts */
    int64_t from_us;
    int64_t to_us;
    size_t sessions; /* that count */
};

/* Sets `counted` of every session of the table.  all: all of them count. */
void steady_select(struct steady *out, struct table *table, bool all);

#endif
