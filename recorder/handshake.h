/* Opening a WebSocket at the target on the browser's behalf.
 *
 * The browser's own key goes on, so the target's accept is valid for the browser.  The connection
 * is curl's, so TLS options, proxies and Unix sockets are those of the requests. Owner
 * handshake_run() .. handshake_release(). */
#ifndef STRETTO_RECORDER_HANDSHAKE_H
#define STRETTO_RECORDER_HANDSHAKE_H

#include "core/buf.h"
#include "core/error.h"
#include "core/stream.h"
#include "recorder/answer_head.h"
#include "recorder/upstream.h"

struct handshake {
    struct upstream *upstream;
    CURL *easy;
    struct stream stream;
    struct answer_head head; /* status 101: switched */
    struct buf rest;         /* behind the head: the first frames, or a refusal's body */
};

struct handshake_request {
    struct upstream *upstream;
    struct client *client; /* given up when it hangs up */
    const char *path;      /* as it goes on the wire */
    const struct headers *headers;
};

/* Blocks.  0, -E_NET, -E_TIMEOUT, -E_PROTOCOL, -E_NOMEM, or -E_IO when the browser hung up or the
 * recorder stops; released in every case by the caller. */
int handshake_run(struct handshake *h, const struct handshake_request *request, struct error *err);
/* More bytes into rest, for a refusal's body: 1, 0 at the end of the stream, or negative. */
int handshake_read(struct handshake *h, struct client *client, struct error *err);
void handshake_release(struct handshake *h);

#endif
