/* The pulse of a worker's loop: a beat that says it is alive, and its stalls, both in the tally.
 *
 * A stall is the time from the kernel's answer to the loop's next question: what came meanwhile,
 * and timers that were due, have waited for it.  libuv keeps the moment of that answer in whole
 * milliseconds, so a stall is told up to 1 ms too short; none of less is.  A process that was
 * stopped, or got no processor, while it waited has beaten too late: that is a stall as well, told
 * up to a pulse too short.
 * Owner   pulse_init() .. pulse_close() and then a run of the loop. */
#ifndef STRETTO_PLAYER_PULSE_H
#define STRETTO_PLAYER_PULSE_H

#include <uv.h>

#include "player/tally.h"

/* A loop with nothing to do beats at least so often. */
#define PULSE_MS 100

struct pulse {
    struct tally *tally;
    int64_t woke_ms; /* libuv's time when the kernel last answered; 0: not yet */
    uv_check_t check;
    uv_prepare_t prepare;
    uv_timer_t timer;
};

void pulse_init(struct pulse *pulse, uv_loop_t *loop, struct tally *tally);
void pulse_close(struct pulse *pulse);

#endif
