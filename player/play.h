/* Everything that is decided before the first session starts.  Made by the supervisor, shared by
 * the workers through fork(); nothing in it changes afterwards but the tallies. */
#ifndef STRETTO_PLAYER_PLAY_H
#define STRETTO_PLAYER_PLAY_H

#include <stdint.h>

#include "core/dialect.h"
#include "core/maker.h"
#include "core/names.h"
#include "core/script.h"
#include "core/stream.h"
#include "player/expect.h"
#include "player/logins.h"
#include "player/options.h"
#include "player/plan.h"
#include "player/schedule.h"
#include "player/tally.h"
#include "player/tracer.h"

#define PLAY_USER_AGENT "stretto/" STRETTO_VERSION

struct play {
    struct play_options options;
    struct script *script;
    const struct dialect *dialect;
    struct plan plan;
    struct makers makers;     /* the script's and its dialect's */
    struct names needs;       /* the values that the script uses: others are not kept */
    struct logins logins;     /* the secrets among them */
    struct tracer *tracer;    /* NULL: without --trace */
    struct expect_sets *sets; /* one a socket of the script */
    /* Per step: the number of its first extraction, counted through the script. */
    size_t *extractions;
    size_t extractions_count;
    int *calculations; /* per step: which calculation it belongs to, or -1 */
    struct target target;
    char *resolve; /* "host:port:address", or NULL for an address: spares sessions the look-up */
    struct ssl_ctx_st *tls; /* NULL: plain */
    struct schedule schedule;
    struct tally *tallies; /* one a process, in shared memory */
    char dir[4096];
    char *command;   /* the command line, for the run's files */
    int64_t zero_us; /* monotonic: time zero of the schedule */
    int64_t wall_us; /* wall clock at monotonic 0 */
    uint64_t seed;
};

/* Reads and checks everything that the options name.  0 or a negative code; owner: play_release().
 */
int play_init(struct play *play, struct error *err);
void play_release(struct play *play);

/* The worker's whole life: plays its share, writes its rows; returns its exit code.  `control` is
 * the supervisor's pipe: PLAY_STOP, PLAY_ABORT, or its end when the supervisor has died. */
int worker_main(struct play *play, int process, int control);

#define PLAY_STOP 's'  /* no new sessions */
#define PLAY_ABORT 'a' /* end the running ones too */

#endif
