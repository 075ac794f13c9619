/* What fetch.c (the multi on its loop) and transfer.c (one request under way) share. */
#ifndef STRETTO_PLAYER_TRANSFER_H
#define STRETTO_PLAYER_TRANSFER_H

#include "player/fetch.h"
#include "player/leaving.h"

struct fetch_socket;

struct transfer {
    struct fetch *fetch;
    size_t step;
    int64_t due_us;
    CURL *easy;
    struct request request;
    struct curl_slist *resolve;
    struct buf head; /* the answer's lines, each terminated */
    struct buf body;
    bool keep;         /* somebody wants to look into the answer */
    uv_timer_t *timer; /* of an answer that is left; else NULL */
    struct leaving leaving;
    struct buf tail; /* the last bytes that came, where the last thing may have begun */
    bool left;       /* hung up by us */
    char why[CURL_ERROR_SIZE];
    struct transfer *next;
};

struct fetch {
    const struct play *play;
    const struct role *role;
    CURLM *multi;
    CURLSH *jar;
    uv_loop_t *loop;
    uv_timer_t *timer;
    struct fetch_socket *sockets;
    struct transfer *transfers;
    fetch_done_fn done;
    void *user;
    size_t ended; /* ranks that have ended */
    int busy;     /* inside drain(): freeing waits */
    bool closed;  /* freed while busy */
};

/* Takes the request, whatever comes of it.  NULL when memory is refused. */
struct transfer *transfer_new(struct fetch *f, size_t step, struct request *request,
                              int64_t due_us);
void transfer_free(struct transfer *t);

/* Tells the session how it has ended; failure is NULL when it ended well. */
void transfer_report(struct transfer *t, const char *failure);
/* Why it ended badly, after curl's word for it; NULL when it did not. */
const char *transfer_failure(struct transfer *t, CURLcode rc);

/* Hangs up an answer that is left, if it is time to; true when it did, and t is gone. */
bool transfer_leave(struct transfer *t);
/* Starts the clock of an answer that is left. */
void transfer_wake_later(struct transfer *t);

/* fetch.c: ends a transfer at once and reports it. */
void fetch_hang_up(struct transfer *t, const char *failure);

#endif
