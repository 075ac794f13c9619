/* Which sessions count in the numbers: those of the steady state, as shinyloadtest selects its
 * maintenance period.
 *
 * The steady state begins when the last user has begun their first session, and ends when the first
 * user has ended their last one: between the two everybody is there.  A session counts that lies
 * wholly in it.  Where nobody plays a second session (`stretto play --sessions`) there is no such
 * state, and all sessions count.
 * Pure. */
#ifndef STRETTO_ANALYZER_STEADY_H
#define STRETTO_ANALYZER_STEADY_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/table.h"

struct steady {
    bool used;       /* false: every session counts */
    bool missed;     /* not used, because no session lies wholly in it */
    int64_t from_us; /* since the first session started; 0 unless used */
    int64_t to_us;
    size_t sessions; /* that count */
    size_t users;    /* of the whole run */
};

/* Sets `counted` of every session of the table.  all: all of them count.  0 or -E_NOMEM. */
int steady_select(struct steady *out, struct table *table, bool all);

#endif
