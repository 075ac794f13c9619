/* When sessions start, and which process plays them: a pure function of the options.
 *
 * Times are microseconds since the run's time zero.  No process asks another for work. */
#ifndef STRETTO_PLAYER_SCHEDULE_H
#define STRETTO_PLAYER_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

struct schedule {
    bool by_users;    /* each user plays session after session; else each session is played once */
    long count;       /* sessions, or users */
    int64_t every_us; /* between two starts */
    int64_t for_us;   /* by users: how long after all have started new sessions may begin */
    int processes;
};

/* When session i, or the first session of user i, starts. */
int64_t schedule_start_us(const struct schedule *schedule, long i);

/* How many of 0..count-1 process p plays; they are p, p + processes, p + 2 processes, ... */
long schedule_share(const struct schedule *schedule, int process);

/* May a user who is free at now_us begin another session? */
bool schedule_again(const struct schedule *schedule, int64_t now_us);

/* The number of a session, unique in the run without any two processes talking. */
long schedule_session_id(const struct schedule *schedule, long user, long iteration);

/* The stagger when nobody gave one: the script's length spread over all, as shinycannon does, so
 * that the last session starts when the first one ends. */
int64_t schedule_default_every_us(int64_t script_us, long count);

#endif
