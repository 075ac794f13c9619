#include "parrot/conn.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/ssl.h>

#include "core/units.h"
#include "core/ws.h"

#define OUT_MAX ((size_t)1 << 30)
#define IN_MAX ((size_t)WS_MESSAGE_MAX + 65536)
/* A client that does not read what it is told is not listened to. */
#define OUT_PATIENCE ((size_t)1 << 20)
/* So often one connection is read from before the others have their turn. */
#define READS_AT_ONCE 16

/* --- life and death --- */

static void on_poll(uv_poll_t *poll, int status, int events);
static void on_timer(struct timer *timer);

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void link_conn(struct conn *c)
{
    c->from = &c->server->conns;
    c->next = c->server->conns;
    if (c->next)
        c->next->from = &c->next;
    c->server->conns = c;
}

static void unlink_conn(struct conn *c)
{
    *c->from = c->next;
    if (c->next)
        c->next->from = c->from;
}

void conn_close(struct conn *c)
{
    struct count *count = &c->server->count;

    if (c->state == CONN_CLOSED)
        return;
    if (c->state == CONN_OPEN)
        tide_out(&count->sockets);
    else if (c->state != CONN_TLS && (c->state != CONN_HTTP || c->asked.has_begun))
        tide_out(&count->requests);
    tide_out(&count->connections);
    c->state = CONN_CLOSED;
    c->server->gathered = 0;
    timer_stop(&c->server->timers, &c->timer);
    unlink_conn(c);
    uv_poll_stop(&c->poll);
    uv_close((uv_handle_t *)&c->poll, on_closed);
    stream_close(&c->stream);
    conn_asked_release(c);
    conn_talk_release(c);
    buf_release(&c->in);
    buf_release(&c->out);
    free(c->turns);
    c->turns = NULL;
    server_let_in(c->server);
}

/* --- writing --- */

static bool write_out(struct conn *c, const char *data, size_t len, size_t *written)
{
    struct error err = ERROR_NONE;
    size_t n = 0;

    for (*written = 0; *written < len; *written += n) {
        enum io io = stream_write(&c->stream, data + *written, len - *written, &n, &err);

        if (io == IO_AGAIN)
            break;
        if (io == IO_LOST) {
            conn_close(c);
            return false;
        }
        c->server->count.bytes_out += n;
    }
    return true;
}

static void flush_gathered(struct conn *c)
{
    size_t len = c->server->gathered;
    size_t n;

    c->server->gathered = 0;
    if (!len || !write_out(c, c->server->gather, len, &n))
        return;
    if (n < len && buf_add(&c->out, c->server->gather + n, len - n) < 0)
        conn_close(c);
}

static void flush_out(struct conn *c)
{
    size_t n;

    if (!c->out.len || !write_out(c, c->out.data, c->out.len, &n))
        return;
    if (n == c->out.len)
        buf_release(&c->out);
    else
        buf_drop(&c->out, n);
}

char *conn_put(struct conn *c, const void *data, size_t len)
{
    struct server *s = c->server;

    if (!c->out.len && len > GATHER_BYTES - s->gathered)
        flush_gathered(c);
    if (c->state == CONN_CLOSED)
        return NULL;
    if (!c->out.len && len <= GATHER_BYTES - s->gathered) {
        char *at = s->gather + s->gathered;

        memcpy(at, data, len);
        s->gathered += len;
        return at;
    }
    if (buf_add(&c->out, data, len) < 0) {
        conn_close(c);
        return NULL;
    }
    return c->out.data + c->out.len - len;
}

/* --- reading --- */

/* Gives how many bytes were of use. */
static size_t take(struct conn *c, char *data, size_t len)
{
    size_t used = 0;

    if (c->state == CONN_HTTP)
        used = conn_take_requests(c, data, len);
    if (c->state == CONN_OPEN && used < len)
        used += conn_take_frames(c, data + used, len - used);
    return used;
}

/* What came earlier, and now more of it may be of use. */
static void take_kept(struct conn *c)
{
    size_t used = take(c, c->in.data, c->in.len);

    if (c->state == CONN_CLOSED)
        return;
    if (used == c->in.len)
        buf_release(&c->in);
    else
        buf_drop(&c->in, used);
}

