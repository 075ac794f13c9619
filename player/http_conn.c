#include "player/http_conn.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"

/* What is read at once; shared by all connections of a worker, as is what a small request is put
 * together in. */
#define READ_BYTES ((size_t)64 << 10)
#define WIRE_BYTES ((size_t)16 << 10)
/* After so many full reads others have their turn. */
#define READS_A_TURN 16

static char read_bytes[READ_BYTES];
static char wire_bytes[WIRE_BYTES];

static void on_ready(struct watch *watch, uint32_t events);

/* --- life --- */

static void unlink_conn(struct http_conn *c)
{
    struct http_conn **at = &c->pool->conns;

    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    c->pool->count--;
    if (!c->open && !c->transfer)
        c->pool->connecting--;
}

void http_conn_free(struct http_conn *c)
{
    if (c->transfer)
        c->transfer->way = NULL;
    unlink_conn(c);
    poller_drop(c->pool->fetch->stage->poller, &c->watch);
    if (c->open && !c->deaf && c->stream.ssl)
        stream_shutdown(&c->stream);
    stream_close(&c->stream);
    http_answer_release(&c->answer);
    buf_release(&c->unsent);
    free(c);
}

/* A new connection of a browser goes on with the session of the one before. */
static void prepare_tls(struct http_conn *c)
{
    static const unsigned char http1[] = "\x08http/1.1";

    if (!c->stream.ssl)
        return;
    SSL_set_alpn_protos(c->stream.ssl, http1, sizeof(http1) - 1);
    /* Whether an answer is whole, its own framing tells. */
    SSL_set_options(c->stream.ssl, SSL_OP_IGNORE_UNEXPECTED_EOF);
    if (c->pool->session)
        SSL_set_session(c->stream.ssl, c->pool->session);
}

static void keep_session(struct http_conn *c)
{
    SSL_SESSION *session;

    if (!c->stream.ssl || c->pool->session)
        return;
    session = SSL_get1_session(c->stream.ssl);
    if (session && SSL_SESSION_is_resumable(session))
        c->pool->session = session;
    else
        SSL_SESSION_free(session);
}

/* --- connecting --- */

static const char *server_of(const struct http_conn *c)
{
    const struct target *target = &c->pool->fetch->play->target;

    return target->socket ? target->socket : target->authority;
}

static void connect_failed(struct http_conn *c, const struct error *err)
{
    static const char said[] = "cannot connect: ";
    struct http_pool *pool = c->pool;
    struct transfer *t = c->transfer ? c->transfer : http_pool_first(pool);
    const char *why = err->text;

    if (strncmp(why, said, sizeof(said) - 1) == 0)
        why += sizeof(said) - 1;
    if (t) {
        transfer_fails(t, FAILURE_CONNECT, "cannot connect to %.100s: %s", server_of(c), why);
        fetch_doom(t);
    }
    http_conn_free(c);
    http_pool_pump(pool);
}

static void is_open(struct http_conn *c)
{
    struct transfer *t = c->transfer;

    if (!t)
        c->pool->connecting--;
    c->open = true;
    c->open_us = clock_monotonic_us();
    c->transfer = NULL;
    if (t)
        t->way = NULL;
    if (t && http_conn_send(c, t) < 0) {
        transfer_fails(t, FAILURE_MEMORY, "out of memory");
        fetch_doom(t);
        http_conn_free(c);
        return;
    }
    http_pool_pump(c->pool);
}

static void go_on_connecting(struct http_conn *c)
{
    struct error err = ERROR_NONE;
    enum io io = stream_handshake(&c->stream, &err);

    if (io == IO_LOST)
        connect_failed(c, &err);
    else if (io == IO_DONE)
        is_open(c);
}

int http_conn_new(struct http_pool *pool, struct transfer *transfer)
{
    const struct fetch *f = pool->fetch;
    struct http_conn *c = calloc(1, sizeof(*c));
    struct error err = ERROR_NONE;
    enum io io;

    if (!c)
        return -E_NOMEM;
    c->watch.ready = on_ready;
    c->pool = pool;
    c->begin_us = clock_monotonic_us();
    c->transfer = transfer;
    if (transfer)
        transfer->way = c;
    else
        pool->connecting++;
    c->next = pool->conns;
    pool->conns = c;
    pool->count++;
    buf_init(&c->unsent, REQUEST_URL_MAX + REQUEST_HEADERS_MAX);
    f->stage->tally->connections++;
    io = stream_open_from(&c->stream, &f->play->target, f->source, f->play->tls, &err);
    if (io != IO_LOST && poller_watch(f->stage->poller, &c->watch, c->stream.fd) < 0) {
        error_set(&err, E_NET, "cannot wait for the connection: %s", strerror(errno));
        io = IO_LOST;
    }
    if (io == IO_LOST) {
        connect_failed(c, &err);
        return 0;
    }
    prepare_tls(c);
    return 0; /* an open one is told of by the loop too */
}

