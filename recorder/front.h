/* Takes the browser's connections: an accept loop, and a thread for each of at most
 * CONNECTIONS_MAX.
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
    /* One more than there may be: may be told something, but is not waited for. */
    void (*on_crowd)(void *user, struct client *client);
    void *user;
};

int front_start(struct front **out, int listen_fd, int stop_fd, const struct front_handler *handler,
                struct error *err);
void front_stop(struct front *front);

#endif
