/* The inside of a session, private to session*.c. */
#ifndef STRETTO_PLAYER_SESSION_STATE_H
#define STRETTO_PLAYER_SESSION_STATE_H

#include "core/dialect.h"
#include "core/values.h"
#include "player/expect.h"
#include "player/failure.h"
#include "player/fetch.h"
#include "player/gather.h"
#include "player/session.h"
#include "player/socket.h"

#define NO_STEP SIZE_MAX

/* One WebSocket of the script, in this session. */
struct channel {
    struct session *session;
    struct socket *socket;
    struct expect expect;
    struct conversation conversation;
    struct timer timer;  /* gives up what does not come */
    struct timer duties; /* what the framework's client owes */
    size_t open_step;    /* the WS_OPEN under way */
    size_t close_step;   /* the server's WS_CLOSE that is waited for, or NO_STEP */
    /* Since when the handshake is waited for, then the open set: its send, or its last end. */
    int64_t waiting_us;
    int64_t set_us;  /* when the open set was opened */
    int64_t last_us; /* when the last message that a step wanted came */
    unsigned code;   /* closed: the server's close code, or 0 */
    bool opened;
    bool closed; /* by the server */
    /* The last message that a step with extractions might have wanted, for people; NULL: none. */
    char *came;
};

/* When the steps that may start are due, in their order. */
struct due_queue {
    int64_t *at_us;
    size_t head;
    size_t count;
    size_t capacity;
};

/* What a session does now, for who watches the run. */
enum session_state {
    SESSION_IDLE, /* not yet, or no more */
    SESSION_LOADING,
    SESSION_WAITING,
    SESSION_THINKING,
};

struct session {
    const struct stage *stage;
    const struct role *role;
    struct rows *rows;
    void *user_data;
    long id;
    long user;
    long iteration;
    struct values values;
    struct jar *jar;
    struct fetch *fetch;        /* only while requests are under way or soon to come */
    struct fetch *aside;        /* answers that the browser left, duties */
    struct channel *channels;   /* one a socket of the script */
    struct session_poll *polls; /* requests that will be repeated */
    struct timer timer;         /* the next step, or the farewell */
    uint8_t *ended_bits;        /* by rank */
    uint8_t *told_bits;         /* by extraction of a message, as play->extractions numbers them */
    struct due_queue dues;
    size_t armed;        /* steps whose due time is known */
    size_t next;         /* the first step that has not started */
    size_t last_request; /* the request that was started last */
    size_t ended;        /* ranks that have ended without a gap */
    size_t ended_steps;  /* all that have ended */
    size_t page_load_left;
    int64_t held_us;     /* --max-rate: nothing is due before */
    bool held;           /* the next step waits for that time */
    int64_t begin_us;    /* when the session was due */
    int64_t last_end_us; /* when the prefix of ranks last grew */
    enum session_state state;
    bool over;
};

/* session.c.  session_step_ended() only notes it: whoever has noted all that ended by one event
 * calls session_advance() once. */
void session_row(struct session *s, enum run_event event, size_t step, int64_t time_us);
/* The same with something to say about it. */
void session_row_saying(struct session *s, enum run_event event, size_t step, int64_t time_us,
                        const char *comment);
/* A step's end, and where its time went. */
void session_row_phases(struct session *s, size_t step, int64_t time_us,
                        const struct run_phases *phases);
void session_step_ended(struct session *s, size_t step, int64_t now_us);
/* How long the app let wait at this step. */
void session_waited(struct session *s, size_t step, int64_t wait_us);
void session_fail(struct session *s, size_t step, enum failure kind, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void session_advance(struct session *s);

/* session_http.c: requests */
bool session_open_jar(struct session *s);
void session_request(struct session *s, size_t step, int64_t due_us);
void session_request_again(struct session *s, size_t step, int64_t due_us);
/* A duty's request: its answer is of no interest. */
void session_duty_request(struct session *s, struct duty *duty);

/* session_poll.c.  Has this answer what the step's poll wants?  If not, the request is repeated
 * later, or the session has failed. */
bool session_poll(struct session *s, const struct fetch_result *result);
void session_polls_release(struct session *s);

/* session_ws.c: what a session does on its WebSockets */
void channel_init(struct channel *c, struct session *s);
void channel_open(struct channel *c, size_t step, int64_t due_us);
void channel_send(struct channel *c, size_t step);
void channel_close(struct channel *c, size_t step);
void channel_release(struct channel *c);
/* The answer to the handshake has come: takes its head in; false when the session failed of it. */
bool channel_opened(struct channel *c, const char *head, size_t len);

/* session_recv.c: what comes on them */
extern const struct socket_handler channel_handler;
/* The next set of messages is waited for from now on. */
void channel_open_set(struct channel *c, size_t step, int64_t now_us);
/* The channel's timer: what was waited for has not come. */
void channel_give_up(struct timer *timer);
/* The session has failed: what the channel was waiting for is in the rows too, as begun. */
void channel_draw_wait(struct channel *c);
/* Gives up after so long what does not come. */
void channel_start_timer(struct channel *c, int64_t us);

/* session_duty.c: what their framework's client owes.  To be called after whatever may change it.
 */
void channel_plan_duties(struct channel *c);
/* The timer that it set. */
void channel_do_duties(struct timer *timer);

/* What a trace says of a message. */
void channel_trace(struct channel *c, enum trace_what what, size_t step, const char *data,
                   size_t len, bool binary);

static inline const struct play *channel_play(const struct channel *c)
{
    return c->session->stage->play;
}

static inline const struct role *channel_role(const struct channel *c)
{
    return c->session->role;
}

#endif
