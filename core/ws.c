/* wslay's event context reads through a callback, so feeding is: point at a piece of the bytes, let
 * it read until it has had it all.  Sending is the same the other way, into one buffer. */
#include "core/ws.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <wslay/wslay.h>

#include "core/json_text.h"
#include "core/ws_frames.h"

#define WS_OUT_MAX (256u << 20)
#define WS_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define WS_HEAD_MAX 65536
/* Room for a message that is kept from one to the next. */
#define SQUEEZE_KEPT ((size_t)64 << 10)

/* What permessage-deflate needs; most conversations go without. */
struct squeeze {
    struct deflater deflater;
    struct inflater inflater;
    struct buf bytes; /* the message at hand, the other way round */
};

struct ws {
    wslay_event_context_ptr ctx;
    enum ws_role role;
    const struct ws_handler *handler;
    void *user;
    struct ws_frames frames;
    const uint8_t *in; /* the piece that wslay may read now */
    size_t in_len;
    struct buf out;
    struct squeeze *squeeze;
    struct error *err; /* of the ws_feed() that is at work */
    bool in_close;     /* the frame that is being read is a close */
    bool told;         /* the handler has heard of a close that wslay does not know */
    uint8_t farewell[125];
    size_t farewell_len;
};

static ssize_t give_bytes(wslay_event_context_ptr ctx, uint8_t *data, size_t len, int flags,
                          void *user)
{
    struct ws *ws = user;

    (void)flags;
    if (!ws->in_len) {
        wslay_event_set_error(ctx, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    if (len > ws->in_len)
        len = ws->in_len;
    memcpy(data, ws->in, len);
    ws->in += len;
    ws->in_len -= len;
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
    return getrandom(out, len, 0) == (ssize_t)len ? 0 : -1;
}

/* The peer is told by a close frame; nothing is read any more. */
static void give_up(struct ws *ws, unsigned code)
{
    wslay_event_queue_close(ws->ctx, (uint16_t)code, NULL, 0);
    wslay_event_shutdown_read(ws->ctx);
}

static void on_squeezed(struct ws *ws, const struct wslay_event_on_msg_recv_arg *arg)
{
    struct buf *plain = &ws->squeeze->bytes;
    bool binary = arg->opcode == WSLAY_BINARY_FRAME;

    buf_clear(plain);
    if (inflater_add(&ws->squeeze->inflater, arg->msg, arg->msg_length, plain, ws->err) < 0) {
        give_up(ws, plain->len > WS_MESSAGE_MAX ? WSLAY_CODE_MESSAGE_TOO_BIG
                                                : WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA);
    } else if (!binary && !is_utf8(plain->data ? plain->data : "", plain->len)) {
        error_set(ws->err, E_PROTOCOL, "the peer sent a text message that is not UTF-8");
        give_up(ws, WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA);
    } else {
        ws->handler->on_message(ws->user, plain->data ? plain->data : "", plain->len, binary);
    }
    if (plain->cap > SQUEEZE_KEPT)
        buf_release(plain);
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
    } else if (arg->rsv & WSLAY_RSV1_BIT) {
        on_squeezed(ws, arg);
    } else if (!wslay_is_ctrl_frame(arg->opcode)) {
        ws->handler->on_message(ws->user, msg, arg->msg_length, arg->opcode == WSLAY_BINARY_FRAME);
    }
}

static void on_frame_start(wslay_event_context_ptr ctx,
                           const struct wslay_event_on_frame_recv_start_arg *arg, void *user)
{
    struct ws *ws = user;

    (void)ctx;
    ws->in_close = arg->opcode == WSLAY_CONNECTION_CLOSE;
    if (ws->in_close)
        ws->farewell_len = 0;
}

static void on_frame_chunk(wslay_event_context_ptr ctx,
                           const struct wslay_event_on_frame_recv_chunk_arg *arg, void *user)
{
    struct ws *ws = user;

    (void)ctx;
    if (!ws->in_close || arg->data_length > sizeof(ws->farewell) - ws->farewell_len)
        return;
    memcpy(ws->farewell + ws->farewell_len, arg->data, arg->data_length);
    ws->farewell_len += arg->data_length;
}

/* 1012 service restart, 1013 try again later, 1014 bad gateway: registered after RFC 6455, so wslay
 * 1.1 takes them for a broken frame.  Servers that are restarted do send them. */
static bool tell_late_code(struct ws *ws)
{
    unsigned code;

    if (ws->told)
        return true;
    if (!ws->in_close || ws->farewell_len < 2)
        return false;
    code = (unsigned)ws->farewell[0] << 8 | ws->farewell[1];
    if (code < 1012 || code > 1014)
        return false;
    ws->told = true;
    ws->handler->on_close(ws->user, code, (const char *)ws->farewell + 2, ws->farewell_len - 2);
    return true;
}

struct ws *ws_new(enum ws_role role, const struct ws_handler *handler, void *user)
{
    static const struct wslay_event_callbacks callbacks = {
        .recv_callback = give_bytes,
        .send_callback = take_bytes,
        .genmask_callback = make_mask,
        .on_frame_recv_start_callback = on_frame_start,
        .on_frame_recv_chunk_callback = on_frame_chunk,
        .on_msg_recv_callback = on_message,
    };
    struct ws *ws = calloc(1, sizeof(*ws));
    int rc;

    if (!ws)
        return NULL;
    ws->role = role;
    ws->handler = handler;
    ws->user = user;
    buf_init(&ws->out, WS_OUT_MAX);
    rc = role == WS_CLIENT ? wslay_event_context_client_init(&ws->ctx, &callbacks, ws)
                           : wslay_event_context_server_init(&ws->ctx, &callbacks, ws);
    if (rc != 0) {
        free(ws);
        return NULL;
    }
    wslay_event_config_set_max_recv_msg_length(ws->ctx, WS_MESSAGE_MAX);
    return ws;
}

int ws_use_deflate(struct ws *ws, const struct deflate_terms *terms)
{
    bool client = ws->role == WS_CLIENT;

    if (!terms->agreed)
        return 0;
    ws->squeeze = calloc(1, sizeof(*ws->squeeze));
    if (!ws->squeeze)
        return -E_NOMEM;
    deflater_init(&ws->squeeze->deflater, client ? &terms->client : &terms->server);
    inflater_init(&ws->squeeze->inflater, client ? &terms->server : &terms->client);
    buf_init(&ws->squeeze->bytes, WS_MESSAGE_MAX + 1); /* the one more tells a message too large */
    wslay_event_config_set_allowed_rsv_bits(ws->ctx, WSLAY_RSV1_BIT);
    return 0;
}

static void squeeze_free(struct squeeze *s)
{
    if (!s)
        return;
    deflater_release(&s->deflater);
    inflater_release(&s->inflater);
    buf_release(&s->bytes);
    free(s);
}

void ws_free(struct ws *ws)
{
    if (!ws)
        return;
    wslay_event_context_free(ws->ctx);
    squeeze_free(ws->squeeze);
    buf_release(&ws->out);
    free(ws);
}

/* Moves what wslay has queued (a message, a pong, a close) to ws->out. */
static int flush(struct ws *ws, struct error *err)
{
    int rc = wslay_event_send(ws->ctx);

    if (rc == WSLAY_ERR_NOMEM || ws->out.failed)
        return error_nomem(err);
    if (rc != 0)
        return error_set(err, E_PROTOCOL, "the WebSocket could not be written");
    return 0;
}

static int say_malformed(const struct ws *ws, struct error *err)
{
    unsigned code = wslay_event_get_status_code_sent(ws->ctx);

    if (code == WSLAY_CODE_MESSAGE_TOO_BIG)
        return error_set(err, E_PROTOCOL, "the peer sent a message larger than %u MiB",
                         WS_MESSAGE_MAX >> 20);
    return error_set(err, E_PROTOCOL, "the peer sent a malformed WebSocket frame (close code %u)",
                     code);
}

static int read_pieces(struct ws *ws, const uint8_t *bytes, size_t len)
{
    int rc = 0;

    while (len && rc == 0) {
        size_t n = ws_frames_next(&ws->frames, bytes, len, &ws->in, &ws->in_len);

        rc = ws->in_len ? wslay_event_recv(ws->ctx) : 0;
        bytes += n;
        len -= n;
    }
    ws->in_len = 0;
    return rc;
}

int ws_feed(struct ws *ws, const void *data, size_t len, struct error *err)
{
    int rc;

    ws->err = err;
    rc = read_pieces(ws, data, len);
    if (rc == WSLAY_ERR_NOMEM)
        return error_nomem(err);
    if (flush(ws, err) < 0 || err->code)
        return -err->code;
    if (rc != 0)
        return error_set(err, E_PROTOCOL, "the peer broke the WebSocket protocol");
    /* wslay answers a frame that breaks the rules by a close frame and stops reading, silently. */
    if (!wslay_event_get_read_enabled(ws->ctx) && !wslay_event_get_close_received(ws->ctx) &&
        !tell_late_code(ws))
        return say_malformed(ws, err);
    return 0;
}

static int queue(struct ws *ws, const void *data, size_t len, bool binary, uint8_t rsv,
                 struct error *err)
{
    struct wslay_event_msg msg = {
        .opcode = binary ? WSLAY_BINARY_FRAME : WSLAY_TEXT_FRAME,
        .msg = data,
        .msg_length = len,
    };
    int rc = wslay_event_queue_msg_ex(ws->ctx, &msg, rsv);

    if (rc == WSLAY_ERR_NO_MORE_MSG)
        return error_set(err, E_NET, "the WebSocket is closed already");
    if (rc != 0)
        return error_nomem(err);
    return flush(ws, err);
}

static int send_squeezed(struct ws *ws, const void *data, size_t len, bool binary,
                         struct error *err)
{
    struct buf bytes; /* the handler that sends may be looking at squeeze->bytes */
    int rc;

    buf_init(&bytes, WS_OUT_MAX);
    rc = deflater_add(&ws->squeeze->deflater, data, len, &bytes, err);
    if (rc == 0)
        rc = queue(ws, bytes.data, bytes.len, binary, WSLAY_RSV1_BIT, err);
    buf_release(&bytes);
    return rc;
}

int ws_send(struct ws *ws, const void *data, size_t len, bool binary, struct error *err)
{
    if (ws->squeeze && deflater_can(&ws->squeeze->deflater))
        return send_squeezed(ws, data, len, binary, err);
    return queue(ws, data, len, binary, WSLAY_RSV_NONE, err);
}

int ws_close(struct ws *ws, unsigned code, const char *reason, struct error *err)
{
    int rc = wslay_event_queue_close(ws->ctx, (uint16_t)code, (const uint8_t *)reason,
                                     reason ? strlen(reason) : 0);

    if (rc == WSLAY_ERR_NO_MORE_MSG)
        return 0; /* a close frame is out already */
    if (rc != 0)
        return error_nomem(err);
    return flush(ws, err);
}

struct buf *ws_out(struct ws *ws)
{
    return &ws->out;
}

void ws_make_key(char key[WS_KEY_TEXT])
{
    unsigned char nonce[16];

    if (RAND_bytes(nonce, sizeof(nonce)) != 1)
        memset(nonce, 0x5a, sizeof(nonce)); /* a key need not be secret, only fresh */
    EVP_EncodeBlock((unsigned char *)key, nonce, sizeof(nonce));
}

int ws_write_request(struct buf *out, const char *host, const char *path, const char *key,
                     const char *const *headers)
{
    buf_addf(out,
             "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n",
             path, host, key);
    for (; headers && *headers; headers++)
        buf_addf(out, "%s\r\n", *headers);
    buf_adds(out, "\r\n");
    return out->failed ? -E_NOMEM : 0;
}

void ws_accept_of(const char *key, size_t key_len, char out[WS_ACCEPT_TEXT])
{
    char both[2 * WS_KEY_TEXT + sizeof(WS_GUID)];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    int n = key_len > (size_t)2 * WS_KEY_TEXT ? 2 * WS_KEY_TEXT : (int)key_len;

    snprintf(both, sizeof(both), "%.*s%s", n, key, WS_GUID);
    EVP_Digest(both, strlen(both), digest, &len, EVP_sha1(), NULL);
    EVP_EncodeBlock((unsigned char *)out, digest, (int)len);
}

const char *ws_find_header(const char *head, size_t head_len, const char *name, size_t *n)
{
    const char *end = head + head_len;
    size_t name_len = strlen(name);

    for (const char *line = head; line && line < end;) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        const char *stop = next ? next : end;

        if ((size_t)(stop - line) > name_len && strncasecmp(line, name, name_len) == 0 &&
            line[name_len] == ':') {
            const char *value = line + name_len + 1;

            while (value < stop && isspace((unsigned char)*value))
                value++;
            while (stop > value && isspace((unsigned char)stop[-1]))
                stop--;
            *n = (size_t)(stop - value);
            return value;
        }
        line = next ? next + 1 : NULL;
    }
    return NULL;
}

