/* The browser's end of a connection: bytes in, bytes out, never blocking but in client_wait().
 *
 * At most FLOW_BYTES and a head wait in each direction, and the faster side is held back: who has
 * no room does not read.  An end of stream from the browser is taken for a hang-up: that is how one
 * leaves an event stream, and no browser says it otherwise.
 *
 * Owner   client_open() takes the socket .. client_close(). */
#ifndef STRETTO_RECORDER_CLIENT_H
#define STRETTO_RECORDER_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"

struct client {
    int fd;
    int stop_fd;    /* readable: all waiting ends */
    struct buf in;  /* came, and not yet taken */
    struct buf out; /* to be sent */
    bool ended;     /* the browser says no more: it hung up */
    bool lost;      /* nothing can be sent to it any more, or the recorder stops */
};

void client_open(struct client *c, int fd, int stop_fd);
/* Closes at once; what was not sent is lost. */
void client_close(struct client *c);
/* Sends all, then breaks the connection off: who reads to its end is to know that this is none. */
void client_break(struct client *c);
/* Sends all, then reads what the browser still says, within LINGER_US, so that it has its answer.
 */
void client_finish(struct client *c);

static inline bool client_is_gone(const struct client *c)
{
    return c->lost || c->ended;
}

/* May more be put, or read? */
bool client_has_room(const struct client *c);
bool client_may_fill(const struct client *c);
/* A failed append loses the connection. */
void client_put(struct client *c, const void *data, size_t len);

/* Reads, sends what can be read or sent now. */
void client_fill(struct client *c);
void client_flush(struct client *c);
/* What poll() is to wait for. */
short client_events(const struct client *c);

/* Waits until something can be moved and moves it; false at until_us (monotonic; INT64_MAX: never)
 * or when it is gone. */
bool client_wait(struct client *c, int64_t until_us);

#endif
