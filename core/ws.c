/* Frames that are whole messages, the opening handshake; the rest: core/ws_rest.c. */
#include "core/ws.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/json_text.h"
#include "core/ws_inner.h"
#include "core/ws_mask.h"

#define WS_OUT_MAX (256u << 20)
#define WS_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define WS_HEAD_MAX 65536
/* Room for a message that is kept from one to the next. */
#define SQUEEZE_KEPT ((size_t)64 << 10)
/* Room for what is sent that is kept while nothing is: thousands of ends wait at once. */
#define OUT_KEPT 256
/* RFC 6455 7.4.1 */
#define CODE_NOT_UTF8 1007
#define CODE_TOO_BIG 1009

/* RFC 6455 5.2 */
#define FIN 0x80
#define RSV1 0x40
#define TEXT 0x01
#define BINARY 0x02
#define MASKED 0x80
#define LENGTH 0x7f
#define LENGTH_IN_2 126
#define LENGTH_IN_8 127
#define FRAME_HEAD_MAX (2 + 8 + WS_MASK_BYTES)

/* --- what comes --- */

/* A message that cannot be read ends the conversation. */
static void give_up(struct ws *ws, unsigned code)
{
    if (ws_rest_give_up(ws, code) < 0 && !ws->err->code)
        error_nomem(ws->err);
}

static void tell_squeezed(struct ws *ws, const char *data, size_t len, bool binary)
{
    struct buf *plain = &ws->squeeze->bytes;

    buf_clear(plain);
    if (inflater_add(&ws->squeeze->inflater, data, len, plain, ws->err) < 0) {
        give_up(ws, plain->len > WS_MESSAGE_MAX ? CODE_TOO_BIG : CODE_NOT_UTF8);
    } else if (!binary && !is_utf8(plain->data ? plain->data : "", plain->len)) {
        error_set(ws->err, E_PROTOCOL, "the peer sent a text message that is not UTF-8");
        give_up(ws, CODE_NOT_UTF8);
    } else {
        ws->handler->on_message(ws->user, plain->data ? plain->data : "", plain->len, binary);
    }
    if (plain->cap > SQUEEZE_KEPT)
        buf_release(plain);
}

void ws_tell(struct ws *ws, const char *data, size_t len, bool binary, bool squeezed)
{
    if (squeezed)
        tell_squeezed(ws, data, len, binary);
    else
        ws->handler->on_message(ws->user, data, len, binary);
}

enum look { LOOK_UNSURE, LOOK_OTHER, LOOK_MESSAGE };

struct frame {
    size_t head_bytes;
    size_t payload_bytes;
    bool binary;
    bool squeezed;
    bool masked;
};

/* Is this, judged by the bytes that are there, a frame that is a message of its own? */
static enum look look(const struct ws *ws, const uint8_t *at, size_t len, struct frame *f)
{
    uint8_t kind = len ? at[0] & (uint8_t) ~(ws->squeeze ? RSV1 : 0) : 0;
    uint64_t bytes = 0;
    size_t more;

    if (len && kind != (FIN | TEXT) && kind != (FIN | BINARY))
        return LOOK_OTHER;
    if (len < 2)
        return LOOK_UNSURE;
    f->masked = at[1] & MASKED;
    if (f->masked != (ws->role == WS_SERVER))
        return LOOK_OTHER;
    more = (at[1] & LENGTH) == LENGTH_IN_2 ? 2 : (at[1] & LENGTH) == LENGTH_IN_8 ? 8 : 0;
    f->head_bytes = 2 + more + (f->masked ? WS_MASK_BYTES : 0);
    if (len < f->head_bytes)
        return LOOK_UNSURE;
    for (size_t i = 0; i < more; i++)
        bytes = bytes << 8 | at[2 + i];
    if (bytes > WS_MESSAGE_MAX || (more == 2 && bytes < LENGTH_IN_2) ||
        (more == 8 && bytes <= UINT16_MAX))
        return LOOK_OTHER;
    f->payload_bytes = more ? (size_t)bytes : at[1] & LENGTH;
    f->binary = kind == (FIN | BINARY);
    f->squeezed = at[0] & RSV1;
    return LOOK_MESSAGE;
}

