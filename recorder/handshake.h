/* Opening a WebSocket at the target on the browser's behalf.
 *
 * The browser's own key goes on, so the target's accept is valid for the browser.  An answer that
 * does not switch is read to its end, to be passed back as a plain answer.
 * Owner   handshake_run() .. handshake_release(); the stream may be moved out before. */
#ifndef STRETTO_RECORDER_HANDSHAKE_H
#define STRETTO_RECORDER_HANDSHAKE_H

#include "core/buf.h"
#include "core/error.h"
#include "core/stream.h"
#include "recorder/headers.h"

struct handshake {
    struct stream stream;
    int status; /* 101: switched */
    struct headers headers;
    struct buf rest; /* behind the head: the first frames, or a refusal's whole body */
};

struct handshake_request {
    const struct target *target;
    struct ssl_ctx_st *tls; /* or NULL */
    const char *path;       /* as it goes on the wire */
    const struct headers *headers;
    int stop_fd; /* readable: give up */
};

/* Blocks.  0, -E_NET, -E_TIMEOUT, -E_PROTOCOL or -E_NOMEM; released in every case by the caller. */
int handshake_run(struct handshake *h, const struct handshake_request *request, struct error *err);
void handshake_release(struct handshake *h);

/* Undoes chunked transfer coding, in place; only whole chunks are kept. */
void unchunk(struct buf *body);

#endif
