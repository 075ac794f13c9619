#include "player/schedule.h"

#include <math.h>
#include <stdlib.h>

#include "core/units.h"
#include "player/draw.h"

/* What this module draws is not what sessions draw. */
#define ARRIVALS UINT64_C(0x6172726976616c73)

/* --- made before the run --- */

static int make_room(struct schedule *s, long count, struct error *err)
{
    if (count > SCHEDULE_SESSIONS_MAX)
        return error_set(err, E_USAGE,
                         "that is a plan of %ld starts; at most %d can be planned in one run",
                         count, SCHEDULE_SESSIONS_MAX);
    s->starts = calloc((size_t)count + 1, sizeof(*s->starts));
    return s->starts ? 0 : error_nomem(err);
}

/* Gaps without memory: however many have come, the next one is as likely in any moment. */
static int plan_poisson(struct schedule *s, uint64_t seed, struct error *err)
{
    double at_us = 0;
    int rc = make_room(s, s->count, err);

    for (long i = 0; i < s->count && rc == 0; i++) {
        s->starts[i] = (struct schedule_start){(int64_t)at_us, i};
        at_us += (double)s->every_us * draw_exponential(seed, ARRIVALS, (uint64_t)i);
    }
    s->start_count = s->count;
    return rc;
}

/* A start for every session that the rate asks for; by chance, where as much of the rate has passed
 * as the gaps of a process of rate 1 add up to. */
static int plan_rates(struct schedule *s, uint64_t seed, struct error *err)
{
    double all = stages_sessions(&s->stages);
    double due = s->poisson ? draw_exponential(seed, ARRIVALS, 0) : 0;
    /* By chance there may be more: nobody sees eight deviations. */
    double room = s->poisson ? all + 8 * sqrt(all) + 8 : all;
    long n = 0;
    int rc = make_room(s, (long)fmin(ceil(room), 2.0 * SCHEDULE_SESSIONS_MAX), err);

    if (rc < 0)
        return rc;
    for (; due < all - 1e-9 && n < (long)ceil(room); n++) {
        s->starts[n] = (struct schedule_start){stages_when_us(&s->stages, due), n};
        due =
            s->poisson ? due + draw_exponential(seed, ARRIVALS, (uint64_t)n + 1) : (double)(n + 1);
    }
    s->count = s->start_count = n;
    return 0;
}

static double rise_of(const struct stages *stages)
{
    double before = 0;
    double rise = 0;

    for (size_t i = 0; i < stages->count; i++) {
        rise += fmax(0, stages->items[i].target - before);
        before = stages->items[i].target;
    }
    return rise;
}

/* User n plays while the target is above n: as it rises past n the user starts. */
static int plan_users(struct schedule *s, struct error *err)
{
    const struct stages *stages = &s->stages;
    int64_t end_us = stages_end_us(stages);
    int64_t from_us = 0;
    double before = 0;
    int rc = make_room(s, (long)fmin(rise_of(stages), 2.0 * SCHEDULE_SESSIONS_MAX), err);

    for (size_t i = 0; i < stages->count && rc == 0; i++) {
        const struct load_stage *stage = &stages->items[i];

        for (double user = before; user < stage->target && from_us < end_us; user++) {
            double part = (user - before) / (stage->target - before);

            s->starts[s->start_count++] = (struct schedule_start){
                from_us + (int64_t)(part * (double)stage->length_us), (long)user};
        }
        from_us += stage->length_us;
        before = stage->target;
    }
    s->count = (long)stages_peak(stages);
    return rc;
}

int schedule_init(struct schedule *s, uint64_t seed, struct error *err)
{
    if (s->stages.count)
        return s->stages.by_rate ? plan_rates(s, seed, err) : plan_users(s, err);
    return s->poisson ? plan_poisson(s, seed, err) : 0;
}

void schedule_release(struct schedule *s)
{
    free(s->starts);
    s->starts = NULL;
    stages_release(&s->stages);
}

/* --- asked during the run --- */

long schedule_starts(const struct schedule *s)
{
    return s->starts ? s->start_count : s->count;
}

int64_t schedule_start_us(const struct schedule *s, long i)
{
    return s->starts ? s->starts[i].at_us : i * s->every_us;
}

long schedule_actor(const struct schedule *s, long i)
{
    return s->starts ? s->starts[i].actor : i;
}

long schedule_next(const struct schedule *s, int process, long i)
{
    while (i < schedule_starts(s) && schedule_actor(s, i) % s->processes != process)
        i++;
    return i;
}

long schedule_share(const struct schedule *s, int process)
{
    if (process >= s->count)
        return 0;
    return (s->count - process - 1) / s->processes + 1;
}

int64_t schedule_end_us(const struct schedule *s)
{
    if (s->stages.count)
        return stages_end_us(&s->stages);
    return schedule_start_us(s, s->count - 1) + (s->by_users ? s->for_us : 0);
}

bool schedule_again(const struct schedule *s, long user, int64_t now_us)
{
    if (!s->by_users || now_us >= schedule_end_us(s))
        return false;
    return !s->stages.count || stages_at(&s->stages, now_us) > (double)user;
}

long schedule_session_id(const struct schedule *s, long user, long iteration)
{
    return user + iteration * s->count;
}

int64_t schedule_default_every_us(int64_t script_us, long count)
{
    return count > 0 ? script_us / count : 0;
}