static void tell_frame(struct ws *ws, const char *payload, const struct frame *f)
{
    if (!f->squeezed && !f->binary && !is_utf8(payload, f->payload_bytes))
        give_up(ws, CODE_NOT_UTF8);
    else
        ws_tell(ws, payload, f->payload_bytes, f->binary, f->squeezed);
}

/* The frame in ws->part is whole: a handler may begin to send, but feeds nothing. */
static void tell_part(struct ws *ws, const struct frame *f)
{
    char *payload = ws->part.data + f->head_bytes;

    if (f->masked)
        ws_mask(payload, f->payload_bytes, (const uint8_t *)payload - WS_MASK_BYTES);
    tell_frame(ws, payload, f);
    buf_release(&ws->part);
}

/* What has been held back of a frame that is not ours is wslay's. */
static int hand_over(struct ws *ws, struct error *err)
{
    size_t taken = 0;
    int rc = ws_rest_begin(ws) < 0 ? error_nomem(err) : 0;

    for (size_t at = 0; at < ws->part.len && rc == 0 && ws->rest; at += taken)
        rc = ws_rest_feed(ws, (const uint8_t *)ws->part.data + at, ws->part.len - at, &taken, err);
    buf_release(&ws->part);
    return rc;
}

/* Goes on with the frame whose beginning is in ws->part; its head is looked at byte by byte. */
static int feed_part(struct ws *ws, const uint8_t *bytes, size_t len, size_t *taken,
                     struct error *err)
{
    struct frame f;
    enum look found = look(ws, (const uint8_t *)ws->part.data, ws->part.len, &f);
    size_t missing = 1;

    if (found == LOOK_MESSAGE)
        missing = f.head_bytes + f.payload_bytes - ws->part.len;
    *taken = missing < len ? missing : len;
    if (buf_add(&ws->part, bytes, *taken) < 0)
        return error_nomem(err);
    if (found == LOOK_UNSURE)
        found = look(ws, (const uint8_t *)ws->part.data, ws->part.len, &f);
    if (found == LOOK_OTHER)
        return hand_over(ws, err);
    if (found == LOOK_MESSAGE && ws->part.len == f.head_bytes + f.payload_bytes)
        tell_part(ws, &f);
    return 0;
}

/* Up to the end of a frame, where no part of it has come yet.  A masked one is copied, because it
 * has to be changed. */
static int feed_fresh(struct ws *ws, const uint8_t *bytes, size_t len, size_t *taken,
                      struct error *err)
{
    struct frame f;
    enum look found = look(ws, bytes, len, &f);
    size_t whole = found == LOOK_MESSAGE ? f.head_bytes + f.payload_bytes : len;

    *taken = 0;
    if (found == LOOK_OTHER)
        return hand_over(ws, err);
    *taken = whole < len ? whole : len;
    if (found == LOOK_MESSAGE && !f.masked && *taken == whole) {
        tell_frame(ws, (const char *)bytes + f.head_bytes, &f);
        return 0;
    }
    if (buf_add(&ws->part, bytes, *taken) < 0)
        return error_nomem(err);
    if (found == LOOK_MESSAGE && *taken == whole)
        tell_part(ws, &f);
    return 0;
}

static int feed_frame(struct ws *ws, const uint8_t *bytes, size_t len, size_t *taken,
                      struct error *err)
{
    bool ours = !ws->rest;
    int rc;

    if (!ours)
        return ws_rest_feed(ws, bytes, len, taken, err);
    rc = ws->part.len ? feed_part(ws, bytes, len, taken, err)
                      : feed_fresh(ws, bytes, len, taken, err);
    /* the message may have been the last: refused, or answered by a close frame */
    return rc == 0 && ws->rest ? ws_rest_settle(ws, err) : rc;
}

