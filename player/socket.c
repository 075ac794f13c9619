#include "player/socket.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/deflate.h"
#include "core/stream.h"
#include "core/units.h"
#include "core/ws.h"
#include "player/poller.h"

#define HEAD_MAX (1u << 20)
#define READ_BYTES 65536

enum socket_state { CONNECTING, ASKING, OPEN, LOST };

/* What only a socket that is being opened needs: most of them are open, and idle. */
struct opening {
    struct buf out; /* the request, until it is written */
    struct buf in;  /* the answer, until it is whole */
    char key[WS_KEY_TEXT];
    char *protocols; /* subprotocols that were offered; NULL: none */
    bool deflate;    /* permessage-deflate was offered */
    int64_t begin_us;
    int64_t connected_us; /* TCP; 0: not yet */
    int64_t asked_us;     /* TLS too: the request could be written */
};

/* What the server's close frame said. */
struct farewell {
    struct error why;
    unsigned code;
};

struct socket {
    struct watch watch;
    const struct stage *stage;
    struct stream stream;
    enum socket_state state;
    struct opening *opening; /* until it is open */
    struct ws *ws;           /* once open */
    struct farewell *closed; /* NULL: none has come */
    const struct socket_handler *handler;
    void *user;
};

static void opening_free(struct opening *o)
{
    if (!o)
        return;
    buf_release(&o->out);
    buf_release(&o->in);
    free(o->protocols);
    free(o);
}

static void release_connection(struct socket *s)
{
    poller_drop(s->stage->poller, &s->watch);
    stream_close(&s->stream);
}

void socket_free(struct socket *s)
{
    if (!s)
        return;
    release_connection(s);
    ws_free(s->ws);
    opening_free(s->opening);
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

/* What waits to be written. */
static struct buf *out_of(const struct socket *s)
{
    return s->ws ? ws_out(s->ws) : &s->opening->out;
}

/* Writes what the kernel takes; false when the connection is lost. */
static bool flush(struct socket *s)
{
    struct error err = ERROR_NONE;
    struct buf *b = out_of(s);

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
    s->closed = malloc(sizeof(*s->closed));
    if (s->closed)
        *s->closed = (struct farewell){err, code};
    else
        lost_with(s, &err, code);
}

static const struct ws_handler frames = {.on_message = on_message, .on_close = on_close};

/* The server has said goodbye, and ours is ready to be sent. */
static void end_politely(struct socket *s)
{
    s->state = LOST; /* whatever comes of it */
    flush(s);
    release_connection(s);
    s->handler->on_lost(s->user, &s->closed->why, s->closed->code);
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

    if (!chosen || is_listed(s->opening->protocols ? s->opening->protocols : "", chosen, n))
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
    if (!s->opening->deflate)
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
    rc = s->ws ? check_protocol(s, s->opening->in.data, head, err) : error_nomem(err);
    if (rc == 0)
        rc = use_extensions(s, s->opening->in.data, head, err);
    return rc;
}

static void tell_phases(const struct opening *o, bool tls, struct run_phases *phases)
{
    *phases = (struct run_phases){
        .blocked_us = 0,
        .dns_us = RUN_PHASE_NONE,
        .connect_us = o->connected_us - o->begin_us,
        .tls_us = tls ? o->asked_us - o->connected_us : RUN_PHASE_NONE,
        .first_byte_us = clock_monotonic_us() - o->asked_us,
        .bytes = RUN_BYTES_NONE,
    };
}

/* The answer to the handshake is whole: what stands behind it are frames already. */
static void opened(struct socket *s, size_t head)
{
    struct error err = ERROR_NONE;
    struct opening *o = s->opening;
    struct run_phases phases;

    tell_phases(o, s->stream.ssl, &phases);
    if (agree(s, head, &err) < 0) {
        lost(s, &err);
        return;
    }
    s->opening = NULL;
    s->state = OPEN;
    s->handler->on_open(s->user, o->in.data, head, &phases);
    if (s->state == OPEN && o->in.len > head)
        feed(s, o->in.data + head, o->in.len - head);
    opening_free(o);
}

static void take_answer(struct socket *s, const void *data, size_t len)
{
    struct opening *o = s->opening;
    struct error err = ERROR_NONE;
    int status = 0;
    long head;

    if (buf_add(&o->in, data, len) < 0) {
        error_nomem(&err);
        lost(s, &err);
        return;
    }
    head = ws_read_response(o->in.data, o->in.len, o->key, &status, &err);
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

/* ended: the kernel says that the peer's end has come, too, and will not say it again. */
static void read_all(struct socket *s, bool ended)
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
        if (io == IO_DONE && n < sizeof(data) && !s->stream.ssl && !ended)
            return; /* the kernel had no more: spare the call that only says so */
    }
}

