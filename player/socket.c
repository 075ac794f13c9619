#include "player/socket.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/deflate.h"
#include "core/stream.h"
#include "core/ws.h"
#include "player/loop.h"

#define HEAD_MAX (1u << 20)
#define READ_BYTES 65536

enum socket_state { CONNECTING, ASKING, OPEN, LOST };

struct socket {
    uv_poll_t *poll;
    struct stream stream;
    enum socket_state state;
    struct ws *ws;  /* once open */
    struct buf out; /* the request, until it is written */
    struct buf in;  /* the answer, until it is whole */
    char key[WS_KEY_TEXT];
    char *protocols;      /* subprotocols that were offered, until it is open; NULL: none */
    bool deflate;         /* permessage-deflate was offered */
    struct error *closed; /* what the server's close frame said; NULL: none has come */
    unsigned code;        /* its code */
    const struct play *play;
    const struct socket_handler *handler;
    void *user;
};

static void release_connection(struct socket *s)
{
    if (s->poll) {
        uv_poll_stop(s->poll);
        loop_close(s->poll);
        s->poll = NULL;
    }
    stream_close(&s->stream);
}

void socket_free(struct socket *s)
{
    if (!s)
        return;
    release_connection(s);
    ws_free(s->ws);
    buf_release(&s->out);
    buf_release(&s->in);
    free(s->protocols);
    free(s->closed);
    free(s);
}

static void lost_with(struct socket *s, const struct error *why, unsigned code)
{
    if (s->state == LOST)
        return;
    s->state = LOST;
    release_connection(s);
    s->handler->on_lost(s->user, why, code);
}

static void lost(struct socket *s, const struct error *why)
{
    lost_with(s, why, WS_CLOSE_ABNORMAL);
}

static void on_poll(uv_poll_t *poll, int status, int events);

static void watch(struct socket *s)
{
    int events = UV_READABLE;

    if (s->state == LOST)
        return;
    if (s->state == CONNECTING)
        events = stream_wants(&s->stream) == STREAM_WANTS_READ ? UV_READABLE : UV_WRITABLE;
    else if (s->out.len || (s->ws && ws_out(s->ws)->len))
        events |= UV_WRITABLE;
    uv_poll_start(s->poll, events, on_poll);
}

/* Writes what it can of one buffer; false when the connection is lost. */
static bool write_some(struct socket *s, struct buf *b)
{
    struct error err = ERROR_NONE;

    while (b->len) {
        size_t n;
        enum io io = stream_write(&s->stream, b->data, b->len, &n, &err);

        if (io == IO_AGAIN)
            return true;
        if (io == IO_LOST) {
            lost(s, &err);
            return false;
        }
        buf_drop(b, n);
    }
    return true;
}

static bool flush(struct socket *s)
{
    return write_some(s, s->ws ? ws_out(s->ws) : &s->out);
}

static void on_message(void *user, const char *data, size_t len, bool binary)
{
    struct socket *s = user;

    if (s->state == OPEN)
        s->handler->on_message(s->user, data, len, binary);
}

static void on_close(void *user, unsigned code, const char *reason, size_t len)
{
    struct socket *s = user;
    struct error err = ERROR_NONE;

    if (s->closed)
        return;
    if (code == WS_CLOSE_NONE)
        error_set(&err, E_NET, "the server closed the WebSocket");
    else
        error_set(&err, E_NET, "the server closed the WebSocket: code %u%s%.*s", code,
                  len ? " " : "", (int)(len > 120 ? 120 : len), reason);
    s->code = code;
    s->closed = malloc(sizeof(*s->closed));
    if (s->closed)
        *s->closed = err;
    else
        lost_with(s, &err, code);
}

static const struct ws_handler frames = {.on_message = on_message, .on_close = on_close};

/* The server has said goodbye, and ours is ready to be sent. */
static void end_politely(struct socket *s)
{
    s->state = LOST; /* whatever comes of it */
    write_some(s, ws_out(s->ws));
    release_connection(s);
    s->handler->on_lost(s->user, s->closed, s->code);
}