int ws_feed(struct ws *ws, const void *data, size_t len, struct error *err)
{
    const uint8_t *bytes = data;
    size_t taken = 0;
    int rc = 0;

    ws->err = err;
    if (!ws->out.len && ws->out.cap > OUT_KEPT)
        buf_release(&ws->out);
    for (; len && rc == 0; bytes += taken, len -= taken)
        rc = feed_frame(ws, bytes, len, &taken, err);
    return rc == 0 && err->code ? -err->code : rc;
}

/* --- an end --- */

struct ws *ws_new(enum ws_role role, const struct ws_handler *handler, void *user)
{
    struct ws *ws = calloc(1, sizeof(*ws));

    if (!ws)
        return NULL;
    ws->role = role;
    ws->handler = handler;
    ws->user = user;
    buf_init(&ws->out, WS_OUT_MAX);
    buf_init(&ws->part, WS_MESSAGE_MAX + FRAME_HEAD_MAX);
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
    ws_rest_free(ws);
    squeeze_free(ws->squeeze);
    buf_release(&ws->out);
    buf_release(&ws->part);
    free(ws);
}

/* --- what goes --- */

static size_t write_head(uint8_t *to, uint8_t kind, size_t len, uint8_t masked)
{
    size_t more = len < LENGTH_IN_2 ? 0 : len <= UINT16_MAX ? 2 : 8;

    to[0] = kind;
    to[1] = masked | (uint8_t)(more == 0 ? len : more == 2 ? LENGTH_IN_2 : LENGTH_IN_8);
    for (size_t i = 0; i < more; i++)
        to[2 + i] = (uint8_t)(len >> 8 * (more - 1 - i));
    return 2 + more;
}

static int add_frame(struct ws *ws, uint8_t kind, const void *data, size_t len, struct error *err)
{
    bool client = ws->role == WS_CLIENT;
    uint8_t head[FRAME_HEAD_MAX];
    size_t n = write_head(head, kind, len, client ? MASKED : 0);
    char *room;

    if (client && ws_mask_bytes(head + n, WS_MASK_BYTES) < 0)
        return error_set(err, E_IO, "the kernel gave no random numbers");
    n += client ? WS_MASK_BYTES : 0;
    room = buf_room(&ws->out, n + len);
    if (!room)
        return error_nomem(err);
    memcpy(room, head, n);
    if (len)
        memcpy(room + n, data, len);
    if (client)
        ws_mask(room + n, len, head + n - WS_MASK_BYTES);
    buf_added(&ws->out, n + len);
    return 0;
}

static int queue(struct ws *ws, const void *data, size_t len, bool binary, bool squeezed,
                 struct error *err)
{
    if (ws->rest)
        return ws_rest_send(ws, data, len, binary, squeezed, err);
    return add_frame(ws, (uint8_t)(FIN | (squeezed ? RSV1 : 0) | (binary ? BINARY : TEXT)), data,
                     len, err);
}

static int send_squeezed(struct ws *ws, const void *data, size_t len, bool binary,
                         struct error *err)
{
    struct buf bytes; /* the handler that sends may be looking at squeeze->bytes */
    int rc;

    buf_init(&bytes, WS_OUT_MAX);
    rc = deflater_add(&ws->squeeze->deflater, data, len, &bytes, err);
    if (rc == 0)
        rc = queue(ws, bytes.data, bytes.len, binary, true, err);
    buf_release(&bytes);
    return rc;
}

int ws_send(struct ws *ws, const void *data, size_t len, bool binary, struct error *err)
{
    if (ws->squeeze && deflater_can(&ws->squeeze->deflater))
        return send_squeezed(ws, data, len, binary, err);
    return queue(ws, data, len, binary, false, err);
}

int ws_close(struct ws *ws, unsigned code, const char *reason, struct error *err)
{
    if (ws_rest_begin(ws) < 0)
        return error_nomem(err);
    return ws_rest_close(ws, code, reason, err);
}

struct buf *ws_out(struct ws *ws)
{
    return &ws->out;
}

/* --- the handshake --- */

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
