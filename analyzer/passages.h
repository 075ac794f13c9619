/* Every wait of a run that ended, of all its sessions: what its queues are computed from.  Pure.
 *
 * Unlike analyzer/observations.h it knows when each was, and has those of sessions that do not
 * count in the numbers too: they stood in the same queues. */
#ifndef STRETTO_ANALYZER_PASSAGES_H
#define STRETTO_ANALYZER_PASSAGES_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/table.h"
#include "analyzer/waits.h"

struct passage {
    int64_t start_us;
    int64_t end_us;
    uint32_t step; /* a calculation: the first of its steps */
    uint32_t session;
};

/* A zeroed struct is empty; passages_release() accepts it. */
struct passages {
    struct passage *list; /* those of a session together, in the order of the sessions */
    size_t count;
    int64_t *own_us; /* a step: its shortest wait: what it takes when nobody else is there, as far
                        as the run has seen that; 0 where it has none */
    size_t *times;   /* a step: how many */
    size_t steps;
    int64_t end_us; /* of the last one */
};

/* 0 or -E_NOMEM. */
int passages_compute(struct passages *out, struct plan *plan, const struct table *table);
void passages_release(struct passages *passages);

#endif
