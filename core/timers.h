/* The timers of one loop, in microseconds of the monotonic clock: libuv's own are whole
 * milliseconds, and a load generator's lateness is its first promise.
 *
 * A timer lives inside whoever waits (a session, a channel), so setting one never fails and never
 * allocates; they are kept in a pairing heap.  One descriptor of the kernel (timerfd) wakes the
 * loop for the earliest; where there is none, a timer of libuv's does.
 * Owner   a timer belongs to the struct around it, which stops it before it goes. */
#ifndef STRETTO_CORE_TIMERS_H
#define STRETTO_CORE_TIMERS_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "core/error.h"

struct timer;
typedef void (*timer_fn)(struct timer *timer);

/* Zeroed is stopped; `fire` and `data` are the owner's to set. */
struct timer {
    timer_fn fire;
    void *data;
    int64_t at_us;
    bool running;
    /* The heap's: the first of those that are due later, the next of this one's siblings, and who
     * points at this one. */
    struct timer *child;
    struct timer *next;
    struct timer **from;
};

struct timers {
    struct timer *first; /* the earliest */
    uint64_t count;      /* running */
    int64_t armed_us;    /* when the loop will be woken; INT64_MAX: not */
    int fd;              /* -1: libuv wakes */
    uv_poll_t poll;
    uv_timer_t coarse;
    uv_prepare_t prepare; /* arms once before the loop sleeps, however many timers were set */
};

/* 0, or -E_IO with the reason; on success timers_close() is owed, and then a run of the loop. */
int timers_init(struct timers *timers, uv_loop_t *loop, struct error *err);
void timers_close(struct timers *timers);

/* Fires once at that time, never from inside this call; one that is running is set anew. */
void timer_set(struct timers *timers, struct timer *timer, int64_t at_us);
/* A stopped one may be stopped again. */
void timer_stop(struct timers *timers, struct timer *timer);

/* Fires what is due at now_us, the earliest first: what the loop does by itself; for tests. */
void timers_fire(struct timers *timers, int64_t now_us);

#endif
