/* Who watches a worker: does its loop turn, and is it in time?  Pure: clocks are passed in. */
#ifndef STRETTO_PLAYER_VIGIL_H
#define STRETTO_PLAYER_VIGIL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/units.h"

/* A worker beats ten times a second at least (pulse.h): one that has not for so long hangs. */
#define VIGIL_HANG_US (3 * US_PER_S / 2)
/* It is ended when it has not moved for so long, ... */
#define VIGIL_PATIENCE_US (60 * US_PER_S)
/* ... or for so long after the run was to stop at once. */
#define VIGIL_ABORT_US (2 * US_PER_S)
/* Behind is a stretch of time: who is in time for so long keeps up again. */
#define VIGIL_STRETCH_US (5 * US_PER_S)
/* A machine that is now in time, now late is told of no more often; the audit has every second. */
#define VIGIL_QUIET_US (10 * US_PER_S)
/* Who looks so much later than planned was held up itself, and knows nothing of the others. */
#define VIGIL_BLIND_US US_PER_S

/* Zeroed is a worker that has just begun. */
struct vigil {
    bool hangs;
    bool ended; /* the order to end it was given */
    bool behind;
    bool told_behind;        /* what was told last: it is behind */
    int64_t told_us;         /* when; 0: never */
    int64_t still_us;        /* how long it has not moved */
    int64_t behind_since_us; /* the stretch that was told began then */
    int64_t behind_until_us; /* its last late second ended then */
};

enum vigil_says {
    VIGIL_NOTHING,
    VIGIL_HANGS, /* still_us says since when */
    VIGIL_MOVES, /* again, after still_us */
    VIGIL_END,   /* for good: end it */
    VIGIL_BEHIND,
    VIGIL_KEEPS_UP, /* again, since behind_until_us */
};

/* beat_us: its last beat, or when it was started; patience_us: how long one may hang. */
enum vigil_says vigil_beat(struct vigil *vigil, int64_t beat_us, int64_t now_us,
                           int64_t patience_us);

/* What it did in the last second: so many actions, late by so much.  Says something once in
 * VIGIL_QUIET_US at most: stretches between are one to whoever reads. */
enum vigil_says vigil_lateness(struct vigil *vigil, uint64_t actions, int64_t late_p99_us,
                               int64_t now_us);

#endif
