/* What an app got done, interval by interval of the run.  Pure. */
#ifndef STRETTO_ANALYZER_FLOW_H
#define STRETTO_ANALYZER_FLOW_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/table.h"

enum flow_what {
    FLOW_STARTED, /* sessions, each when it started */
    FLOW_FINISHED,
    FLOW_FAILED,
    FLOW_REQUESTS, /* those that were answered, each when its answer had come */
    FLOW_MESSAGES, /* sent or received */
    FLOW_KINDS
};

/* A zeroed struct is empty; flow_release() accepts it. */
struct flow {
    int64_t every_us; /* length of an interval; the first begins when the first session starts */
    size_t count;     /* of intervals: until the run's end */
    uint32_t *counts[FLOW_KINDS]; /* an interval */
    size_t totals[FLOW_KINDS];
};

/* How long intervals are for a run of this length: what people count in, not more of them than
 * asked for, and long enough that several sessions start in each. */
int64_t flow_every_us(int64_t span_us, size_t sessions, size_t most);

/* 0 or -E_NOMEM. */
int flow_compute(struct flow *out, const struct table *table, const struct script *script,
                 int64_t every_us);
void flow_release(struct flow *flow);

/* How many a second in interval i; and in the one that has most. */
double flow_rate(const struct flow *flow, enum flow_what what, size_t i);
double flow_most(const struct flow *flow, enum flow_what what);

#endif
