/* The stages of a load: within each the target moves in a straight line from what it was (0 at
 * first) to its own.  A target is how many users play at once, or how many sessions start in a
 * second; pure functions of time, which is microseconds since time zero.
 *
 * Owner  zeroed is "no stages"; stages_release(). */
#ifndef STRETTO_PLAYER_STAGES_H
#define STRETTO_PLAYER_STAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/opts.h"

struct load_stage {
    int64_t length_us; /* 0: jumps */
    double target;     /* users, or sessions a second */
};

struct stages {
    struct load_stage *items;
    size_t count;
    bool by_rate;
};

#define STAGES_MAX 1000
#define STAGE_USERS_MAX 1000000
#define STAGE_RATE_MAX 100000

/* Reads "2m:100", "0s:20/s", "1h:500/h".  0, -E_USAGE (with a sentence) or -E_NOMEM. */
int stages_parse(struct stages *stages, const struct opt_list *texts, struct error *err);
void stages_release(struct stages *stages);

/* When the last one is over. */
int64_t stages_end_us(const struct stages *stages);
/* The target at a time; behind the end 0. */
double stages_at(const struct stages *stages, int64_t at_us);
/* The highest one. */
double stages_peak(const struct stages *stages);

/* By rate: how many sessions are to have started in all. */
double stages_sessions(const struct stages *stages);
/* By rate: when that many are to have started; n < stages_sessions(). */
int64_t stages_when_us(const struct stages *stages, double n);

#endif
