#include "player/rate.h"

#include "core/units.h"

struct rate rate_share(double per_second, int process, int processes, int64_t zero_us)
{
    struct rate rate = {0};

    if (per_second <= 0)
        return rate;
    rate.interval_us = (double)US_PER_S * processes / per_second;
    /* The processes' turns lie between each other's. */
    rate.next_us = (double)zero_us + rate.interval_us * process / processes;
    return rate;
}

int64_t rate_take(struct rate *rate, int64_t now_us)
{
    double at_us = (double)now_us;

    if (rate->interval_us <= 0)
        return now_us;
    if (rate->next_us > at_us)
        at_us = rate->next_us;
    rate->next_us = at_us + rate->interval_us;
    return (int64_t)at_us;
}
