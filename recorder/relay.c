#include "recorder/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "core/units.h"
#include "core/ws.h"
#include "recorder/limits.h"

#define LOOK_FIRST_BYTES 4096

struct link;

/* One direction. */
struct lane {
    struct link *link;
    bool from_browser;
    struct buf bytes; /* read from one side, not yet written to the other */
    struct ws *reader;
    bool unreadable;
    int64_t now_us; /* when the bytes at hand came */
    bool ended;     /* its source says no more */
    int read_wants;
    int write_wants;
};

struct link {
    const struct relay *relay;
    struct lane up;   /* from browser to target */
    struct lane down; /* from target to browser */
    bool lost;
};

static void on_message(void *user, const char *data, size_t len, bool binary)
{
    struct lane *lane = user;
    const struct relay_tap *tap = lane->link->relay->tap;

    tap->on_message(tap->user, lane->from_browser, data, len, binary, lane->now_us);
}

static void on_close(void *user, unsigned code, const char *reason, size_t len)
{
    struct lane *lane = user;
    const struct relay_tap *tap = lane->link->relay->tap;

    (void)code;
    (void)reason;
    (void)len;
    tap->on_close(tap->user, lane->from_browser, lane->now_us);
}

static const struct ws_handler readers_handler = {on_message, on_close};

static int open_lane(struct lane *lane, struct link *link, bool from_browser)
{
    lane->link = link;
    lane->from_browser = from_browser;
    buf_init(&lane->bytes, REFUSAL_BYTES_MAX + FLOW_BYTES);
    /* Who reads what browsers write is a server. */
    lane->reader = ws_new(from_browser ? WS_SERVER : WS_CLIENT, &readers_handler, lane);
    return lane->reader ? 0 : -E_NOMEM;
}

static void close_lane(struct lane *lane)
{
    ws_free(lane->reader);
    buf_release(&lane->bytes);
}

static enum io read_browser(int fd, void *data, size_t len, size_t *n)
{
    ssize_t got = recv(fd, data, len, 0);

    *n = got > 0 ? (size_t)got : 0;
    if (got >= 0)
        return IO_DONE;
    return errno == EAGAIN || errno == EINTR ? IO_AGAIN : IO_LOST;
}

static enum io write_browser(int fd, const void *data, size_t len, size_t *n)
{
    ssize_t sent = send(fd, data, len, MSG_NOSIGNAL);

    *n = sent > 0 ? (size_t)sent : 0;
    if (sent >= 0)
        return IO_DONE;
    return errno == EAGAIN || errno == EINTR ? IO_AGAIN : IO_LOST;
}

static enum io drain(struct lane *lane)
{
    const struct relay *r = lane->link->relay;
    size_t n = 0;
    enum io io;

    if (lane->from_browser) {
        io = stream_write(r->target, lane->bytes.data, lane->bytes.len, &n, NULL);
        lane->write_wants = stream_wants(r->target);
    } else {
        io = write_browser(r->browser_fd, lane->bytes.data, lane->bytes.len, &n);
        lane->write_wants = STREAM_WANTS_WRITE;
    }
    buf_drop(&lane->bytes, n);
    if (io == IO_LOST)
        lane->link->lost = true;
    return io;
}

static void look(struct lane *lane, const char *data, size_t len)
{
    const struct relay_tap *tap = lane->link->relay->tap;
    struct error err = ERROR_NONE;

    if (lane->unreadable)
        return;
    if (ws_feed(lane->reader, data, len, &err) < 0) {
        lane->unreadable = true;
        tap->on_unreadable(tap->user, lane->from_browser, err.text);
    }
    /* The reader's own answers (pongs) are the real ends' to give. */
    buf_clear(ws_out(lane->reader));
}

/* Bytes came: the other side gets them as they are, the reader a copy.  Much is passed on first, as
 * looking at it takes time that the user would wait; a little is looked at first, so that a session
 * value is known before the browser can use it. */
static void take(struct lane *lane, const char *data, size_t len)
{
    bool much = len > LOOK_FIRST_BYTES;

    lane->now_us = clock_monotonic_us();
    if (!much)
        look(lane, data, len);
    if (buf_add(&lane->bytes, data, len) < 0)
        lane->link->lost = true;
    else
        drain(lane);
    if (much)
        look(lane, data, len);
}

/* Reads once, when nothing waits to be written: that is the whole flow control. */
static enum io fill(struct lane *lane)
{
    const struct relay *r = lane->link->relay;
    char piece[FLOW_BYTES];
    size_t n = 0;
    enum io io;

    if (lane->from_browser) {
        io = read_browser(r->browser_fd, piece, sizeof(piece), &n);
        lane->read_wants = STREAM_WANTS_READ;
    } else {
        io = stream_read(r->target, piece, sizeof(piece), &n, NULL);
        lane->read_wants = stream_wants(r->target);
    }
    if (io == IO_DONE && n)
        take(lane, piece, n);
    else if (io != IO_AGAIN)
        lane->ended = true;
    return io;
}

/* Moves what can be moved, until one side or the other must be waited for. */
static void move(struct lane *lane)
{
    while (!lane->link->lost) {
        if (lane->bytes.len) {
            if (drain(lane) != IO_DONE)
                return;
        } else if (lane->ended || fill(lane) != IO_DONE) {
            return;
        }
    }
}

static short poll_bits(int wants)
{
    return (short)((wants & STREAM_WANTS_READ ? POLLIN : 0) |
                   (wants & STREAM_WANTS_WRITE ? POLLOUT : 0));
}

/* Each lane waits for one thing: for its source when it is empty, else for its sink. */
static bool wait_for_more(struct link *k)
{
    const struct relay *r = k->relay;
    struct pollfd fds[3] = {{.fd = r->browser_fd}, {.fd = r->target->fd}, {r->stop_fd, POLLIN, 0}};

    if (k->up.bytes.len)
        fds[1].events |= poll_bits(k->up.write_wants);
    else
        fds[0].events |= poll_bits(k->up.read_wants);
    if (k->down.bytes.len)
        fds[0].events |= poll_bits(k->down.write_wants);
    else
        fds[1].events |= poll_bits(k->down.read_wants);
    /* A hang-up of a side that is not waited for would wake us again and again. */
    for (int i = 0; i < 2; i++) {
        if (!fds[i].events)
            fds[i].fd = -1;
    }
    poll(fds, 3, -1);
    return !fds[2].revents;
}

/* One side's end is the conversation's: what it said before is passed on first. */
static bool is_over(const struct link *k)
{
    return k->lost || (k->up.ended && !k->up.bytes.len) || (k->down.ended && !k->down.bytes.len);
}

static void converse(struct link *k)
{
    for (;;) {
        move(&k->up);
        move(&k->down);
        if (is_over(k) || !wait_for_more(k))
            return;
    }
}

/* A frame must not wait for the answer to the frame before it: 40 ms each, with Nagle. */
static void prepare_browser(int fd)
{
    int one = 1;
    int flags = fcntl(fd, F_GETFL);

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (flags >= 0)
        fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

int relay_run(const struct relay *relay)
{
    struct link k = {.relay = relay};
    int rc = open_lane(&k.up, &k, true);

    if (rc == 0)
        rc = open_lane(&k.down, &k, false);
    if (rc == 0) {
        prepare_browser(relay->browser_fd);
        if (relay->from_browser_bytes)
            take(&k.up, relay->from_browser, relay->from_browser_bytes);
        if (relay->from_target_bytes)
            take(&k.down, relay->from_target, relay->from_target_bytes);
        converse(&k);
    }
    close_lane(&k.up);
    close_lane(&k.down);
    return rc;
}
