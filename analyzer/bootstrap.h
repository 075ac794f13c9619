/* How sure a percentile is, and the difference of two: bootstrap.  Pure, and the same each time.
 *
 * Drawing n of n values again and again and taking the percentile of each drawing gives one of the
 * values, the j-th in order with a chance that is known: j / n follows a Beta distribution.  So
 * one random number stands for a whole drawing, and 10,000 values cost no more than 50.
 *
 * Waits are not independent: those of one session hang together, and neighbouring sessions stand in
 * one queue.  So the values count for fewer than they are: for as many independent ones as would
 * vary as much as blocks of neighbours do (the design effect of survey statistics).  A
 * run whose waits grow from beginning to end has wide intervals: rightly, for its percentiles
 * depend on how long one played. */
#ifndef STRETTO_ANALYZER_BOOTSTRAP_H
#define STRETTO_ANALYZER_BOOTSTRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A zeroed struct is empty; sample_release() accepts it. */
struct sample {
    int64_t *sorted;
    size_t count;
    double worth[2]; /* how many independent values they are worth at p50, at p95; 2 and up */
};

/* The percentiles that a sample knows its worth at. */
enum sample_at { AT_P50, AT_P95 };
double sample_p(enum sample_at at);

/* Takes the values, which malloc() gave and sample_release() frees; in the order of their sessions'
 * start.  a_session: how many values a session has, one behind another; 1 and up.  0 or -E_NOMEM
 * (the values are freed then too). */
int sample_of(struct sample *out, int64_t *values, size_t count, size_t a_session);
void sample_release(struct sample *sample);

struct interval {
    double value; /* microseconds, as are low and high */
    double low;   /* 95 % */
    double high;
    double chance; /* a difference: how likely one as large is where there is none; 0 .. 1 */
};

/* Both need samples that are not empty. */
struct interval bootstrap_percentile(const struct sample *sample, enum sample_at at);
/* How much larger a is than b. */
struct interval bootstrap_difference(const struct sample *a, const struct sample *b,
                                     enum sample_at at);

/* One of several questions that are asked at once. */
struct chance {
    double chance; /* how likely an answer like this is where there is nothing */
    size_t of;     /* the caller's number for it */
};

/* Which of them still have an answer?  Holm's method: sorts the list, the least likely first, and
 * makes each chance what it is worth among all.  When those below 5 % are told, one of them or more
 * is wrong in at most 5 % of all cases. */
void chances_among_all(struct chance *list, size_t count);

#endif
