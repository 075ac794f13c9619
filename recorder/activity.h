/* When a recording ends by itself.  Pure. */
#ifndef STRETTO_RECORDER_ACTIVITY_H
#define STRETTO_RECORDER_ACTIVITY_H

#include <stdbool.h>
#include <stdint.h>

struct activity {
    unsigned unanswered;   /* requests without an answer yet: somebody waits */
    unsigned sockets_open; /* WebSockets */
    bool had_socket;
    int64_t last_us; /* the last request, byte of an answer, or message; 0: none yet */
};

#define ACTIVITY_ON_AND_ON INT64_MAX

/* The moment at which it ends if nothing happens before: the page is gone (its sockets are closed,
 * and nothing was asked for PAGE_GONE_US), or idle_us have passed (0: no such end). */
int64_t activity_end_us(const struct activity *activity, int64_t idle_us);

#endif
