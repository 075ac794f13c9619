/* wslay's event context reads through a callback, so feeding is: point at a piece of the bytes, let
 * it read until it has had it all.  Sending is the same the other way, into one buffer. */
#include <stdlib.h>
#include <string.h>
#include <wslay/wslay.h>

#include "core/ws_frames.h"
#include "core/ws_inner.h"
#include "core/ws_mask.h"

struct ws_rest {
    wslay_event_context_ptr ctx;
    struct ws_frames frames;
    const uint8_t *in; /* the piece that wslay may read now */
    size_t in_len;
    bool in_close;  /* the frame that is being read is a close */
    bool fragments; /* a message has begun, and its last frame has not */
    bool told;      /* the handler has heard of a close that wslay does not know */
    uint8_t farewell[125];
    size_t farewell_len;
};

static ssize_t give_bytes(wslay_event_context_ptr ctx, uint8_t *data, size_t len, int flags,
                          void *user)
{
    struct ws_rest *rest = ((struct ws *)user)->rest;

    (void)flags;
    if (!rest->in_len) {
        wslay_event_set_error(ctx, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    if (len > rest->in_len)
        len = rest->in_len;
    memcpy(data, rest->in, len);
    rest->in += len;
    rest->in_len -= len;
    return (ssize_t)len;
}

static ssize_t take_bytes(wslay_event_context_ptr ctx, const uint8_t *data, size_t len, int flags,
                          void *user)
{
    struct ws *ws = user;

    (void)flags;
    if (buf_add(&ws->out, data, len) < 0) {
        wslay_event_set_error(ctx, WSLAY_ERR_NOMEM);
        return -1;
    }
    return (ssize_t)len;
}

static int make_mask(wslay_event_context_ptr ctx, uint8_t *out, size_t len, void *user)
{
    (void)ctx;
    (void)user;
    return ws_mask_bytes(out, len) < 0 ? -1 : 0;
}

static void on_message(wslay_event_context_ptr ctx, const struct wslay_event_on_msg_recv_arg *arg,
                       void *user)
{
    struct ws *ws = user;
    const char *msg = arg->msg ? (const char *)arg->msg : ""; /* wslay has none for an empty one */

    (void)ctx;
    if (arg->opcode == WSLAY_CONNECTION_CLOSE) {
        /* wslay strips the code from the reason only in status_code */
        size_t skip = arg->msg_length >= 2 ? 2 : 0;

        ws->handler->on_close(ws->user, arg->status_code ? arg->status_code : WS_CLOSE_NONE,
                              msg + skip, arg->msg_length - skip);
    } else if (!wslay_is_ctrl_frame(arg->opcode)) {
        ws_tell(ws, msg, arg->msg_length, arg->opcode == WSLAY_BINARY_FRAME,
                arg->rsv & WSLAY_RSV1_BIT);
    }
}

static void on_frame_start(wslay_event_context_ptr ctx,
                           const struct wslay_event_on_frame_recv_start_arg *arg, void *user)
{
    struct ws_rest *rest = ((struct ws *)user)->rest;

    (void)ctx;
    rest->in_close = arg->opcode == WSLAY_CONNECTION_CLOSE;
    if (rest->in_close)
        rest->farewell_len = 0;
    if (!wslay_is_ctrl_frame(arg->opcode))
        rest->fragments = !arg->fin;
}

static void on_frame_chunk(wslay_event_context_ptr ctx,
                           const struct wslay_event_on_frame_recv_chunk_arg *arg, void *user)
{
    struct ws_rest *rest = ((struct ws *)user)->rest;

    (void)ctx;
    if (!rest->in_close || arg->data_length > sizeof(rest->farewell) - rest->farewell_len)
        return;
    memcpy(rest->farewell + rest->farewell_len, arg->data, arg->data_length);
    rest->farewell_len += arg->data_length;
}

/* 1012 service restart, 1013 try again later, 1014 bad gateway: registered after RFC 6455, so wslay
 * 1.1 takes them for a broken frame.  Servers that are restarted do send them. */
static bool tell_late_code(struct ws *ws)
{
    struct ws_rest *rest = ws->rest;
    unsigned code;

    if (rest->told)
        return true;
    if (!rest->in_close || rest->farewell_len < 2)
        return false;
    code = (unsigned)rest->farewell[0] << 8 | rest->farewell[1];
    if (code < 1012 || code > 1014)
        return false;
    rest->told = true;
    ws->handler->on_close(ws->user, code, (const char *)rest->farewell + 2, rest->farewell_len - 2);
    return true;
}

int ws_rest_begin(struct ws *ws)
{
    static const struct wslay_event_callbacks callbacks = {
        .recv_callback = give_bytes,
        .send_callback = take_bytes,
        .genmask_callback = make_mask,
        .on_frame_recv_start_callback = on_frame_start,
        .on_frame_recv_chunk_callback = on_frame_chunk,
        .on_msg_recv_callback = on_message,
    };
    struct ws_rest *rest = ws->rest ? ws->rest : calloc(1, sizeof(*rest));
    int rc;

    if (!rest)
        return -E_NOMEM;
    if (rest == ws->rest)
        return 0;
    rc = ws->role == WS_CLIENT ? wslay_event_context_client_init(&rest->ctx, &callbacks, ws)
                               : wslay_event_context_server_init(&rest->ctx, &callbacks, ws);
    if (rc != 0) {
        free(rest);
        return -E_NOMEM;
    }
    wslay_event_config_set_max_recv_msg_length(rest->ctx, WS_MESSAGE_MAX);
    if (ws->squeeze)
        wslay_event_config_set_allowed_rsv_bits(rest->ctx, WSLAY_RSV1_BIT);
    ws->rest = rest;
    return 0;
}

void ws_rest_free(struct ws *ws)
{
    if (!ws->rest)
        return;
    wslay_event_context_free(ws->rest->ctx);
    free(ws->rest);
    ws->rest = NULL;
}

int ws_rest_give_up(struct ws *ws, unsigned code)
{
    if (ws_rest_begin(ws) < 0)
        return -E_NOMEM;
    wslay_event_queue_close(ws->rest->ctx, (uint16_t)code, NULL, 0);
    wslay_event_shutdown_read(ws->rest->ctx);
    return 0;
}

/* Moves what wslay has queued (a message, a pong, a close) to ws->out. */
static int flush(struct ws *ws, struct error *err)
{
    int rc = wslay_event_send(ws->rest->ctx);

    if (rc == WSLAY_ERR_NOMEM || ws->out.failed)
        return error_nomem(err);
    if (rc != 0)
        return error_set(err, E_PROTOCOL, "the WebSocket could not be written");
    return 0;
}

static int say_malformed(const struct ws *ws, struct error *err)
{
    unsigned code = wslay_event_get_status_code_sent(ws->rest->ctx);

    if (code == WSLAY_CODE_MESSAGE_TOO_BIG)
        return error_set(err, E_PROTOCOL, "the peer sent a message larger than %u MiB",
                         WS_MESSAGE_MAX >> 20);
    return error_set(err, E_PROTOCOL, "the peer sent a malformed WebSocket frame (close code %u)",
                     code);
}

int ws_rest_settle(struct ws *ws, struct error *err)
{
    wslay_event_context_ptr ctx = ws->rest->ctx;

    if (flush(ws, err) < 0 || err->code)
        return -err->code;
    /* wslay answers a frame that breaks the rules by a close frame and stops reading, silently. */
    if (!wslay_event_get_read_enabled(ctx) && !wslay_event_get_close_received(ctx) &&
        !tell_late_code(ws))
        return say_malformed(ws, err);
    return 0;
}

/* Between two messages, with no word of an end: a new context would read on as this one. */
static bool is_done(const struct ws_rest *rest)
{
    return !rest->frames.held_bytes && !rest->frames.left && !rest->fragments &&
           wslay_event_get_read_enabled(rest->ctx) && wslay_event_get_write_enabled(rest->ctx) &&
           !wslay_event_get_close_received(rest->ctx) && !wslay_event_get_close_sent(rest->ctx);
}

int ws_rest_feed(struct ws *ws, const uint8_t *bytes, size_t len, size_t *taken, struct error *err)
{
    struct ws_rest *rest = ws->rest;
    int rc = 0;

    *taken = ws_frames_next(&rest->frames, bytes, len, &rest->in, &rest->in_len);
    if (rest->in_len)
        rc = wslay_event_recv(rest->ctx);
    rest->in_len = 0;
    if (rc == WSLAY_ERR_NOMEM)
        return error_nomem(err);
    if (ws_rest_settle(ws, err) < 0)
        return -err->code;
    if (rc != 0)
        return error_set(err, E_PROTOCOL, "the peer broke the WebSocket protocol");
    if (is_done(rest))
        ws_rest_free(ws);
    return 0;
}

int ws_rest_send(struct ws *ws, const void *data, size_t len, bool binary, bool squeezed,
                 struct error *err)
{
    struct wslay_event_msg msg = {
        .opcode = binary ? WSLAY_BINARY_FRAME : WSLAY_TEXT_FRAME,
        .msg = data,
        .msg_length = len,
    };
    int rc =
        wslay_event_queue_msg_ex(ws->rest->ctx, &msg, squeezed ? WSLAY_RSV1_BIT : WSLAY_RSV_NONE);

    if (rc == WSLAY_ERR_NO_MORE_MSG)
        return error_set(err, E_NET, "the WebSocket is closed already");
    if (rc != 0)
        return error_nomem(err);
    return flush(ws, err);
}

int ws_rest_close(struct ws *ws, unsigned code, const char *reason, struct error *err)
{
    int rc = wslay_event_queue_close(ws->rest->ctx, (uint16_t)code, (const uint8_t *)reason,
                                     reason ? strlen(reason) : 0);

    if (rc == WSLAY_ERR_NO_MORE_MSG)
        return 0; /* a close frame is out already */
    if (rc != 0)
        return error_nomem(err);
    return flush(ws, err);
}
