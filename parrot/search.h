/* How many sessions at once to try next, and what a trial says: pure arithmetic.
 *
 * Source  docs/parrot.md, "Calibrating". */
#ifndef STRETTO_PARROT_SEARCH_H
#define STRETTO_PARROT_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

/* Later than this, and a player's figures are its own (docs/replay.md). */
#define LATE_LIMIT_US INT64_C(20000)
/* Of a core: a process that has this much to do has no more to give. */
#define BUSY_LIMIT 0.95

/* What came of playing so many at once. */
struct trial {
    double sessions;   /* at once, at the recorded pace: that is the load of it */
    long played;       /* how many it took */
    long failed;       /* or lost */
    int64_t late_us;   /* of the player, p99 */
    double worker_cpu; /* shares of a core */
    double parrot_cpu;
    double rss_kb;    /* of the player's workers together */
    char reason[200]; /* of the first failure */
};

enum limit { LIMIT_NONE, LIMIT_FAILED, LIMIT_LATE, LIMIT_WORKER, LIMIT_PARROT };

enum limit trial_limit(const struct trial *trial);

struct search {
    double good; /* the most that went well; 0: none did */
    double bad;  /* the fewest that did not; 0: none */
};

/* The next load to try; 0: it is known well enough.  last: the trial at search->good; most: what
 * something else than CPU allows. */
double search_next(const struct search *search, const struct trial *last, double most);

/* Two digits of it, rounded down: more is not known. */
double round_down(double sessions);

#endif
