#include "recorder/handshake.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "recorder/limits.h"

struct waiter {
    struct handshake *h;
    int stop_fd;
    int64_t until_us;
    struct error *err;
};

/* Waits until the stream may go on; 0 or negative. */
static int await(struct waiter *w)
{
    int wants = stream_wants(&w->h->stream);
    struct pollfd fds[2] = {
        {.fd = w->h->stream.fd, .events = wants & STREAM_WANTS_WRITE ? POLLOUT : POLLIN},
        {.fd = w->stop_fd, .events = POLLIN},
    };
    int64_t left_us = w->until_us - clock_monotonic_us();

    if (left_us <= 0)
        return error_set(w->err, E_TIMEOUT, "no answer to a WebSocket handshake within %d s",
                         CONNECT_TIMEOUT_S);
    poll(fds, 2, (int)(left_us / US_PER_MS) + 1);
    if (fds[1].revents)
        return error_set(w->err, E_NET, "the recording has ended");
    return 0;
}

static int connect_stream(struct waiter *w, const struct handshake_request *r)
{
    enum io io = stream_open(&w->h->stream, r->target, r->tls, w->err);

    while (io == IO_AGAIN) {
        if (await(w) < 0)
            return -E_NET;
        io = stream_handshake(&w->h->stream, w->err);
    }
    return io == IO_DONE ? 0 : -E_NET;
}

static int write_all(struct waiter *w, struct buf *out)
{
    while (out->len) {
        size_t n = 0;
        enum io io = stream_write(&w->h->stream, out->data, out->len, &n, w->err);

        if (io == IO_LOST || (io == IO_AGAIN && await(w) < 0))
            return -E_NET;
        buf_drop(out, n);
    }
    return 0;
}

static int send_request(struct waiter *w, const struct handshake_request *r)
{
    struct buf out;
    int rc;

    buf_init(&out, HEAD_REWRITTEN_MAX);
    buf_addf(&out, "GET %s HTTP/1.1\r\n", r->path);
    for (size_t i = 0; i < r->headers->count; i++)
        buf_addf(&out, "%s: %s\r\n", r->headers->items[i].name, r->headers->items[i].value);
    rc = buf_adds(&out, "\r\n");
    rc = out.failed ? error_nomem(w->err) : rc;
    if (rc == 0)
        rc = write_all(w, &out);
    buf_release(&out);
    return rc;
}

/* More bytes into rest: 1, 0 at the end of the stream, or negative. */
static int read_more(struct waiter *w)
{
    char piece[16384];
    size_t n = 0;
    enum io io;

    while ((io = stream_read(&w->h->stream, piece, sizeof(piece), &n, w->err)) == IO_AGAIN) {
        if (await(w) < 0)
            return -E_NET;
    }
    if (io == IO_LOST)
        return -E_NET;
    if (buf_add(&w->h->rest, piece, n) < 0)
        return error_set(w->err, E_PROTOCOL, "its answer to a WebSocket handshake is too large");
    return n ? 1 : 0;
}

static int take_head(struct handshake *h, const char *end)
{
    const char *line = h->rest.data;
    int rc = 0;

    if (strncmp(line, "HTTP/1.", 7) != 0 || strlen(line) < 12)
        return -E_PROTOCOL;
    h->status = (int)strtol(line + 9, NULL, 10);
    for (;;) {
        line = strstr(line, "\r\n") + 2;
        if (line > end || rc < 0)
            break;
        rc = headers_add_line(&h->headers, line, strcspn(line, "\r"));
    }
    buf_drop(&h->rest, (size_t)(end + 4 - h->rest.data));
    return rc;
}

static int read_head(struct waiter *w)
{
    for (;;) {
        int rc = read_more(w);
        const char *end;

        if (rc < 0)
            return rc;
        end = w->h->rest.data ? strstr(w->h->rest.data, "\r\n\r\n") : NULL;
        if (end && take_head(w->h, end) < 0)
            return error_set(w->err, E_PROTOCOL, "its answer to a WebSocket handshake is not HTTP");
        if (end)
            return 0;
        if (rc == 0 || w->h->rest.len > HEAD_BYTES_MAX)
            return error_set(w->err, E_PROTOCOL,
                             "it closed the connection in a WebSocket handshake");
    }
}

void unchunk(struct buf *body)
{
    size_t from = 0;
    size_t to = 0;

    while (from < body->len) {
        char *line_end = strstr(body->data + from, "\r\n");
        size_t size = line_end ? strtoul(body->data + from, NULL, 16) : 0;
        size_t data = line_end ? (size_t)(line_end + 2 - body->data) : 0;

        if (!size || size > body->len - data)
            break;
        memmove(body->data + to, body->data + data, size);
        to += size;
        from = data + size + 2;
    }
    body->len = to;
    if (body->data)
        body->data[to] = 0;
}

static bool ends_chunked(const struct buf *body)
{
    return body->len >= 5 && memcmp(body->data + body->len - 5, "0\r\n\r\n", 5) == 0;
}

/* A refusal's body: by its length, its last chunk, or the end of the stream. */
static int read_refusal(struct waiter *w)
{
    struct handshake *h = w->h;
    const char *length = headers_get(&h->headers, "Content-Length");
    bool chunked = headers_have_word(&h->headers, "Transfer-Encoding", "chunked");
    size_t want = length ? strtoul(length, NULL, 10) : SIZE_MAX;

    if (h->status == 204 || h->status == 304)
        want = 0;
    while (h->rest.len < want && !(chunked && ends_chunked(&h->rest))) {
        int rc = read_more(w);

        if (rc < 0)
            return rc;
        if (rc == 0)
            break;
    }
    if (chunked)
        unchunk(&h->rest);
    return 0;
}

int handshake_run(struct handshake *h, const struct handshake_request *r, struct error *err)
{
    struct waiter w = {h, r->stop_fd, clock_monotonic_us() + CONNECT_TIMEOUT_S * US_PER_S, err};
    int rc;

    *h = (struct handshake){.stream = STREAM_CLOSED};
    buf_init(&h->rest, REFUSAL_BYTES_MAX);
    rc = connect_stream(&w, r);
    if (rc == 0)
        rc = send_request(&w, r);
    if (rc == 0)
        rc = read_head(&w);
    if (rc == 0 && h->status != 101)
        rc = read_refusal(&w);
    return rc;
}

void handshake_release(struct handshake *h)
{
    stream_close(&h->stream);
    headers_release(&h->headers);
    buf_release(&h->rest);
}
