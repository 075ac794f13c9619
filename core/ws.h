/* One end of a WebSocket, with no socket: bytes in, messages out; messages in, bytes out.
 *
 * Framing is wslay's (RFC 6455); pings are answered by it, into ws_out().  The caller moves bytes.
 * A WS_CLIENT reads what servers write (unmasked frames) and a WS_SERVER reads what browsers write,
 * so a relay watches a conversation by feeding a copy of each direction to one of each, and never
 * sends what they have in ws_out().
 *
 * Owner   ws_new() .. ws_free(); handlers lend their bytes for the call only.
 * Errors  0, -E_PROTOCOL (the peer broke RFC 6455; a close frame is then in ws_out()), -E_NOMEM;
 *         err is never NULL. */
#ifndef STRETTO_CORE_WS_H
#define STRETTO_CORE_WS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/deflate.h"
#include "core/error.h"

enum ws_role { WS_CLIENT, WS_SERVER };

/* Largest message taken from a peer, as it came and inflated. */
#define WS_MESSAGE_MAX (64u << 20)
/* Close code for "no close frame came" (RFC 6455 7.1.5). */
#define WS_CLOSE_ABNORMAL 1006
#define WS_CLOSE_NONE 1005

struct ws_handler {
    void (*on_message)(void *user, const char *data, size_t len, bool binary);
    /* The peer's close frame; code is WS_CLOSE_NONE when it carried none. */
    void (*on_close)(void *user, unsigned code, const char *reason, size_t len);
};

struct ws;

/* NULL when memory is refused.  handler is lent and outlives the ws. */
struct ws *ws_new(enum ws_role role, const struct ws_handler *handler, void *user);
void ws_free(struct ws *ws);

/* Both ends agreed on permessage-deflate (deflate_terms_read() of the answer's
 * Sec-WebSocket-Extensions): messages are inflated before they are told, and ws_send() compresses.
 * Before the first byte is fed.  Nothing changes when the terms say that nothing was agreed on.
 * 0 or -E_NOMEM. */
int ws_use_deflate(struct ws *ws, const struct deflate_terms *terms);

/* Bytes from the wire.  A handler may call ws_send_*() and ws_close(), not ws_free(). */
int ws_feed(struct ws *ws, const void *data, size_t len, struct error *err);

/* Queues one message; ws_out() has its bytes. */
int ws_send(struct ws *ws, const void *data, size_t len, bool binary, struct error *err);
/* Queues a close frame; code 0 sends one without a body, as a browser that leaves a page does. */
int ws_close(struct ws *ws, unsigned code, const char *reason, struct error *err);

/* What waits to be written to the wire; after writing n bytes of it: buf_drop(ws_out(ws), n). */
struct buf *ws_out(struct ws *ws);

/* --- the opening handshake (RFC 6455 section 4), client side --- */

#define WS_KEY_TEXT 25
/* A fresh Sec-WebSocket-Key. */
void ws_make_key(char key[WS_KEY_TEXT]);

/* Appends the request; headers are "Name: value" strings, NULL-ended, or NULL. */
int ws_write_request(struct buf *out, const char *host, const char *path, const char *key,
                     const char *const *headers);

/* What a server answers to a key, in Sec-WebSocket-Accept. */
#define WS_ACCEPT_TEXT 32
void ws_accept_of(const char *key, size_t key_len, char out[WS_ACCEPT_TEXT]);

/* Looks at what has come so far.  Returns the length of the answer's head when it is complete and
 * right (the bytes behind it are frames), 0 when more is needed, -E_MISMATCH when the server did
 * not switch (err has its status), -E_PROTOCOL when the answer is not HTTP or the accept key is
 * wrong. *status is set whenever the status line has come. */
long ws_read_response(const char *data, size_t len, const char *key, int *status,
                      struct error *err);

/* A header's value in an answer's complete head, its length in *n; NULL when it is not there. */
const char *ws_find_header(const char *head, size_t head_len, const char *name, size_t *n);

#endif
