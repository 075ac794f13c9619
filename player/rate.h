/* At most so many a second: each who asks is given a time of its own, one interval apart.
 *
 * Pure; microseconds.  There is no bucket that lets a burst through: a server that can take N a
 * second is not sent 2 N in one.  Whoever does not come after all leaves its time unused. */
#ifndef STRETTO_PLAYER_RATE_H
#define STRETTO_PLAYER_RATE_H

#include <stdint.h>

struct rate {
    double interval_us; /* 0: without limit */
    double next_us;
};

/* The share of one process in a limit over all, from zero_us on; per_second 0: no limit. */
struct rate rate_share(double per_second, int process, int processes, int64_t zero_us);

/* When it may be done: now, or later. */
int64_t rate_take(struct rate *rate, int64_t now_us);

#endif
