#include "recorder/activity.h"

#include "recorder/limits.h"

int64_t activity_end_us(const struct activity *a, int64_t idle_us)
{
    int64_t end_us = ACTIVITY_ON_AND_ON;

    if (!a->last_us || a->unanswered)
        return end_us;
    if (a->had_socket && !a->sockets_open)
        end_us = a->last_us + PAGE_GONE_US;
    if (idle_us && a->last_us + idle_us < end_us)
        end_us = a->last_us + idle_us;
    return end_us;
}