static void connect_on(struct socket *s)
{
    struct error err = ERROR_NONE;
    enum io io = stream_handshake(&s->stream, &err);
    struct opening *o = s->opening;

    if (s->stream.connected && !o->connected_us)
        o->connected_us = s->stream.connected_us;
    if (io == IO_LOST)
        lost(s, &err);
    if (io != IO_DONE)
        return;
    o->asked_us = s->stream.ssl ? clock_monotonic_us() : o->connected_us;
    s->state = ASKING;
    flush(s);
}

/* Writes only where something waits; TLS may have to read for that, and the other way round. */
static void on_ready(struct watch *watch, uint32_t events)
{
    struct socket *s = (struct socket *)watch;

    if (s->state == CONNECTING)
        connect_on(s);
    else
        flush(s);
    if (s->state == CONNECTING || s->state == LOST)
        return;
    if (s->stream.ssl || events & ~(uint32_t)EPOLLOUT)
        read_all(s, events & ~(uint32_t)(EPOLLIN | EPOLLOUT));
    if (s->state != LOST)
        flush(s);
}

static struct socket *socket_new(const struct stage *stage, const struct socket_handler *handler,
                                 void *user)
{
    struct socket *s = calloc(1, sizeof(*s));
    struct opening *o = calloc(1, sizeof(*o));

    if (!s || !o) {
        free(s);
        free(o);
        return NULL;
    }
    s->watch.ready = on_ready;
    s->stage = stage;
    s->stream = STREAM_CLOSED;
    s->opening = o;
    s->handler = handler;
    s->user = user;
    buf_init(&o->out, HEAD_MAX);
    buf_init(&o->in, HEAD_MAX);
    ws_make_key(o->key);
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

static int write_request(struct socket *s, const struct socket_request *request)
{
    const char *protocols = find_sent(request->headers, "Sec-WebSocket-Protocol");
    const char *extensions = find_sent(request->headers, "Sec-WebSocket-Extensions");
    struct opening *o = s->opening;

    o->deflate = extensions && strstr(extensions, "permessage-deflate");
    o->protocols = protocols ? strdup(protocols) : NULL;
    if (protocols && !o->protocols)
        return -E_NOMEM;
    return ws_write_request(&o->out, s->stage->play->target.authority, request->path, o->key,
                            request->headers);
}

static int start(struct socket *s, const struct socket_request *request, struct error *err)
{
    const struct play *play = s->stage->play;
    enum io io;

    s->opening->begin_us = clock_monotonic_us();
    io = stream_open_from(&s->stream, &play->target, request->source, play->tls, err);
    if (io == IO_LOST)
        return -err->code;
    /* Connected at once or not, the kernel then tells that it can be written to. */
    if (poller_watch(s->stage->poller, &s->watch, s->stream.fd) < 0)
        return error_set(err, E_NOMEM, "the kernel cannot watch one more connection");
    return 0;
}

struct socket *socket_open(const struct stage *stage, const struct socket_request *request,
                           const struct socket_handler *handler, void *user, struct error *err)
{
    struct socket *s = socket_new(stage, handler, user);

    if (!s || write_request(s, request) < 0) {
        error_nomem(err);
        socket_free(s);
        return NULL;
    }
    if (start(s, request, err) < 0) {
        socket_free(s);
        return NULL;
    }
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
    return s->state == LOST ? -E_NET : 0;
}

void socket_leave(struct socket *s)
{
    struct error err = ERROR_NONE;

    if (s->state != OPEN)
        return;
    s->state = LOST; /* what the server still says is of no interest */
    if (ws_close(s->ws, 0, NULL, &err) == 0)
        flush(s);
    stream_shutdown(&s->stream);
    release_connection(s);
}
