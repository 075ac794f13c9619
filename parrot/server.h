/* The parrot's door: it listens, and answers by the book until a signal comes. */
#ifndef STRETTO_PARROT_SERVER_H
#define STRETTO_PARROT_SERVER_H

#include <uv.h>

#include "core/timers.h"
#include "parrot/book.h"
#include "parrot/count.h"
#include "parrot/head.h"

#define GATHER_BYTES ((size_t)256 << 10)

struct ssl_ctx_st;
struct conn;

struct server {
    uv_loop_t loop;
    uv_poll_t door;
    uv_signal_t interrupted;
    uv_signal_t terminated;
    struct timers timers;
    int fd;                 /* -1: does not listen */
    bool told_full;         /* that door_shut may be, once */
    bool door_shut;         /* there are no descriptors left */
    struct ssl_ctx_st *tls; /* NULL: plain */
    const struct book *book;
    const struct parrot_options *options;
    struct count count;
    struct conn *conns;
    uint64_t accepted;
    char input[GATHER_BYTES];  /* what is being read */
    char gather[GATHER_BYTES]; /* what the connection at hand is about to write */
    size_t gathered;
    int64_t now_us;
};

/* Serves until SIGINT or SIGTERM; server->count then says what it was.  0 or a negative code. */
int server_run(struct server *server, const struct book *book, const struct parrot_options *options,
               struct error *err);

/* A connection has gone, and its descriptor with it. */
void server_let_in(struct server *server);
/* Something was asked for that no script has: the first few are told. */
void server_say_unknown(struct server *server, const struct head_text *method,
                        const struct head_text *url);

#endif
