/* What a run does now: a reading of the shared tallies once a second, kept for VIEW_SECONDS, so
 * that the difference of two is what came between them.
 *
 * Owner   meter_init() .. meter_release(); the play outlives it. */
#ifndef STRETTO_PLAYER_METER_H
#define STRETTO_PLAYER_METER_H

#include "player/audit.h"
#include "player/drops.h"
#include "player/play.h"
#include "player/view.h"

/* What the kernel says of a worker. */
struct meter_usage {
    int64_t cpu_us; /* since its start; stays where it was when the worker has ended */
    uint64_t rss_kb;
    bool running;
};

/* What one worker did in the last second. */
struct meter_worker {
    uint64_t actions;
    int64_t late_p99_us;
    int64_t stall_us;
};

struct moment;

struct meter {
    const struct play *play;
    struct moment *moments; /* VIEW_SECONDS + 1 of them, in turn */
    size_t taken;
    struct hist *lateness; /* a process: until the last reading */
    int64_t *cpu_us;       /* a process: at the last reading */
    double *cpu;           /* a process: in the last second */
    struct meter_worker *workers;
    struct tally *all; /* at the last reading, of all processes */
    struct hist spare;
    struct buf label; /* of the slowest step */
    uint64_t memory_kb;
    struct drops first;
    struct drops last;
    int64_t read_us; /* when */
};

/* 0 or -E_NOMEM; the caller owes meter_release() either way. */
int meter_init(struct meter *meter, const struct play *play, int64_t now_us);
void meter_release(struct meter *meter);

/* Reads; fills the sample of the time since the reading before, whose `cpu` the meter lends. */
void meter_read(struct meter *meter, const struct meter_usage *usage, int64_t now_us,
                struct audit_sample *sample);
/* All that the view shows and the tallies know, as of the last reading; lent until the next one.
 * Time, who is still to start, and who was lost is the caller's. */
void meter_view(struct meter *meter, struct view *view);

#endif
