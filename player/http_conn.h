/* One connection of a session to its server, over which our own HTTP/1.1 goes; private to
 * fetch_http.c (which request goes where) and http_conn.c (the bytes).
 *
 * A connection belongs to its pool; it may be gone after any call that says so. */
#ifndef STRETTO_PLAYER_HTTP_CONN_H
#define STRETTO_PLAYER_HTTP_CONN_H

#include "core/stream.h"
#include "player/http_answer.h"
#include "player/poller.h"
#include "player/transfer.h"

struct ssl_session_st;

/* The connections of one fetch, and who waits for one. */
struct http_pool {
    struct fetch *fetch;
    struct http_conn *conns;
    long count;
    long connecting;         /* of them, for nobody in particular */
    struct transfer **queue; /* in the order in which they came */
    size_t queued;
    size_t queue_room;
    struct ssl_session_st *session; /* what the next connection resumes; NULL: none */
    uint64_t turn;                  /* counts uses, to know the latest */
};

struct http_conn {
    struct watch watch; /* first */
    struct http_pool *pool;
    struct http_conn *next;
    struct stream stream;
    struct transfer *transfer; /* whose request it carries, or will when it is open; NULL: none */
    bool open;                 /* connected, with TLS where that is wanted */
    bool used;                 /* it has carried an answer */
    bool sending;
    bool deaf;   /* the server takes no more from us */
    bool ending; /* nor will it say more than what has come */
    uint64_t turn;
    int64_t begin_us; /* when its making began, and when it was open */
    int64_t open_us;
    int64_t sent_us;
    struct http_answer answer;
    struct buf unsent; /* of the request's head */
    size_t unsent_at;
    size_t body_at; /* how much of the body is sent */
};

/* --- http_conn.c --- */

/* Starts connecting; `transfer` goes over it, or NULL: whoever is first.  0 or -E_NOMEM; a
 * connection that is refused at once dooms that transfer, or the first in the queue. */
int http_conn_new(struct http_pool *pool, struct transfer *transfer);
void http_conn_free(struct http_conn *c);
/* An open connection without a request gets this one.  0 or -E_NOMEM. */
int http_conn_send(struct http_conn *c, struct transfer *t);

/* --- fetch_http.c --- */

/* A connection is free for somebody, or gone: looks what can be done now. */
void http_pool_pump(struct http_pool *pool);
/* Who a connection was to be made for: the first in the queue; leaves it.  NULL: nobody. */
struct transfer *http_pool_first(struct http_pool *pool);

#endif
