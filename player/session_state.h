/* The inside of a session, private to session*.c. */
#ifndef STRETTO_PLAYER_SESSION_STATE_H
#define STRETTO_PLAYER_SESSION_STATE_H

#include "core/values.h"
#include "player/expect.h"
#include "player/fetch.h"
#include "player/session.h"
#include "player/socket.h"

/* One WebSocket of the script, in this session. */
struct channel {
    struct session *session;
    struct socket *socket;
    struct expect expect;
    uv_timer_t *timer;  /* gives up what does not come */
    size_t open_step;   /* the WS_OPEN under way */
    int64_t waiting_us; /* since when the open set is waited for: its send, or its last end */
    int64_t set_us;     /* when the open set was opened */
    int64_t last_us;    /* when the last message that a step wanted came */
    bool opened;
};

/* When the steps that may start are due, in their order. */
struct due_queue {
    int64_t *at_us;
    size_t head;
    size_t count;
    size_t capacity;
};

struct session {
    const struct stage *stage;
    void *user_data;
    long id;
    long user;
    long iteration;
    struct values values;
    CURLSH *cookies;
    struct fetch *fetch;      /* only while requests are under way or soon to come */
    struct channel *channels; /* one a socket of the script */
    uv_timer_t *timer;        /* the next step, or the farewell */
    uint8_t *ended_bits;      /* by rank */
    struct due_queue dues;
    size_t armed;        /* steps whose due time is known */
    size_t next;         /* the first step that has not started */
    size_t last_request; /* the request that was started last */
    size_t ended;        /* ranks that have ended without a gap */
    size_t ended_steps;  /* all that have ended */
    size_t page_load_left;
    int64_t begin_us;    /* when the session was due */
    int64_t last_end_us; /* when the prefix of ranks last grew */
    bool over;
};

/* session.c, for session_ws.c.  session_step_ended() only notes it: whoever has noted all that
 * ended by one event calls session_advance() once. */
void session_row(struct session *s, enum run_event event, size_t step, int64_t time_us);
void session_step_ended(struct session *s, size_t step, int64_t now_us);
void session_fail(struct session *s, size_t step, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void session_advance(struct session *s);

/* session_ws.c: what a session does on its WebSockets */
void channel_open(struct channel *c, size_t step);
void channel_send(struct channel *c, size_t step);
void channel_leave(struct channel *c, size_t step);
void channel_release(struct channel *c);

#endif
