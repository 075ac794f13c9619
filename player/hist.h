/* A histogram of times with a fixed relative error, in shared memory if need be: no pointers.
 *
 * 32 steps a doubling: a percentile is at most 3 % above the truth.  1 us to over an hour. */
#ifndef STRETTO_PLAYER_HIST_H
#define STRETTO_PLAYER_HIST_H

#include <stdint.h>

#define HIST_STEPS 32
#define HIST_SLOTS (HIST_STEPS * 28)

/* Zeroed is empty. */
struct hist {
    uint64_t count;
    int64_t max_us;
    uint32_t slots[HIST_SLOTS];
};

void hist_add(struct hist *hist, int64_t us);
void hist_merge(struct hist *into, const struct hist *from);
/* The smallest time that at least the share p (0..1) of all are not above; 0 when it is empty. */
int64_t hist_percentile_us(const struct hist *hist, double p);

#endif
