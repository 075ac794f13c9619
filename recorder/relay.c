/* One thread moves bytes: what came is handed to the tap, passed on, and only then read, which is
 * the tap's own thread's work. */
#include "recorder/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "core/units.h"
#include "recorder/limits.h"
#include "recorder/tap.h"

struct link;

/* One direction. */
struct lane {
    struct link *link;
    bool from_browser;
    struct buf bytes; /* read from one side, not yet written to the other */
    bool ended;       /* its source says no more */
    bool closed;      /* its sink knows, or is gone */
    bool lost;        /* its source was reset */
    int read_wants;
    int write_wants;
};

struct link {
    const struct relay *relay;
    struct tap *tap;
    struct lane up;   /* from browser to target */
    struct lane down; /* from target to browser */
    bool browser_first;
};

static void open_lane(struct lane *lane, struct link *link, bool from_browser)
{
    lane->link = link;
    lane->from_browser = from_browser;
    buf_init(&lane->bytes, EARLY_BYTES_MAX + FLOW_BYTES);
}

static struct lane *other(struct lane *lane)
{
    return lane->from_browser ? &lane->link->down : &lane->link->up;
}

static void end_lane(struct lane *lane)
{
    if (!lane->ended && !other(lane)->ended)
        lane->link->browser_first = lane->from_browser;
    lane->ended = true;
}

/* The connection that this direction goes to was reset: its bytes have nowhere to go.  What its
 * peer had said before is still read, by the other direction. */
static void lose_sink(struct lane *lane)
{
    if (!lane->ended && !other(lane)->ended)
        lane->link->browser_first = !lane->from_browser;
    other(lane)->lost = true;
    lane->ended = lane->closed = true;
    buf_clear(&lane->bytes);
}

static enum io io_of(ssize_t rc, size_t *n)
{
    *n = rc > 0 ? (size_t)rc : 0;
    if (rc >= 0)
        return IO_DONE;
    return errno == EAGAIN || errno == EINTR ? IO_AGAIN : IO_LOST;
}

static enum io read_source(struct lane *lane, void *data, size_t len, size_t *n)
{
    const struct relay *r = lane->link->relay;
    enum io io;

    if (lane->from_browser) {
        lane->read_wants = STREAM_WANTS_READ;
        return io_of(recv(r->browser_fd, data, len, 0), n);
    }
    io = stream_read(r->target, data, len, n, NULL);
    lane->read_wants = stream_wants(r->target);
    return io;
}

static enum io write_sink(struct lane *lane, const char *data, size_t len, size_t *n)
{
    const struct relay *r = lane->link->relay;
    enum io io;

    if (!lane->from_browser) {
        lane->write_wants = STREAM_WANTS_WRITE;
        return io_of(send(r->browser_fd, data, len, MSG_NOSIGNAL), n);
    }
    io = stream_write(r->target, data, len, n, NULL);
    lane->write_wants = stream_wants(r->target);
    return io;
}

/* Writes what waits: IO_DONE when it is all gone. */
static enum io drain(struct lane *lane)
{
    enum io io = IO_DONE;

    while (lane->bytes.len && io == IO_DONE) {
        size_t n = 0;

        io = write_sink(lane, lane->bytes.data, lane->bytes.len, &n);
        buf_drop(&lane->bytes, n);
    }
    if (io == IO_LOST)
        lose_sink(lane);
    return io;
}

/* Nothing waits: the bytes go on from where they lie, and what is not taken will wait. */
static void pass(struct lane *lane, const char *data, size_t len)
{
    size_t n = 0;

    if (write_sink(lane, data, len, &n) == IO_LOST ||
        (n < len && buf_add(&lane->bytes, data + n, len - n) < 0))
        lose_sink(lane);
}

/* The tap has the bytes before the other side can answer them, and is woken when they are gone. */
static void take(struct lane *lane, const char *data, size_t len)
{
    struct tap *tap = lane->link->tap;

    if (!len)
        return;
    tap_put(tap, lane->from_browser, data, len, clock_monotonic_us());
    pass(lane, data, len);
    tap_wake(tap);
}

/* Nothing more can be read.  That is a reset of the whole connection; TLS fails for other reasons
 * too, and then the browser is told of an end. */
static void lose_source(struct lane *lane)
{
    end_lane(lane);
    lose_sink(other(lane));
    lane->lost = lane->from_browser || !stream_is_tls(lane->link->relay->target);
}

