/* A histogram of times with a fixed relative error, in shared memory if need be: no pointers.
 *
 * 128 steps a doubling: a percentile is at most 0.8 % above the truth.  1 us to three days, in
 * 17 KiB.  What two of them have is added, what came between two moments is subtracted. */
#ifndef STRETTO_CORE_HIST_H
#define STRETTO_CORE_HIST_H

#include <stdint.h>

#define HIST_STEPS 128
#define HIST_SLOTS (HIST_STEPS * 32)

/* Zeroed is empty. */
struct hist {
    uint64_t count;
    int64_t max_us;
    uint32_t slots[HIST_SLOTS];
};

void hist_add(struct hist *hist, int64_t us);
void hist_merge(struct hist *into, const struct hist *from);
/* What was added to `then` until it was `now`; the greatest is known as well as any percentile. */
void hist_since(struct hist *out, const struct hist *now, const struct hist *then);
/* The smallest time that at least the share p (0..1) of all are not above; 0 when it is empty. */
int64_t hist_percentile_us(const struct hist *hist, double p);
/* The rank-th smallest, from 0 on: at most 0.8 % too high or too low, of many far less. */
int64_t hist_rank_us(const struct hist *hist, uint64_t rank);

#endif
