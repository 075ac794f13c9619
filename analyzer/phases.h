/* The phases of a session, as the marks in the script name them ("login", "filter"): how long a
 * user waited in each.  Pure.
 *
 * A phase goes from the step that carries its mark to the one that carries the next; the steps
 * before the first mark belong to none.  Waits that overlap count once: the user waits for both
 * together. */
#ifndef STRETTO_ANALYZER_PHASES_H
#define STRETTO_ANALYZER_PHASES_H

#include <stddef.h>

#include "analyzer/stats.h"
#include "analyzer/waits.h"

struct phase {
    const char *name; /* lent by the script */
    uint32_t first;   /* its first step, and the first of the next */
    uint32_t beyond;
    size_t reached;       /* sessions that began it, of those that count */
    struct spread waited; /* in all of it, a session that went through it */
};

/* One a mark, with nothing measured; *count is 0 and *out NULL for a script without.  0 or
 * -E_NOMEM; free() it. */
int phases_list(struct phase **out, size_t *count, const struct script *script);
/* What one session waited in all of it, or -1: it did not go through it, or does not count.  One
 * that began it is added to those that did.  waits has room for its event_count. */
int64_t phase_of_session(struct phase *phase, struct plan *plan, const struct table *table,
                         size_t session, struct wait *waits);

/* Fills *out with one a mark; *count is 0 and *out NULL for a script without.  0 or -E_NOMEM;
 * free() it. */
int phases_compute(struct phase **out, size_t *count, struct plan *plan, const struct table *table);

#endif
