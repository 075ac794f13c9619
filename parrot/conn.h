/* One connection of a client: HTTP/1.1 until it becomes a WebSocket.  Private to conn*.c and
 * server.c.
 *
 * Whatever happens on it (bytes, a timer) is handled to its end, and conn_settle() then writes what
 * there is to be written at once: until then it gathers in the server's one buffer.
 * Owner   the loop: conn_close() ends it, and it is freed when the loop has let go of it. */
#ifndef STRETTO_PARROT_CONN_H
#define STRETTO_PARROT_CONN_H

#include "core/chunks.h"
#include "core/stream.h"
#include "core/timers.h"
#include "core/values.h"
#include "parrot/frames.h"
#include "parrot/head.h"
#include "parrot/server.h"

enum conn_state {
    CONN_TLS,       /* its handshake is under way */
    CONN_HTTP,      /* the next request, or its body, may come */
    CONN_WAITING,   /* a request is whole, its answer not yet due */
    CONN_ANSWERING, /* filler is left to be written */
    CONN_STREAMING, /* an answer that goes on until the client leaves */
    CONN_MUTE,      /* the answer was left out */
    CONN_OPEN,      /* a WebSocket */
    CONN_CLOSED,
};

/* A request that is under way. */
struct asked {
    const struct answer *answer; /* NULL: ready is sent */
    struct buf ready;            /* bytes made for this one: a 404, a 101 */
    int64_t wait_us;
    uint64_t seed; /* of its fresh values */
    uint64_t filler_left;
    uint64_t body_left;
    struct chunks *chunks; /* NULL: its body is body_left bytes long */
    char memory[64];       /* a header that tells the client how often it has asked; "": none */
    unsigned pieces_left;  /* STREAMING */
    bool head_only;
    bool keep_alive;
    bool has_begun; /* its head has come, its body has not ended */
};

/* How often what was recorded several times has been asked for here. */
struct turn {
    const struct route *route;
    size_t count;
};

struct due {
    int64_t at_us;
    const struct reply *reply;
};

/* What only a WebSocket has. */
struct talk {
    const struct book_socket *socket;
    size_t sends;
    struct values values;
    struct due *due; /* by time */
    size_t due_count;
    size_t due_room;
    struct buf message; /* of several frames, so far */
    unsigned opcode;    /* of it */
};

struct conn {
    uv_poll_t poll;
    int events; /* that poll watches */
    struct stream stream;
    struct server *server;
    struct conn *next;
    struct conn **from;
    struct timer timer;
    enum conn_state state;
    bool ends; /* when all is written */
    uint64_t random;
    struct buf in;  /* what could not be read yet */
    struct buf out; /* what the kernel would not take yet */
    struct asked asked;
    struct turn *turns;
    size_t turn_count;
    struct talk *talk; /* NULL: no WebSocket, and none about to open */
};

/* conn.c */
void conn_new(struct server *server, int fd);
void conn_close(struct conn *c);
void conn_settle(struct conn *c);
/* Appends to what goes out; where it lies, until the next call.  NULL: no memory, and the
 * connection ends. */
char *conn_put(struct conn *c, const void *data, size_t len);

/* conn_http.c: how many of the bytes it could read */
size_t conn_take_requests(struct conn *c, char *data, size_t len);
void conn_answer(struct conn *c);      /* the answer is due */
void conn_stream_on(struct conn *c);   /* more of a stream is due */
void conn_answer_more(struct conn *c); /* the kernel can take more */
void conn_asked_release(struct conn *c);

/* conn_talk.c */
int conn_talk_prepare(struct conn *c, const struct book_socket *socket,
                      const struct captures *captures);
void conn_talk_begin(struct conn *c);
size_t conn_take_frames(struct conn *c, char *data, size_t len);
void conn_talk_due(struct conn *c);
void conn_talk_release(struct conn *c);

#endif
