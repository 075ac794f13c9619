/* When sessions start, and which process plays them: a pure function of the options and the seed.
 *
 * Times are microseconds since the run's time zero.  No process asks another for work: actor n (a
 * user, or a session that is played once) is the business of process n % processes.
 * Owner   schedule_release(); a struct without `starts` needs none. */
#ifndef STRETTO_PLAYER_SCHEDULE_H
#define STRETTO_PLAYER_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "player/stages.h"

/* More are no plan but a mistake; and each start takes 16 bytes. */
#define SCHEDULE_SESSIONS_MAX 20000000

struct schedule_start {
    int64_t at_us;
    long actor;
};

struct schedule {
    bool by_users;    /* each user plays session after session; else each session is played once */
    bool poisson;     /* arrivals come by chance; else regularly */
    long count;       /* sessions, or users */
    int64_t every_us; /* between two starts, or their mean */
    int64_t for_us;   /* by users: how long after all have started new sessions may begin */
    int processes;
    struct stages stages; /* instead of every_us and for_us */
    /* In the order of time; NULL: actor n starts at n * every_us. */
    struct schedule_start *starts;
    long start_count; /* of these; a user whose stage falls and rises again starts again */
};

/* Makes the starts where there is no formula for them, and by stages the count too.
 * 0, -E_USAGE (more than SCHEDULE_SESSIONS_MAX) or -E_NOMEM. */
int schedule_init(struct schedule *schedule, uint64_t seed, struct error *err);
void schedule_release(struct schedule *schedule);

/* How many starts there are; when the i-th is, and whose. */
long schedule_starts(const struct schedule *schedule);
int64_t schedule_start_us(const struct schedule *schedule, long i);
long schedule_actor(const struct schedule *schedule, long i);
/* The first start at or behind i that is this process'; schedule_starts() when there is none. */
long schedule_next(const struct schedule *schedule, int process, long i);

/* How many actors process p plays; they are p, p + processes, p + 2 processes, ... */
long schedule_share(const struct schedule *schedule, int process);

/* May a user who is free at now_us begin another session? */
bool schedule_again(const struct schedule *schedule, long user, int64_t now_us);

/* From then on no session begins, unless it has been waited for. */
int64_t schedule_end_us(const struct schedule *schedule);

/* The number of a session, unique in the run without any two processes talking. */
long schedule_session_id(const struct schedule *schedule, long user, long iteration);

/* The stagger when nobody gave one: the script's length spread over all, as shinycannon does, so
 * that the last session starts when the first one ends. */
int64_t schedule_default_every_us(int64_t script_us, long count);

#endif
