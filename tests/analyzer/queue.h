/* Runs of a small made-up app whose truth is known: what each step costs, how many threads serve.
 *
 * A session loads a page (a homepage and three files, a millisecond each), opens a socket, and then
 * asks for one calculation after another, thinking before each.  A calculation may first stand in
 * the queue of a pool of workers, then in that of the main threads, which serve everything else
 * too; both first come, first served. */
#ifndef STRETTO_TESTS_ANALYZER_QUEUE_H
#define STRETTO_TESTS_ANALYZER_QUEUE_H

#include <stdbool.h>

#include "analyzer/load.h"

struct queue_step {
    const char *input; /* "Set: INPUT" is what it is called */
    int64_t pool_us;
    int64_t main_us;
};

struct queue {
    const struct queue_step *steps; /* the last one's input is NULL */
    int threads;
    int workers;
    int sessions;
    int users; /* play one session after another; 0: sessions come by themselves */
    int64_t every_us;
    bool poisson;
    int64_t think_us;
    double noise;  /* each cost is so much more or less than it should be, at most: 0.3 is 30 % */
    double slower; /* all costs times 1 + this */
    uint64_t seed;
};

/* A build of that run, computed; build_release() it. */
void queue_run(struct build *out, const char *label, const struct queue *queue);

#endif
