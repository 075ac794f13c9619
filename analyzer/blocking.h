/* Do short requests wait while the app works for other users, and for which steps?  Pure.
 *
 * Pages, files and session starts that take little by themselves are probes: an app that serves
 * them at once is free, one that keeps them waiting is at work for somebody else.  The time in
 * which a probe was held up (all of its wait but the shortest that its step ever took) is explained
 * by the steps that were served meanwhile: window by window, the held-up time is a sum of so much a
 * time each step was served, none less than 0 and none more than the step's shortest wait (least
 * squares within bounds).  Steps of which worker processes do the most explain nothing, however
 * long they take: probes go by them. */
#ifndef STRETTO_ANALYZER_BLOCKING_H
#define STRETTO_ANALYZER_BLOCKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/passages.h"
#include "analyzer/table.h"

#define BLOCKERS_MOST 16

struct blocker {
    uint32_t step; /* the first of its group */
    double each_s; /* so long it holds others up each time, with its interval, 95 % */
    double low_s;
    double high_s;
    double times; /* a session */
    double share; /* of all that steps hold others up: each_s x times; 0 .. 1 */
};

struct blocking {
    size_t probes;                      /* steps that serve as such; 0: nothing can be said */
    double held_s;                      /* so long a session's probes were held up, on average */
    double alone_s;                     /* what they take together when they are not */
    struct blocker list[BLOCKERS_MOST]; /* the worst first */
    size_t count;
};

/* group: a step: the first of those that are taken together, as a user who does the same again and
 * again makes the app do.  0 or -E_NOMEM. */
int blocking_compute(struct blocking *out, struct plan *plan, const struct passages *passages,
                     const uint32_t *group, size_t sessions);

#endif