/* Three digits behind "HTTP/1.x "; 0 when they are not there. */
static int status_of(const char *head, size_t len)
{
    if (len < 12 || memcmp(head, "HTTP/1.", 7) != 0 || head[8] != ' ')
        return 0;
    for (size_t i = 9; i < 12; i++) {
        if (!isdigit((unsigned char)head[i]))
            return 0;
    }
    return (head[9] - '0') * 100 + (head[10] - '0') * 10 + (head[11] - '0');
}

long ws_read_response(const char *data, size_t len, const char *key, int *status, struct error *err)
{
    const char *end = memmem(data, len, "\r\n\r\n", 4);
    const char *value;
    char want[32];
    size_t n = 0;

    if (!end)
        return len < WS_HEAD_MAX
                   ? 0
                   : error_set(err, E_PROTOCOL, "the answer to the WebSocket handshake has no end");
    *status = status_of(data, (size_t)(end - data));
    if (!*status)
        return error_set(err, E_PROTOCOL, "the answer to the WebSocket handshake is not HTTP/1.1");
    if (*status != 101)
        return error_set(err, E_MISMATCH, "the server answered %d to the WebSocket handshake",
                         *status);
    value = ws_find_header(data, (size_t)(end - data), "Sec-WebSocket-Accept", &n);
    ws_accept_of(key, strlen(key), want);
    if (!value || n != strlen(want) || memcmp(value, want, n) != 0)
        return error_set(err, E_PROTOCOL,
                         "the server's Sec-WebSocket-Accept does not belong to our key");
    return end + 4 - data;
}