/* --- sending --- */

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* What of the connection's making this request has waited for. */
static void note_times(const struct http_conn *c, struct transfer *t, int64_t now_us)
{
    int64_t from_us = t->due_us;

    if (!c->used && c->open_us > from_us) {
        from_us = later(c->begin_us, from_us);
        t->phases.blocked_us = from_us - t->due_us;
        t->phases.connect_us = later(c->stream.connected_us - from_us, 0);
        if (c->stream.ssl)
            t->phases.tls_us = c->open_us - later(c->stream.connected_us, from_us);
        return;
    }
    t->phases.blocked_us = later(now_us - t->due_us, 0);
}

/* Writes as much as the kernel takes of these; false: it is full, or takes no more at all. */
static bool push(struct http_conn *c, const char *data, size_t len, size_t *at)
{
    struct error err = ERROR_NONE;
    size_t n;

    while (*at < len) {
        switch (stream_write(&c->stream, data + *at, len - *at, &n, &err)) {
        case IO_DONE:
            *at += n;
            break;
        case IO_AGAIN:
            return false;
        default:
            c->deaf = true; /* what the server said before may still be read */
            c->sending = false;
            return false;
        }
    }
    return true;
}

static void go_on_sending(struct http_conn *c)
{
    const struct request *r = &c->transfer->request;

    if (!push(c, c->unsent.data, c->unsent.len, &c->unsent_at) ||
        !push(c, r->body, r->body_bytes, &c->body_at))
        return;
    c->sending = false;
    c->sent_us = clock_monotonic_us();
    buf_release(&c->unsent);
}

static int put_together(struct http_conn *c, const struct request *r, const char *cookies)
{
    buf_clear(&c->unsent);
    c->unsent_at = c->body_at = 0;
    buf_add(&c->unsent, r->head, r->head_bytes);
    if (*cookies) {
        buf_adds(&c->unsent, "Cookie: ");
        buf_adds(&c->unsent, cookies);
        buf_adds(&c->unsent, "\r\n");
    }
    return buf_adds(&c->unsent, "\r\n");
}

static char *copy(char *to, const char *from, size_t len)
{
    memcpy(to, from, len);
    return to + len;
}

/* What fits into one piece is sent from there, with nothing to be freed. */
static size_t put_into_wire(const struct request *r, const char *cookies)
{
    size_t cookie_bytes = strlen(cookies);
    char *at = wire_bytes;

    if (r->head_bytes + cookie_bytes + r->body_bytes > WIRE_BYTES - 16)
        return 0;
    at = copy(at, r->head, r->head_bytes);
    if (cookie_bytes) {
        at = copy(at, "Cookie: ", 8);
        at = copy(at, cookies, cookie_bytes);
        at = copy(at, "\r\n", 2);
    }
    at = copy(at, "\r\n", 2);
    if (r->body_bytes)
        at = copy(at, r->body, r->body_bytes);
    return (size_t)(at - wire_bytes);
}

static int send_small(struct http_conn *c, const struct request *r, size_t len)
{
    size_t at = 0;

    c->sending = true;
    c->body_at = r->body_bytes;
    if (push(c, wire_bytes, len, &at)) {
        c->sending = false;
        c->sent_us = clock_monotonic_us();
        return 0;
    }
    c->unsent_at = 0;
    return c->sending ? buf_add(&c->unsent, wire_bytes + at, len - at) : 0;
}

int http_conn_send(struct http_conn *c, struct transfer *t)
{
    const struct fetch *f = c->pool->fetch;
    const struct request *r = &t->request;
    const char *cookies;
    size_t small;

    if (jar_lend(f->jar, &f->play->target, r->path, &cookies) < 0)
        return -E_NOMEM;
    small = put_into_wire(r, cookies);
    if (!small && put_together(c, r, cookies) < 0)
        return -E_NOMEM;
    c->turn = ++c->pool->turn;
    c->transfer = t;
    t->way = c;
    note_times(c, t, clock_monotonic_us());
    http_answer_init(&c->answer, strcmp(r->method, "HEAD") == 0);
    if (small)
        return send_small(c, r, small);
    c->sending = true;
    go_on_sending(c);
    return 0;
}

/* --- what comes --- */

/* The answer has ended: the connection is the next one's, or goes. */
static void end_answer(struct http_conn *c, bool keeps)
{
    struct http_pool *pool = c->pool;
    struct transfer *t = c->transfer;

    c->transfer = NULL;
    t->way = NULL;
    c->used = true;
    http_answer_release(&c->answer);
    if (keeps)
        keep_session(c);
    else
        http_conn_free(c);
    http_pool_pump(pool);
    fetch_finish(t);
}

static void fail_answer(struct http_conn *c, enum failure kind, const char *why)
{
    if (!transfer_may_break(c->transfer))
        transfer_fails(c->transfer, kind, "%s", why);
    end_answer(c, false);
}

/* A server may close a connection that it kept just when we use it again: browsers send the
 * request once more, and so do we, over a new connection. */
