#include "player/schedule.h"

int64_t schedule_start_us(const struct schedule *schedule, long i)
{
    return i * schedule->every_us;
}

long schedule_share(const struct schedule *schedule, int process)
{
    if (process >= schedule->count)
        return 0;
    return (schedule->count - process - 1) / schedule->processes + 1;
}

bool schedule_again(const struct schedule *schedule, int64_t now_us)
{
    int64_t all_started_us = schedule_start_us(schedule, schedule->count - 1);

    return schedule->by_users && now_us < all_started_us + schedule->for_us;
}

long schedule_session_id(const struct schedule *schedule, long user, long iteration)
{
    return user + iteration * schedule->count;
}

int64_t schedule_default_every_us(int64_t script_us, long count)
{
    return count > 0 ? script_us / count : 0;
}