static enum io fill(struct lane *lane)
{
    char piece[FLOW_BYTES];
    size_t n = 0;
    enum io io = read_source(lane, piece, sizeof(piece), &n);

    if (io == IO_LOST)
        lose_source(lane);
    else if (io == IO_DONE && !n)
        end_lane(lane);
    else
        take(lane, piece, n);
    return io;
}

/* Its source has ended and all is written: the sink is told so, of a reset by relay_run()'s end. */
static void close_sink(struct lane *lane)
{
    const struct relay *r = lane->link->relay;

    lane->closed = true;
    if (lane->lost)
        return;
    if (lane->from_browser)
        stream_shutdown(r->target);
    else
        shutdown(r->browser_fd, SHUT_WR);
}

/* Moves what can be moved, and reads only when nothing waits to be written: that is the whole flow
 * control.  False when it stopped for the other direction's sake. */
static bool move(struct lane *lane)
{
    for (int i = 0; i < RELAY_TURN_PIECES; i++) {
        if (lane->closed || drain(lane) != IO_DONE)
            return true;
        if (lane->ended) {
            close_sink(lane);
            return true;
        }
        if (fill(lane) == IO_AGAIN)
            return true;
    }
    return false;
}

static short poll_bits(int wants)
{
    return (short)((wants & STREAM_WANTS_READ ? POLLIN : 0) |
                   (wants & STREAM_WANTS_WRITE ? POLLOUT : 0));
}

/* What this lane waits for: for its sink when something is to be written, else for its source. */
static void ask(const struct lane *lane, struct pollfd *source, struct pollfd *sink)
{
    if (lane->closed)
        return;
    if (lane->bytes.len)
        sink->events |= poll_bits(lane->write_wants);
    else
        source->events |= poll_bits(lane->read_wants);
}

/* A side that nothing is asked of may still be reset; but once we have told it that no more comes,
 * its own end would wake us again and again. */
static void ask_for_loss(const struct lane *towards, struct pollfd *side)
{
    if (!side->events && towards->closed)
        side->fd = -1;
}

static void see_loss(struct lane *towards, const struct pollfd *side)
{
    if (!side->events && side->revents & (POLLERR | POLLHUP))
        lose_sink(towards);
}

static bool wait_for_more(struct link *k, bool at_once)
{
    const struct relay *r = k->relay;
    struct pollfd fds[3] = {{.fd = r->browser_fd}, {.fd = r->target->fd}, {r->stop_fd, POLLIN, 0}};

    ask(&k->up, &fds[0], &fds[1]);
    ask(&k->down, &fds[1], &fds[0]);
    ask_for_loss(&k->down, &fds[0]);
    ask_for_loss(&k->up, &fds[1]);
    if (poll(fds, 3, at_once ? 0 : -1) <= 0)
        return true;
    see_loss(&k->down, &fds[0]);
    see_loss(&k->up, &fds[1]);
    return !fds[2].revents;
}

static void converse(struct link *k)
{
    for (;;) {
        bool rests = move(&k->up);

        rests = move(&k->down) && rests;
        if ((k->up.closed && k->down.closed) || !wait_for_more(k, !rests))
            return;
    }
}

/* close() will reset this connection, unless the peer would then lose what it has not read yet. */
static void make_reset(int fd)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    int unsent = 0;

    if (fd >= 0 && ioctl(fd, SIOCOUTQ, &unsent) == 0 && !unsent)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

static void pass_resets(const struct link *k)
{
    if (k->up.lost)
        make_reset(k->relay->target->fd);
    if (k->down.lost)
        make_reset(k->relay->browser_fd);
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
    struct link k = {.relay = relay, .browser_first = true};
    int rc = tap_start(&k.tap, relay->tap, relay->extensions);

    if (rc < 0)
        return rc;
    open_lane(&k.up, &k, true);
    open_lane(&k.down, &k, false);
    prepare_browser(relay->browser_fd);
    take(&k.up, relay->from_browser, relay->from_browser_bytes);
    take(&k.down, relay->from_target, relay->from_target_bytes);
    converse(&k);
    pass_resets(&k);
    tap_finish(k.tap, k.browser_first, clock_monotonic_us());
    buf_release(&k.up.bytes);
    buf_release(&k.down.bytes);
    return 0;
}
