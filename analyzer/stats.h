/* Numbers of one run.  Pure.
 *
 * What users waited is told of the sessions that count (analyzer/steady.h), how sessions began and
 * ended of all: a failure is one whenever it happened, and the edges are the run's.
 *
 * Percentiles are interpolated linearly between the two nearest ranks (type 7 of Hyndman and Fan:
 * what R's quantile() and numpy do unless told otherwise). */
#ifndef STRETTO_ANALYZER_STATS_H
#define STRETTO_ANALYZER_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/table.h"
#include "analyzer/waits.h"

/* With count 0 the others are 0 and mean nothing. */
struct spread {
    size_t count;
    int64_t min_us;
    int64_t p50_us;
    int64_t p90_us;
    int64_t p95_us;
    int64_t p99_us;
    int64_t p99_9_us;
    int64_t max_us;
    int64_t mean_us; /* rounded */
};

struct stats {
    size_t sessions;
    size_t done;
    size_t failed;
    size_t unfinished;
    struct spread page_load;   /* of sessions that count: whose page load ended */
    struct spread calculation; /* likewise: a send that settled */
    struct spread session;     /* likewise: one that was done, from its first start to its end */
    /* A wait whose end never came, in a session that failed: until it was given up.  In no other
     * spread. */
    struct spread failed_wait;
    size_t cut_waits; /* the same in sessions that are unfinished: nobody knows how they end */
    /* The mark, in sessions that count; a page load that never ended does when it had passed it. */
    size_t page_loads_beyond;
    double start_every_s; /* leading edge: seconds between starts; NAN under two sessions */
    double end_every_s;   /* trailing edge: seconds between ends of done sessions; NAN likewise */
    int64_t
        ideal_us; /* a session of nobody but oneself: the recording, its think times stretched */
};

/* values in rising order; 0 < count; 0 <= p <= 1. */
int64_t percentile(const int64_t *values, size_t count, double p);
/* The same of values in any order, several of them in rising order of p: *from is 0 for the first,
 * and kept between.  Changes the order of the values. */
int64_t percentile_select(int64_t *values, size_t *from, size_t count, double p);
/* Changes the order of the values. */
struct spread spread_of(int64_t *values, size_t count);
/* Least squares of values against their rank 0, 1, 2, ...; NAN under two values. */
double slope_by_rank(const int64_t *values, size_t count);

/* 0 or -E_NOMEM. */
int stats_compute(struct stats *out, struct plan *plan, const struct table *table, int64_t mark_us);

#endif
