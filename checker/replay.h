/* One replay of a script by stretto-play, as a child process: one session, everything traced.
 *
 * Signals  SIGINT, SIGTERM, SIGHUP and SIGCHLD must be blocked (replay_block_signals()); the child
 *          gets them unblocked, in a process group of its own, and is ended with all its workers
 *          when one comes, when the time is over, or when we die.
 * Bounds   the script's length, played as slowly as asked, four times the time-out of a step, and a
 *          minute. */
#ifndef STRETTO_CHECKER_REPLAY_H
#define STRETTO_CHECKER_REPLAY_H

#include <stdbool.h>

#include "core/error.h"
#include "core/script.h"

#define REPLAY_REASON_MAX 400

struct replay_options {
    const char *url;
    double think;
    int64_t timeout_us;       /* of a step */
    const char *const *extra; /* arguments passed on, NULL-ended */
};

struct replay {
    bool passed;
    unsigned line; /* of the failed step; 0: it did not get to a step */
    char reason[REPLAY_REASON_MAX];
};

void replay_block_signals(void);

/* Plays DIR/script.log and leaves DIR/trace.  0: it was played, well or not; -E_IO (the player
 * could not be started), -E_TIMEOUT, or -E_NOMEM; after a signal -E_NET with `interrupted` as the
 * text. */
int replay_run(struct replay *replay, const char *dir, const struct script *script,
               const struct replay_options *options, struct error *err);

#endif
