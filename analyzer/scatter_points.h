/* What the charts of page loads and calculations draw of one build, as numbers.  Pure. */
#ifndef STRETTO_ANALYZER_SCATTER_POINTS_H
#define STRETTO_ANALYZER_SCATTER_POINTS_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/metric.h"

enum scatter_sort {
    POINT_COUNTED,
    POINT_ASIDE, /* its session does not count: analyzer/steady.h */
    POINT_LOST,  /* it never ended */
    POINT_SORTS,
};

struct scatter_point {
    int64_t us; /* POINT_LOST: until it was given up, or was last heard of */
    uint32_t session;
    enum scatter_sort sort;
};

/* A zeroed struct is empty; free() its list. */
struct scatter_points {
    struct scatter_point *list; /* in order of the sessions' start */
    size_t count;
    size_t of[POINT_SORTS];
    int64_t least_us; /* of those that ended; 0 when there are none */
    int64_t most_us;
    int64_t most_lost_us;
};

/* METRIC_PAGE_LOAD or METRIC_CALCULATION.  0 or -E_NOMEM. */
int scatter_points_collect(struct scatter_points *out, struct build *build, enum metric metric);

/* A line through many points: the median of `window` neighbours, at `places` places evenly along
 * the n values. */
struct running {
    size_t window; /* odd; 0: too few values for a line */
    size_t places;
};
/* each: how many values a session has. */
struct running running_plan(size_t n, size_t each);
/* The median at place i of the plan; *middle is the index of the value that it stands at.  scratch
 * has room for the window. */
int64_t running_median(const struct running *plan, const int64_t *values, size_t n, size_t i,
                       size_t *middle, int64_t *scratch);

/* Bars of a histogram of n values: fine enough to tell shapes, no finer than the values allow. */
size_t histogram_bins(size_t n);

#endif
