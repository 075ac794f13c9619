/* The inside of one end of a WebSocket: what core/ws.c does itself, and what it leaves to wslay.
 * Private to core/ws*.c.
 *
 * Nearly every frame is a whole message of text or bytes: those are read and written by ws.c where
 * they stand, without a copy.  Fragments, control frames, the close and whatever breaks RFC 6455
 * are wslay's, whose context (8 KiB, longer to make than a message takes to read) is there only
 * while it has something to remember: ws->rest. */
#ifndef STRETTO_CORE_WS_INNER_H
#define STRETTO_CORE_WS_INNER_H

#include "core/ws.h"

/* What permessage-deflate needs; most conversations go without. */
struct squeeze {
    struct deflater deflater;
    struct inflater inflater;
    struct buf bytes; /* the message at hand, the other way round */
};

struct ws_rest;

struct ws {
    enum ws_role role;
    const struct ws_handler *handler;
    void *user;
    struct buf out;
    struct buf part; /* the frame that has begun to come, from its head on */
    struct squeeze *squeeze;
    struct ws_rest *rest; /* NULL: wslay has nothing to remember */
    struct error *err;    /* of the ws_feed() that is at work */
};

/* ws.c: a whole message has come, checked but for what inflating brings to light. */
void ws_tell(struct ws *ws, const char *data, size_t len, bool binary, bool squeezed);

/* ws_rest.c.  From now on the frames are wslay's.  0 or -E_NOMEM. */
int ws_rest_begin(struct ws *ws);
void ws_rest_free(struct ws *ws);
/* Reads up to the end of a frame: *taken bytes.  Ends itself (ws->rest is NULL) when nothing is
 * left that the next frame depends on.  0 or a code with the error set. */
int ws_rest_feed(struct ws *ws, const uint8_t *bytes, size_t len, size_t *taken, struct error *err);
/* The same as ws_send() and ws_close() say; data as it goes into the frame. */
int ws_rest_send(struct ws *ws, const void *data, size_t len, bool binary, bool squeezed,
                 struct error *err);
int ws_rest_close(struct ws *ws, unsigned code, const char *reason, struct error *err);
/* The peer is told by a close frame; nothing is read any more.  0 or -E_NOMEM. */
int ws_rest_give_up(struct ws *ws, unsigned code);
/* Writes out what wslay has queued and says whether the peer broke the protocol. */
int ws_rest_settle(struct ws *ws, struct error *err);

#endif
