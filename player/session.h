/* One session: one replay of the script, from its first step to its last.
 *
 * The order of steps is the plan's, what it waits for is expect's, the bytes are fetch's and
 * socket's; a session only joins them and writes what happened as rows.
 * Owner: the worker, which frees it when on_end has said how it ended. */
#ifndef STRETTO_PLAYER_SESSION_H
#define STRETTO_PLAYER_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "core/timers.h"
#include "player/play.h"
#include "player/role.h"
#include "player/rows.h"

/* What all sessions of a worker share. */
struct stage {
    uv_loop_t *loop;
    struct timers *timers;
    struct poller *poller;
    const struct play *play;
    struct rows *rows; /* one a role */
    struct tally *tally;
    struct rate *rate; /* of requests and sends */
    /* The session has ended and may be freed; called once, never from inside session_start(). */
    void (*on_end)(void *session_user);
};

struct session;

/* NULL when memory is refused. */
struct session *session_new(const struct stage *stage, const struct role *role, long id, long user,
                            long iteration, void *session_user);
/* Plays; due_us is when the schedule wanted it to start (monotonic). */
void session_start(struct session *session, int64_t due_us);
/* Ends it now, as failed, for this reason. */
void session_stop(struct session *session, const char *why);
void session_free(struct session *session);

#endif
