/* One request under way, whichever way it goes: what fetch.c and the ways (fetch_http.c,
 * fetch_curl.c) share. */
#ifndef STRETTO_PLAYER_TRANSFER_H
#define STRETTO_PLAYER_TRANSFER_H

#include "core/timers.h"
#include "player/fetch.h"
#include "player/leaving.h"

#define TRANSFER_WHY 256

struct transfer {
    struct fetch *fetch;
    size_t step;
    int64_t due_us;
    int64_t wake_us; /* when it is to be looked at again; INT64_MAX: not by time */
    struct request request;
    bool keep;    /* somebody wants to look into the answer */
    bool decoded; /* the way undoes Content-Encoding by itself */
    bool leaves;  /* the recording's browser did not wait for the end of the answer */
    bool left;    /* and so did we */
    bool doomed;  /* it has failed, and whoever waits is told from the loop */
    int status;
    struct buf head; /* the answer's lines, each terminated */
    struct buf body;
    struct buf tail; /* where the last thing may have begun; of a coded body: all of it */
    struct leaving leaving;
    struct run_phases phases;
    enum failure kind; /* with `why` */
    char why[TRANSFER_WHY];
    void *way;             /* the way's own */
    struct transfer *next; /* of the fetch */
};

/* How requests reach the server.  A way tells of what comes by transfer_*() and fetch_finish(),
 * between fetch_enter() and fetch_leave(). */
struct fetch_way {
    /* Makes f->state.  0 or -E_NOMEM. */
    int (*open)(struct fetch *f);
    /* Frees it and all connections; no transfer is there any more. */
    void (*close)(struct fetch *f);
    /* 0 or -E_NOMEM; never ends the transfer from inside. */
    int (*begin)(struct fetch *f, struct transfer *t);
    /* Forgets a transfer, whatever it is doing. */
    void (*drop)(struct fetch *f, struct transfer *t);
};

extern const struct fetch_way fetch_way_http;
extern const struct fetch_way fetch_way_curl;

struct fetch {
    const struct stage *stage;
    const struct play *play;
    const struct role *role;
    struct jar *jar;
    long connections;
    const struct sockaddr_storage *source; /* of connections; NULL: the kernel's choice */
    const struct fetch_way *way;
    void *state;
    struct timer timer; /* for whichever transfer wants to be looked at first */
    struct transfer *transfers;
    fetch_done_fn done;
    void *user;
    size_t ended; /* ranks that have ended */
    int busy;     /* inside something that may tell the session: freeing waits */
    bool closed;  /* freed while busy */
};

/* --- transfer.c --- */

/* Takes the request, whatever comes of it.  NULL when memory is refused. */
struct transfer *transfer_new(struct fetch *f, size_t step, struct request *request,
                              int64_t due_us);
void transfer_free(struct transfer *t);
const struct step *transfer_step(const struct transfer *t);

/* One line of the answer's head; without its line break. */
void transfer_take_line(struct transfer *t, const char *line, size_t len);
/* The whole head has come. */
void transfer_take_head_end(struct transfer *t, int status);
/* Of the body; false: the answer is to be left now. */
bool transfer_take(struct transfer *t, const char *data, size_t len);

/* Notes why it fails; the first reason stays. */
void transfer_fails(struct transfer *t, enum failure kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* An answer that is left ends well however it ends, once its head has come. */
static inline bool transfer_may_break(const struct transfer *t)
{
    return t->left || (t->leaves && t->leaving.answered);
}
/* Tells the session how it has ended. */
void transfer_report(struct transfer *t);

/* Time has passed, or others have ended: has it ended by that?  Sets wake_us otherwise. */
bool transfer_is_over(struct transfer *t, int64_t now_us);

/* --- fetch.c --- */

void fetch_enter(struct fetch *f);
void fetch_leave(struct fetch *f); /* f may be gone afterwards */
/* A transfer that its way has let go of has ended: reports and frees it. */
void fetch_finish(struct transfer *t);
/* The transfer has failed (transfer_fails()): it is finished from the loop. */
void fetch_doom(struct transfer *t);
/* Its wake_us has changed. */
void fetch_plan_wake(struct transfer *t);

#endif
