#include "recorder/handshake.h"

#include <poll.h>
#include <string.h>

#include "core/units.h"
#include "recorder/limits.h"

struct waiter {
    struct handshake *h;
    struct client *client;
    int64_t until_us;
    struct error *err;
};

/* Waits until the stream may go on; 0 or negative. */
static int await(struct waiter *w)
{
    int wants = stream_wants(&w->h->stream);
    struct pollfd fds[3] = {
        {.fd = w->h->stream.fd, .events = wants & STREAM_WANTS_WRITE ? POLLOUT : POLLIN},
        {.fd = w->client->stop_fd, .events = POLLIN},
        {.fd = w->client->fd, .events = client_may_fill(w->client) ? POLLIN : 0},
    };
    int64_t left_us = w->until_us - clock_monotonic_us();

    if (left_us <= 0)
        return error_set(w->err, E_TIMEOUT, "no answer to a WebSocket handshake within %d s",
                         CONNECT_TIMEOUT_S);
    poll(fds, 3, left_us > US_PER_S ? 1000 : (int)(left_us / US_PER_MS) + 1);
    if (fds[1].revents)
        return error_set(w->err, E_IO, "the recording has ended");
    if (fds[2].revents)
        client_fill(w->client);
    if (client_is_gone(w->client))
        return error_set(w->err, E_IO, "the browser hung up");
    return 0;
}

static int write_all(struct waiter *w, struct buf *out)
{
    while (out->len) {
        size_t n = 0;
        enum io io = stream_write(&w->h->stream, out->data, out->len, &n, w->err);
        int rc = io == IO_AGAIN ? await(w) : 0;

        if (io == IO_LOST || rc < 0)
            return io == IO_LOST ? -E_NET : rc;
        buf_drop(out, n);
    }
    return 0;
}

static int send_request(struct waiter *w, const struct handshake_request *r)
{
    struct buf out;
    int rc;

    buf_init(&out, 2 * HEAD_REWRITTEN_MAX);
    buf_addf(&out, "GET %s HTTP/1.1\r\n", r->path);
    for (size_t i = 0; i < r->headers->count; i++)
        buf_addf(&out, "%s: %s\r\n", r->headers->items[i].name, r->headers->items[i].value);
    rc = buf_adds(&out, "\r\n") < 0 ? error_nomem(w->err) : write_all(w, &out);
    buf_release(&out);
    return rc;
}

static int read_more(struct waiter *w)
{
    char piece[16384];
    size_t n = 0;
    enum io io;

    while ((io = stream_read(&w->h->stream, piece, sizeof(piece), &n, w->err)) == IO_AGAIN) {
        int rc = await(w);

        if (rc < 0)
            return rc;
    }
    if (io == IO_LOST)
        return -E_NET;
    if (buf_add(&w->h->rest, piece, n) < 0)
        return error_nomem(w->err);
    return n ? 1 : 0;
}

static int take_lines(struct handshake *h, const char *end)
{
    const char *line = h->rest.data;
    int rc = 0;

    while (rc == 0 && line < end) {
        const char *stop = memmem(line, (size_t)(end - line), "\r\n", 2);

        rc = answer_head_line(&h->head, line, (size_t)(stop - line));
        line = stop + 2;
    }
    buf_drop(&h->rest, (size_t)(end - h->rest.data));
    return rc;
}

static char *end_of_head(const struct buf *b)
{
    char *end = b->len ? memmem(b->data, b->len, "\r\n\r\n", 4) : NULL;

    return end ? end + 4 : NULL;
}

/* What comes before the answer (103) says nothing to a WebSocket. */
static int read_head(struct waiter *w)
{
    do {
        const char *end;

        while (!(end = end_of_head(&w->h->rest))) {
            int rc = w->h->rest.len > HEAD_BYTES_MAX ? 0 : read_more(w);

            if (rc < 0)
                return rc;
            if (rc == 0)
                return error_set(w->err, E_PROTOCOL,
                                 "it closed the connection in a WebSocket handshake, or its head "
                                 "is longer than 128 KiB");
        }
        if (take_lines(w->h, end) < 0)
            return error_set(w->err, E_PROTOCOL, "its answer to a WebSocket handshake is not HTTP");
    } while (w->h->head.status < 200 && w->h->head.status != 101);
    return 0;
}

int handshake_run(struct handshake *h, const struct handshake_request *r, struct error *err)
{
    struct waiter w = {h, r->client, clock_monotonic_us() + CONNECT_TIMEOUT_S * US_PER_S, err};
    int rc;

    *h = (struct handshake){.upstream = r->upstream, .stream = STREAM_CLOSED};
    buf_init(&h->rest, HEAD_BYTES_MAX + FLOW_BYTES);
    rc = upstream_connect(r->upstream, r->client, &h->easy, err);
    if (rc < 0)
        return rc;
    stream_of_curl(&h->stream, h->easy);
    rc = send_request(&w, r);
    return rc == 0 ? read_head(&w) : rc;
}

int handshake_read(struct handshake *h, struct client *client, struct error *err)
{
    struct waiter w = {h, client, INT64_MAX, err};

    return read_more(&w);
}

void handshake_release(struct handshake *h)
{
    stream_close(&h->stream);
    if (h->upstream)
        upstream_drop(h->upstream, h->easy);
    answer_head_release(&h->head);
    buf_release(&h->rest);
    *h = (struct handshake){.stream = STREAM_CLOSED};
}
