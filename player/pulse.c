#include "player/pulse.h"

#include "core/units.h"

/* Behind the handlers of what the kernel had: the time is still that of its answer. */
static void on_check(uv_check_t *check)
{
    struct pulse *p = check->data;

    p->woke_ms = (int64_t)uv_now(check->loop);
}

/* Longer than a pulse without a beat: nobody was busy, the process did not run at all. */
static int64_t still_us(const struct pulse *p, int64_t now_us)
{
    return p->tally->beat_us ? now_us - p->tally->beat_us - (PULSE_MS + 1) * US_PER_MS : 0;
}

static void on_prepare(uv_prepare_t *prepare)
{
    struct pulse *p = prepare->data;
    int64_t now_us = clock_monotonic_us();
    int64_t busy_us = p->woke_ms ? now_us - (p->woke_ms + 1) * US_PER_MS : 0;

    if (still_us(p, now_us) > busy_us)
        busy_us = still_us(p, now_us);
    p->tally->beat_us = now_us;
    if (busy_us > 0)
        tally_stall(p->tally, now_us, busy_us);
}

/* That the loop wakes for it is all. */
static void on_timer(uv_timer_t *timer)
{
    (void)timer;
}

void pulse_init(struct pulse *p, uv_loop_t *loop, struct tally *tally)
{
    *p = (struct pulse){.tally = tally};
    uv_check_init(loop, &p->check);
    uv_prepare_init(loop, &p->prepare);
    uv_timer_init(loop, &p->timer);
    p->check.data = p->prepare.data = p;
    uv_check_start(&p->check, on_check);
    uv_prepare_start(&p->prepare, on_prepare);
    uv_timer_start(&p->timer, on_timer, PULSE_MS, PULSE_MS);
}

void pulse_close(struct pulse *p)
{
    uv_close((uv_handle_t *)&p->check, NULL);
    uv_close((uv_handle_t *)&p->prepare, NULL);
    uv_close((uv_handle_t *)&p->timer, NULL);
}
