/* Everything that is decided before the first session starts.  Made by the supervisor, shared by
 * the workers through fork(); nothing in it changes afterwards but the tallies. */
#ifndef STRETTO_PLAYER_PLAY_H
#define STRETTO_PLAYER_PLAY_H

#include <stdint.h>

#include "core/stream.h"
#include "player/audit.h"
#include "player/mix.h"
#include "player/options.h"
#include "player/role.h"
#include "player/schedule.h"
#include "player/sources.h"
#include "player/tally.h"
#include "player/tracer.h"

#define PLAY_USER_AGENT "stretto/" STRETTO_VERSION

struct play {
    struct play_options options;
    struct role *roles; /* what sessions play */
    unsigned role_count;
    struct mix mix;        /* which of them a session plays */
    struct users *tables;  /* of options.data, one each */
    struct tracer *tracer; /* NULL: without --trace */
    struct target target;
    int64_t dns_us; /* what the look-up of its name took; RUN_PHASE_NONE: it has none */
    char *resolve;  /* "host:port:address", or NULL for an address: spares sessions the look-up */
    struct ssl_ctx_st *tls; /* NULL: plain */
    bool curl_way;          /* requests go by curl: HTTP/2, or a proxy */
    struct sources sources; /* where sessions connect from; none: the kernel's choice */
    struct schedule schedule;
    struct tally *tallies;     /* one a process, in shared memory */
    const struct audit *audit; /* of the whole run, when it has ended; else NULL */
    char dir[4096];
    char *command; /* the command line, for the run's files */
    /* Why --abort-after ended the run; "": it did not.  The supervisor's alone. */
    char aborted[200];
    int64_t zero_us; /* monotonic: time zero of the schedule */
    int64_t wall_us; /* wall clock at monotonic 0 */
    uint64_t seed;
    bool leave_clean; /* sessions say goodbye in their framework's words */
};

/* Reads and checks everything that the options name.  0 or a negative code; owner: play_release().
 */
int play_init(struct play *play, struct error *err);
void play_release(struct play *play);

/* Which role the session plays. */
const struct role *play_role(const struct play *play, long session);
/* How many sessions of a role a process owes by a schedule of sessions. */
uint64_t play_owed(const struct play *play, int process, unsigned role);

/* The worker's whole life: plays its share, writes its rows; returns its exit code.  `control` is
 * the supervisor's pipe: PLAY_STOP, PLAY_ABORT, or its end when the supervisor has died. */
int worker_main(struct play *play, int process, int control);

#define PLAY_STOP 's'  /* no new sessions */
#define PLAY_ABORT 'a' /* end the running ones too */
#define PLAY_CUT 'c'   /* the same, because of --abort-after */

#endif