static void hear(struct conn *c, char *data, size_t len)
{
    size_t used;

    if (c->in.len) {
        if (buf_add(&c->in, data, len) < 0)
            conn_close(c);
        else
            take_kept(c);
        return;
    }
    used = take(c, data, len);
    if (c->state != CONN_CLOSED && used < len && buf_add(&c->in, data + used, len - used) < 0)
        conn_close(c);
}

static void read_some(struct conn *c)
{
    struct server *s = c->server;

    for (int i = 0; i < READS_AT_ONCE && c->state != CONN_CLOSED; i++) {
        struct error err = ERROR_NONE;
        size_t n = 0;
        enum io io = stream_read(&c->stream, s->input, sizeof(s->input), &n, &err);

        if (io == IO_AGAIN)
            return;
        if (io == IO_LOST || !n) {
            conn_close(c);
            return;
        }
        hear(c, s->input, n);
        if (n < sizeof(s->input) && !c->stream.ssl)
            return; /* the kernel had no more: spare the call that only says so */
    }
}

/* --- the loop --- */

static void watch(struct conn *c, int events)
{
    if (c->events == events)
        return;
    c->events = events;
    uv_poll_start(&c->poll, events, on_poll);
}

void conn_settle(struct conn *c)
{
    flush_gathered(c);
    if (c->state != CONN_CLOSED && c->out.len)
        flush_out(c);
    while (c->state == CONN_ANSWERING && !c->out.len) {
        conn_answer_more(c);
        flush_gathered(c);
    }
    while (c->state == CONN_HTTP && c->in.len && !c->ends && !c->out.len) {
        size_t before = c->in.len;

        take_kept(c);
        flush_gathered(c);
        if (c->state != CONN_CLOSED && c->in.len == before)
            break;
    }
    if (c->state == CONN_CLOSED)
        return;
    if (c->ends && !c->out.len)
        conn_close(c);
    else
        watch(c, (c->out.len > OUT_PATIENCE ? 0 : UV_READABLE) | (c->out.len ? UV_WRITABLE : 0));
}

static void shake_hands(struct conn *c)
{
    int rc = SSL_do_handshake(c->stream.ssl);
    int why = rc == 1 ? 0 : SSL_get_error(c->stream.ssl, rc);

    if (rc == 1) {
        c->state = CONN_HTTP;
        read_some(c);
        conn_settle(c);
    } else if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
        watch(c, why == SSL_ERROR_WANT_READ ? UV_READABLE : UV_WRITABLE);
    } else {
        conn_close(c);
    }
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct conn *c = poll->data;

    c->server->now_us = clock_monotonic_us();
    if (c->state == CONN_TLS) {
        shake_hands(c);
        return;
    }
    if (status < 0 || (events & UV_READABLE))
        read_some(c);
    conn_settle(c);
}

static void on_timer(struct timer *timer)
{
    struct conn *c = timer->data;

    c->server->now_us = clock_monotonic_us();
    if (c->state == CONN_OPEN)
        conn_talk_due(c);
    else if (c->state == CONN_WAITING)
        conn_answer(c);
    else if (c->state == CONN_STREAMING)
        conn_stream_on(c);
    conn_settle(c);
}

static bool start_tls(struct conn *c)
{
    if (!c->server->tls)
        return true;
    c->stream.ssl = SSL_new(c->server->tls);
    if (!c->stream.ssl || SSL_set_fd(c->stream.ssl, c->stream.fd) != 1)
        return false;
    c->stream.tls = true;
    SSL_set_accept_state(c->stream.ssl);
    c->state = CONN_TLS;
    return true;
}

void conn_new(struct server *server, int fd)
{
    struct conn *c = calloc(1, sizeof(*c));

    if (!c || uv_poll_init(&server->loop, &c->poll, fd) != 0) {
        free(c);
        close(fd);
        return;
    }
    c->poll.data = c;
    c->server = server;
    c->stream = (struct stream){.fd = fd, .connected = true};
    c->state = CONN_HTTP;
    c->timer = (struct timer){.fire = on_timer, .data = c};
    c->random = (uint64_t)server->options->seed * UINT64_C(0x9e3779b97f4a7c15) ^ server->accepted++;
    random_next(&c->random);
    buf_init(&c->in, IN_MAX);
    buf_init(&c->out, OUT_MAX);
    tide_in(&server->count.connections);
    link_conn(c);
    if (start_tls(c))
        watch(c, UV_READABLE);
    else
        conn_close(c);
}
