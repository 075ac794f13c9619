#include "core/timers.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/timerfd.h>
#endif

#include "core/units.h"

/* So many at a wake, then the sockets have their turn. */
#define FIRE_AT_ONCE 256

/* --- the heap --- */

/* Joins two heaps; either may be empty. */
static struct timer *meld(struct timer *a, struct timer *b)
{
    struct timer *swap;

    if (!a || !b)
        return a ? a : b;
    if (b->at_us < a->at_us) {
        swap = a;
        a = b;
        b = swap;
    }
    b->next = a->child;
    if (b->next)
        b->next->from = &b->next;
    a->child = b;
    b->from = &a->child;
    return a;
}

static struct timer *take_off(struct timer **list)
{
    struct timer *t = *list;

    *list = t->next;
    t->next = NULL;
    t->from = NULL;
    return t;
}

/* Siblings become one heap: in pairs from the left, then from the right. */
static struct timer *meld_siblings(struct timer *list)
{
    struct timer *pairs = NULL;
    struct timer *heap = NULL;

    while (list) {
        struct timer *a = take_off(&list);
        struct timer *b = list ? take_off(&list) : NULL;
        struct timer *pair = meld(a, b);

        pair->next = pairs;
        pairs = pair;
    }
    while (pairs)
        heap = meld(heap, take_off(&pairs));
    return heap;
}

static void set_first(struct timers *timers, struct timer *first)
{
    timers->first = first;
    if (first)
        first->from = &timers->first;
}

static void insert(struct timers *timers, struct timer *t)
{
    t->child = t->next = NULL;
    t->running = true;
    timers->count++;
    set_first(timers, meld(timers->first, t));
}

static void take_out(struct timers *timers, struct timer *t)
{
    struct timer *below = meld_siblings(t->child);

    *t->from = t->next;
    if (t->next)
        t->next->from = t->from;
    t->child = t->next = NULL;
    t->from = NULL;
    t->running = false;
    timers->count--;
    set_first(timers, meld(timers->first, below));
}

void timer_set(struct timers *timers, struct timer *timer, int64_t at_us)
{
    timer_stop(timers, timer);
    timer->at_us = at_us;
    insert(timers, timer);
}

void timer_stop(struct timers *timers, struct timer *timer)
{
    if (timer->running)
        take_out(timers, timer);
}

void timers_fire(struct timers *timers, int64_t now_us)
{
    for (int i = 0; i < FIRE_AT_ONCE && timers->first && timers->first->at_us <= now_us; i++) {
        struct timer *t = timers->first;

        take_out(timers, t);
        t->fire(t);
    }
}

/* --- the loop --- */

static void fire_now(struct timers *timers)
{
    timers->armed_us = INT64_MAX;
    timers_fire(timers, clock_monotonic_us());
}

static void on_coarse(uv_timer_t *timer)
{
    fire_now(timer->data);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct timers *timers = poll->data;
    uint64_t expirations;

    (void)status;
    (void)events;
    if (read(timers->fd, &expirations, sizeof(expirations)) < 0 && errno == EAGAIN)
        return;
    fire_now(timers);
}

static void arm_coarse(struct timers *timers, int64_t at_us)
{
    int64_t left_us = at_us - clock_monotonic_us();

    uv_update_time(timers->coarse.loop);
    uv_timer_start(&timers->coarse, on_coarse,
                   left_us > 0 ? (uint64_t)((left_us + US_PER_MS - 1) / US_PER_MS) : 0, 0);
}

static void arm(struct timers *timers, int64_t at_us)
{
#ifdef __linux__
    if (timers->fd >= 0) {
        /* a time of 0 would disarm it */
        struct itimerspec when = {
            .it_value = {.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000 + 1}};

        timerfd_settime(timers->fd, TFD_TIMER_ABSTIME, &when, NULL);
        return;
    }
#endif
    arm_coarse(timers, at_us);
}

/* One that was armed too early wakes in vain, once; that is cheaper than to disarm it. */
static void on_prepare(uv_prepare_t *prepare)
{
    struct timers *timers = prepare->data;

    if (!timers->first || timers->first->at_us >= timers->armed_us)
        return;
    timers->armed_us = timers->first->at_us;
    arm(timers, timers->armed_us);
}

static int open_descriptor(struct timers *timers, uv_loop_t *loop, struct error *err)
{
    timers->fd = -1;
#ifdef __linux__
    timers->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timers->fd < 0)
        return error_set(err, E_IO, "cannot make a timer: %s", strerror(errno));
    uv_poll_init(loop, &timers->poll, timers->fd);
    timers->poll.data = timers;
    uv_poll_start(&timers->poll, UV_READABLE, on_readable);
#else
    (void)err;
    (void)on_readable;
#endif
    uv_timer_init(loop, &timers->coarse);
    timers->coarse.data = timers;
    return 0;
}

int timers_init(struct timers *timers, uv_loop_t *loop, struct error *err)
{
    int rc;

    *timers = (struct timers){.armed_us = INT64_MAX};
    rc = open_descriptor(timers, loop, err);
    if (rc < 0)
        return rc;
    uv_prepare_init(loop, &timers->prepare);
    timers->prepare.data = timers;
    uv_prepare_start(&timers->prepare, on_prepare);
    return 0;
}

void timers_close(struct timers *timers)
{
    uv_close((uv_handle_t *)&timers->prepare, NULL);
    uv_close((uv_handle_t *)&timers->coarse, NULL);
    if (timers->fd < 0)
        return;
    uv_poll_stop(&timers->poll);
    uv_close((uv_handle_t *)&timers->poll, NULL);
    close(timers->fd);
    timers->fd = -1;
}
