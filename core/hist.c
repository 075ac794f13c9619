#include "core/hist.h"

#include <math.h>

/* Below HIST_STEPS a slot a microsecond; above, HIST_STEPS slots a doubling. */
static unsigned slot_of(int64_t us)
{
    uint64_t scaled = us > 0 ? (uint64_t)us : 0;
    unsigned doublings = 63 - (unsigned)__builtin_clzll(scaled | HIST_STEPS);
    unsigned shift = doublings - (unsigned)__builtin_ctz(HIST_STEPS);
    unsigned slot = shift * HIST_STEPS + (unsigned)(scaled >> shift);

    return slot < HIST_SLOTS ? slot : HIST_SLOTS - 1;
}

/* The largest time that falls into a slot. */
static int64_t slot_top_us(unsigned slot)
{
    unsigned shift = slot < 2 * HIST_STEPS ? 0 : slot / HIST_STEPS - 1;
    int64_t scaled = slot - shift * HIST_STEPS;

    return ((scaled + 1) << shift) - 1;
}

void hist_add(struct hist *hist, int64_t us)
{
    hist->slots[slot_of(us)]++;
    hist->count++;
    if (us > hist->max_us)
        hist->max_us = us;
}

void hist_merge(struct hist *into, const struct hist *from)
{
    for (unsigned i = 0; i < HIST_SLOTS; i++)
        into->slots[i] += from->slots[i];
    into->count += from->count;
    if (from->max_us > into->max_us)
        into->max_us = from->max_us;
}

void hist_since(struct hist *out, const struct hist *now, const struct hist *then)
{
    unsigned last = 0;

    out->count = 0;
    for (unsigned i = 0; i < HIST_SLOTS; i++) {
        out->slots[i] = now->slots[i] - then->slots[i];
        out->count += out->slots[i];
        if (out->slots[i])
            last = i;
    }
    out->max_us = slot_top_us(last);
    if (out->max_us > now->max_us || last == HIST_SLOTS - 1)
        out->max_us = now->max_us;
    if (!out->count)
        out->max_us = 0;
}

/* The first slot in which, with those below it, this many are. */
static int64_t top_of_first_us(const struct hist *hist, uint64_t count)
{
    uint64_t seen = 0;

    for (unsigned i = 0; i < HIST_SLOTS && hist->count; i++) {
        seen += hist->slots[i];
        if (seen >= count) {
            int64_t top = slot_top_us(i);

            return i == HIST_SLOTS - 1 || top > hist->max_us ? hist->max_us : top;
        }
    }
    /* Its owner was adding one just then. */
    return hist->max_us;
}

int64_t hist_percentile_us(const struct hist *hist, double p)
{
    uint64_t count = (uint64_t)ceil(p * (double)hist->count);

    return top_of_first_us(hist, count ? count : 1);
}

/* As if the times of a slot lay side by side in it, equally far apart. */
static int64_t within_slot_us(unsigned slot, double share)
{
    int64_t top = slot_top_us(slot);
    int64_t low = slot ? slot_top_us(slot - 1) + 1 : 0;

    return low + llround(share * (double)(top - low));
}

int64_t hist_rank_us(const struct hist *hist, uint64_t rank)
{
    uint64_t seen = 0;

    for (unsigned i = 0; i < HIST_SLOTS - 1; i++) {
        uint32_t count = hist->slots[i];

        if (seen + count > rank) {
            int64_t us = within_slot_us(i, ((double)(rank - seen) + 0.5) / count);

            return us < hist->max_us ? us : hist->max_us;
        }
        seen += count;
    }
    return hist->max_us;
}