static void feed(struct socket *s, const void *data, size_t len)
{
    struct error err = ERROR_NONE;
    int rc = ws_feed(s->ws, data, len, &err);

    if (s->closed && s->state != LOST) {
        end_politely(s);
    } else if (rc < 0) {
        flush(s); /* the close frame that says why */
        lost(s, &err);
    }
}

/* Is `name` (n bytes) in the list "a, b, c"? */
static bool is_listed(const char *list, const char *name, size_t n)
{
    while (*list) {
        size_t len;

        list += strspn(list, " \t,");
        len = strcspn(list, " \t,");
        if (len == n && memcmp(list, name, n) == 0)
            return true;
        list += len;
    }
    return false;
}

/* What the server chose must be something that was offered. */
static int check_protocol(const struct socket *s, const char *head, size_t len, struct error *err)
{
    size_t n = 0;
    const char *chosen = ws_find_header(head, len, "Sec-WebSocket-Protocol", &n);

    if (!chosen || is_listed(s->protocols ? s->protocols : "", chosen, n))
        return 0;
    return error_set(err, E_PROTOCOL,
                     "the server chose the WebSocket subprotocol '%.*s', which was not offered",
                     (int)(n > 60 ? 60 : n), chosen);
}

static int use_extensions(struct socket *s, const char *head, size_t len, struct error *err)
{
    size_t n = 0;
    const char *chosen = ws_find_header(head, len, "Sec-WebSocket-Extensions", &n);
    struct deflate_terms terms = {0};
    char *text;
    int rc;

    if (!chosen || !n)
        return 0;
    if (!s->deflate)
        return error_set(err, E_PROTOCOL,
                         "the server uses the WebSocket extension '%.*s', which was not offered",
                         (int)(n > 60 ? 60 : n), chosen);
    text = strndup(chosen, n);
    rc = text ? deflate_terms_read(&terms, text, err) : error_nomem(err);
    free(text);
    if (rc == 0 && ws_use_deflate(s->ws, &terms) < 0)
        rc = error_nomem(err);
    return rc;
}

static int agree(struct socket *s, size_t head, struct error *err)
{
    int rc;

    s->ws = ws_new(WS_CLIENT, &frames, s);
    rc = s->ws ? check_protocol(s, s->in.data, head, err) : error_nomem(err);
    if (rc == 0)
        rc = use_extensions(s, s->in.data, head, err);
    free(s->protocols);
    s->protocols = NULL;
    return rc;
}

/* The answer to the handshake is whole: what stands behind it are frames already. */
static void opened(struct socket *s, size_t head)
{
    struct error err = ERROR_NONE;

    if (agree(s, head, &err) < 0) {
        lost(s, &err);
        return;
    }
    s->state = OPEN;
    buf_release(&s->out);
    s->handler->on_open(s->user, s->in.data, head);
    if (s->state == OPEN && s->in.len > head)
        feed(s, s->in.data + head, s->in.len - head);
    buf_release(&s->in);
}

static void take_answer(struct socket *s, const void *data, size_t len)
{
    struct error err = ERROR_NONE;
    int status = 0;
    long head;

    if (buf_add(&s->in, data, len) < 0) {
        error_nomem(&err);
        lost(s, &err);
        return;
    }
    head = ws_read_response(s->in.data, s->in.len, s->key, &status, &err);
    if (head < 0)
        lost(s, &err);
    else if (head > 0)
        opened(s, (size_t)head);
}

static void take(struct socket *s, const void *data, size_t len)
{
    struct error err = ERROR_NONE;

    if (!len) {
        error_set(&err, E_NET, "the server closed the connection%s",
                  s->state == OPEN ? " without a WebSocket close frame" : "");
        lost(s, &err);
    } else if (s->state == OPEN) {
        feed(s, data, len);
    } else {
        take_answer(s, data, len);
    }
}

