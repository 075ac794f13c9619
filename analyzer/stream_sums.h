/* What stays of every session of a streamed run: counts and histograms. */
#ifndef STRETTO_ANALYZER_STREAM_SUMS_H
#define STRETTO_ANALYZER_STREAM_SUMS_H

#include "analyzer/dist.h"
#include "analyzer/late.h"
#include "analyzer/phases.h"
#include "analyzer/stats.h"
#include "analyzer/steps.h"

struct step_sums {
    struct dist took;
    struct dist *parts; /* TIMING_PARTS of them; NULL: no row told any */
    size_t failed;
};

/* A zeroed struct is empty; stream_sums_release() accepts it. */
struct stream_sums {
    struct plan *plan; /* lent */
    int64_t mark_us;
    const struct late *late; /* lent; its spans on the wall clock */
    uint64_t events;
    size_t outcomes[SESSION_UNFINISHED + 1];
    size_t cut_waits;
    size_t page_loads_beyond;
    size_t waits;
    size_t waits_late;
    struct dist page_load;
    struct dist calculation;
    struct dist session;
    struct dist failed_wait;
    struct step_sums *steps;
    size_t step_count;
    struct dist *calculations; /* of the plan's */
    struct phase *phases;
    size_t phase_count;
    struct dist *phase_waits;
    struct wait *scratch;
    size_t scratch_count;
};

/* 0 or -E_NOMEM. */
int stream_sums_init(struct stream_sums *sums, struct plan *plan, int64_t mark_us,
                     const struct late *late);
void stream_sums_release(struct stream_sums *sums);

/* Adds the one session of a table, whose times are those of the wall clock.  0 or -E_NOMEM. */
int stream_sums_add(struct stream_sums *sums, const struct table *one);

/* What they say, as the same names say it of a whole table; without the edges.  Steps: 0 or
 * -E_NOMEM. */
void stream_sums_stats(const struct stream_sums *sums, struct stats *out);
int stream_sums_steps(const struct stream_sums *sums, struct steps *out);
/* The phases are the caller's now. */
void stream_sums_take_phases(struct stream_sums *sums, struct phase **out, size_t *count);

#endif