static bool send_again(struct http_conn *c)
{
    struct http_pool *pool = c->pool;
    struct transfer *t = c->transfer;

    if (!c->used || c->answer.begun)
        return false;
    c->transfer = NULL;
    t->way = NULL;
    http_conn_free(c);
    if (http_conn_new(pool, t) < 0) {
        transfer_fails(t, FAILURE_MEMORY, "out of memory");
        fetch_doom(t);
    }
    return true;
}

/* No more comes; lost: what was wrong, or NULL: the server has closed. */
static void end_connection(struct http_conn *c, const struct error *lost)
{
    static const char said[] = "cannot read: ";
    struct http_pool *pool = c->pool;
    struct error err = ERROR_NONE;

    if (!c->transfer) {
        http_conn_free(c);
        http_pool_pump(pool);
    } else if (send_again(c)) {
        return;
    } else if (lost) {
        error_set(&err, E_NET, "the connection broke: %s",
                  strncmp(lost->text, said, sizeof(said) - 1) == 0 ? lost->text + sizeof(said) - 1
                                                                   : lost->text);
        fail_answer(c, FAILURE_CONNECT, err.text);
    } else if (http_answer_closed(&c->answer, &err) < 0) {
        fail_answer(c, FAILURE_CONNECT, err.text);
    } else {
        end_answer(c, false);
    }
}

static int take_head(struct http_conn *c, const struct http_piece *piece)
{
    const struct fetch *f = c->pool->fetch;
    struct transfer *t = c->transfer;
    const char *end = piece->head + piece->head_bytes;
    const char *at = piece->head;
    bool wanted = t->keep || t->leaving.until;
    struct http_line line;

    while ((wanted || c->answer.cookies) && http_next_line(&at, end, &line)) {
        if (wanted)
            transfer_take_line(t, line.name, (size_t)(line.value + line.value_bytes - line.name));
        if (http_line_is(&line, "Set-Cookie") &&
            jar_set(f->jar, &f->play->target, t->request.path, line.value, line.value_bytes) < 0)
            return -E_NOMEM;
    }
    transfer_take_head_end(t, c->answer.status);
    return 0;
}

static bool take_piece(struct http_conn *c, const struct http_piece *piece)
{
    if (piece->head && take_head(c, piece) < 0) {
        fail_answer(c, FAILURE_MEMORY, "out of memory");
        return false;
    }
    if (piece->data_bytes && !transfer_take(c->transfer, piece->data, piece->data_bytes)) {
        end_answer(c, false); /* it is left */
        return false;
    }
    return true;
}

static void note_first_byte(struct http_conn *c)
{
    struct transfer *t = c->transfer;

    if (t->phases.first_byte_us < 0)
        t->phases.first_byte_us = c->sending ? 0 : clock_monotonic_us() - c->sent_us;
}

/* Bytes of an answer; false: the connection is another's now, or gone. */
static bool take_bytes(struct http_conn *c, const char *in, size_t len)
{
    struct error err;
    struct http_piece piece;
    size_t at = 0;

    note_first_byte(c);
    while (at < len && c->answer.at != HTTP_AT_END) {
        ssize_t n;

        err.code = 0;
        n = http_answer_take(&c->answer, in + at, len - at, &piece, &err);
        if (n < 0) {
            fail_answer(c, n == -E_NOMEM ? FAILURE_MEMORY : FAILURE_CONNECT, err.text);
            return false;
        }
        at += (size_t)n;
        if (!take_piece(c, &piece))
            return false;
    }
    if (c->answer.at != HTTP_AT_END)
        return true;
    /* An answer that came before all of the request was sent leaves nothing to go on with; and of
     * an end that has come with these bytes nobody would tell again. */
    end_answer(c, c->answer.keeps && at == len && !c->sending && !c->deaf && !c->ending);
    return false;
}

/* Reads until the kernel has no more: edges are told once. */
static void go_on_reading(struct http_conn *c, uint32_t events)
{
    struct error err;

    c->ending = events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
    for (int i = 0; i < READS_A_TURN; i++) {
        size_t n;

        err.code = 0;
        switch (stream_read(&c->stream, read_bytes, READ_BYTES, &n, &err)) {
        case IO_AGAIN:
            return;
        case IO_LOST:
            end_connection(c, &err);
            return;
        default:
            break;
        }
        if (!n || !c->transfer) { /* nobody asked for what comes on an idle connection */
            end_connection(c, NULL);
            return;
        }
        if (!take_bytes(c, read_bytes, n))
            return;
        if (n < READ_BYTES && !c->ending && !c->stream.ssl)
            return;
    }
    poller_again(c->pool->fetch->stage->poller, &c->watch, c->stream.fd);
}

static void on_ready(struct watch *watch, uint32_t events)
{
    struct http_conn *c = (struct http_conn *)watch;
    struct fetch *f = c->pool->fetch;

    fetch_enter(f);
    if (!c->open) {
        go_on_connecting(c);
    } else {
        if (c->sending)
            go_on_sending(c);
        if (events & ~(uint32_t)EPOLLOUT)
            go_on_reading(c, events);
    }
    fetch_leave(f);
}
