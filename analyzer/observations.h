/* Every wait of a run that came to its end, by step: what box plots, fits against the number of
 * active sessions, and comparisons of builds are computed from.  Pure.
 *
 * They are the waits of counted sessions (analyzer/steady.h) that ended (wait_ended()).  A
 * calculation is one wait, at the first of its steps in the script; its other steps have none, nor
 * has a step that nobody waits for.
 *
 * Order   those of a step in order of their sessions' start, one a session at most
 * Size    16 bytes each: 10,000 sessions of 100 waits are 16 MB */
#ifndef STRETTO_ANALYZER_OBSERVATIONS_H
#define STRETTO_ANALYZER_OBSERVATIONS_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/active.h"
#include "analyzer/table.h"
#include "analyzer/waits.h"

struct observation {
    int64_t us;       /* how long the wait was */
    uint32_t session; /* of the table's */
    uint32_t active;  /* sessions that were when it began, its own among them: 1 and up */
};

struct step_observations {
    struct observation *list; /* lent by the struct below */
    size_t count;
};

/* A zeroed struct is empty; observations_release() accepts it. */
struct observations {
    struct step_observations *steps; /* a step of the script */
    size_t count;                    /* of steps */
    struct observation *all;         /* one step's behind another's */
    size_t all_count;
};

/* 0 or -E_NOMEM. */
int observations_compute(struct observations *out, struct plan *plan, const struct table *table,
                         const struct active *active);
void observations_release(struct observations *observations);

/* Their times alone, in the same order: into values, which has room for step->count. */
void observations_times(const struct step_observations *step, int64_t *values);

#endif
