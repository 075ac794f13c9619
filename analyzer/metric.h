/* What is measured of a session, by the names that --fail-if knows: one meaning for the table on
 * the terminal, the charts, summary.json and the verdict.  Pure.
 *
 * page_load    from its first start to the end of page load; one that never ended gives none
 * calculation  from a send until it settled; a session gives one a calculation
 * session      of one that was done: from its first start to its end
 * step         the wait that begins at a step of the script: a calculation is one, at the first of
 *              its steps; where no wait begins (a send, a later message of a calculation), the
 *              step's own time.  One that never ended gives none. */
#ifndef STRETTO_ANALYZER_METRIC_H
#define STRETTO_ANALYZER_METRIC_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/dist.h"
#include "analyzer/load.h"

enum metric {
    METRIC_PAGE_LOAD,
    METRIC_CALCULATION,
    METRIC_SESSION,
    METRIC_STEP,
    METRIC_FAILED,   /* sessions; no time: its distribution is empty */
    METRIC_LATENESS, /* the player's own, which only run.json tells: likewise */
    METRICS,
};

/* "page_load", ... */
const char *metric_name(enum metric metric);

/* Of the sessions that count (session.counted).  step: METRIC_STEP's; else ignored.  0 or -E_NOMEM;
 * dist_release() it.  Uses the build's plan, so one at a time. */
int metric_dist(struct dist *out, struct build *build, enum metric metric, size_t step);

/* The values of one session, whether it counts or not; how many.  scratch and values have room for
 * its event_count, and values for one more. */
size_t metric_of_session(struct plan *plan, const struct table *table, size_t session,
                         enum metric metric, size_t step, struct wait *scratch, int64_t *values);

/* The same of all sessions that count; values has room for metric_most(). */
size_t metric_of_all(struct plan *plan, const struct table *table, enum metric metric, size_t step,
                     struct wait *scratch, int64_t *values);
size_t metric_most(const struct table *table);

/* Of which calculation a step of the script is the first, or -1. */
int calculation_at(const struct plan *plan, size_t step);

#endif