static void read_some(struct socket *s)
{
    static char data[READ_BYTES]; /* one loop, one thread: nobody else reads meanwhile */
    struct error err = ERROR_NONE;

    while (s->state != LOST) {
        size_t n;
        enum io io = stream_read(&s->stream, data, sizeof(data), &n, &err);

        if (io == IO_AGAIN)
            return;
        if (io == IO_LOST)
            lost(s, &err);
        else
            take(s, data, n);
        if (io == IO_DONE && n < sizeof(data) && !s->stream.ssl)
            return; /* the kernel had no more: spare the call that only says so */
    }
}

static bool connected(struct socket *s)
{
    struct error err = ERROR_NONE;
    enum io io = stream_handshake(&s->stream, &err);

    if (io == IO_LOST)
        lost(s, &err);
    if (io != IO_DONE)
        return false;
    s->state = ASKING;
    return flush(s);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct socket *s = poll->data;

    (void)status; /* reading tells the same, with its reason */
    if (s->state == CONNECTING)
        connected(s);
    else if (!(events & UV_WRITABLE) || flush(s))
        read_some(s);
    if (s->state != LOST && s->ws)
        flush(s);
    watch(s);
}

static struct socket *socket_new(const struct play *play, const struct socket_handler *handler,
                                 void *user)
{
    struct socket *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->stream = STREAM_CLOSED;
    s->play = play;
    s->handler = handler;
    s->user = user;
    buf_init(&s->out, HEAD_MAX);
    buf_init(&s->in, HEAD_MAX);
    ws_make_key(s->key);
    return s;
}

/* The value of a header among those that are sent; NULL: it is not there. */
static const char *find_sent(const char *const *headers, const char *name)
{
    size_t n = strlen(name);

    for (; headers && *headers; headers++) {
        if (strncasecmp(*headers, name, n) == 0 && (*headers)[n] == ':')
            return *headers + n + 1;
    }
    return NULL;
}

static int write_request(struct socket *s, const char *path, const char *const *headers)
{
    const char *protocols = find_sent(headers, "Sec-WebSocket-Protocol");
    const char *extensions = find_sent(headers, "Sec-WebSocket-Extensions");

    s->deflate = extensions && strstr(extensions, "permessage-deflate");
    s->protocols = protocols ? strdup(protocols) : NULL;
    if (protocols && !s->protocols)
        return -E_NOMEM;
    return ws_write_request(&s->out, s->play->target.authority, path, s->key, headers);
}

struct socket *socket_open(uv_loop_t *loop, const struct play *play, const char *path,
                           const char *const *headers, const struct socket_handler *handler,
                           void *user, struct error *err)
{
    struct socket *s = socket_new(play, handler, user);

    if (!s || write_request(s, path, headers) < 0) {
        error_nomem(err);
        socket_free(s);
        return NULL;
    }
    if (stream_open(&s->stream, &play->target, play->tls, err) == IO_LOST) {
        socket_free(s);
        return NULL;
    }
    s->poll = calloc(1, sizeof(*s->poll));
    if (!s->poll || uv_poll_init_socket(loop, s->poll, s->stream.fd) != 0) {
        error_nomem(err);
        free(s->poll);
        s->poll = NULL;
        socket_free(s);
        return NULL;
    }
    s->poll->data = s;
    s->stream.wants = STREAM_WANTS_WRITE;
    watch(s);
    return s;
}

int socket_send(struct socket *s, const char *data, size_t len, bool binary, struct error *err)
{
    int rc;

    if (s->state != OPEN)
        return error_set(err, E_NET, "the WebSocket is not open");
    rc = ws_send(s->ws, data, len, binary, err);
    if (rc < 0)
        return rc;
    flush(s);
    watch(s);
    return s->state == LOST ? -E_NET : 0;
}

void socket_leave(struct socket *s)
{
    struct error err = ERROR_NONE;

    if (s->state != OPEN)
        return;
    s->state = LOST; /* what the server still says is of no interest */
    if (ws_close(s->ws, 0, NULL, &err) == 0)
        write_some(s, ws_out(s->ws));
    stream_shutdown(&s->stream);
    release_connection(s);
}
