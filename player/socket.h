/* One WebSocket of one session, on the worker's loop: handshake, then messages both ways.
 *
 * Owner   socket_open() .. socket_free(), which may not be called from inside a handler.
 * Errors  whatever goes wrong after socket_open() comes by on_lost(), once, and the socket then
 * only wants freeing. */
#ifndef STRETTO_PLAYER_SOCKET_H
#define STRETTO_PLAYER_SOCKET_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/run.h"
#include "player/session.h"

struct socket_handler {
    /* head: of the answer to the handshake, lent; phases: where the time since socket_open() went.
     */
    void (*on_open)(void *user, const char *head, size_t len, const struct run_phases *phases);
    void (*on_message)(void *user, const char *data, size_t len, bool binary);
    /* code: of the server's close frame; WS_CLOSE_NONE: it had none, WS_CLOSE_ABNORMAL: none came.
     */
    void (*on_lost)(void *user, const struct error *why, unsigned code);
};

/* What is asked for; all lent for the call. */
struct socket_request {
    const char *path;
    const char *const *headers;            /* "Name: value", NULL-ended */
    const struct sockaddr_storage *source; /* the address to connect from; NULL: the kernel's */
};

struct socket;

/* Starts connecting and asks for the path.  Where the headers offer subprotocols, the server must
 * take one of them or none.  handler is lent.  NULL with the reason when that fails at once. */
struct socket *socket_open(const struct stage *stage, const struct socket_request *request,
                           const struct socket_handler *handler, void *user, struct error *err);

/* Queues a message and writes what the kernel takes at once; the rest follows by itself. */
int socket_send(struct socket *socket, const char *data, size_t len, bool binary,
                struct error *err);

/* Says goodbye as a browser that leaves a page: a close frame without a code, then the end. */
void socket_leave(struct socket *socket);
void socket_free(struct socket *socket);

#endif
