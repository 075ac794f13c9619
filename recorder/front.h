/* Takes the browser's connections: an accept loop, and a thread for each of at most
 * CONNECTIONS_MAX.  When there is one more, the one that rested longest is closed for it, as a
 * browser's kept connections may be at any time.
 *
 * Owner   front_start() takes the socket, in every case .. front_stop().  That expects stop_fd to
 *         be readable, so that every conversation ends, and waits for all threads.
 * Errors  0, -E_NET or -E_NOMEM. */
#ifndef STRETTO_RECORDER_FRONT_H
#define STRETTO_RECORDER_FRONT_H

#include "core/error.h"
#include "recorder/client.h"

struct front;

struct front_handler {
    /* A connection, in its own thread; it is closed when this returns. */
    void (*on_connection)(void *user, struct client *client);
    /* One more than there may be, and none rests: may be told something, but is not waited for. */
    void (*on_crowd)(void *user, struct client *client);
    void *user;
};

int front_start(struct front **out, int listen_fd, int stop_fd, const struct front_handler *handler,
                struct error *err);
void front_stop(struct front *front);

/* Of a connection that waits for a request: until front_wakes() it may be closed for another.
 * False: it was; what came meanwhile is not to be served, so that the browser may ask again. */
void front_rests(struct client *client);
bool front_wakes(struct client *client);

#endif
