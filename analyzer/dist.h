/* A distribution of times: all its values, or a histogram where they are too many to keep.  What
 * charts of percentiles draw and --fail-if asks for.  Pure. */
#ifndef STRETTO_ANALYZER_DIST_H
#define STRETTO_ANALYZER_DIST_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/stats.h"
#include "core/hist.h"

/* A zeroed struct is empty; with count 0 the others mean nothing. */
struct dist {
    int64_t *sorted;   /* in rising order; NULL: a histogram, or empty */
    struct hist *hist; /* NULL: values, or empty */
    size_t count;
    int64_t min_us;
    int64_t max_us;
    double mean_us;
};

/* In rising order; fast for millions. */
void sort_times(int64_t *values, size_t count);

/* Takes the values, which malloc() gave and free() will get back; sorts them. */
void dist_of_values(struct dist *out, int64_t *values, size_t count);
void dist_release(struct dist *dist);

/* Adds a value to a histogram, which an empty one becomes.  0 or -E_NOMEM. */
int dist_add(struct dist *dist, int64_t us);
/* 0 or -E_NOMEM; dist_release() the copy. */
int dist_copy(struct dist *out, const struct dist *from);

/* 0 <= p <= 1, type 7 as in analyzer/stats.h; of a histogram at most 0.8 % off. */
int64_t dist_at(const struct dist *dist, double p);
struct spread dist_spread(const struct dist *dist);

#endif
