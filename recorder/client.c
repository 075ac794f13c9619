#include "recorder/client.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/units.h"
#include "recorder/limits.h"

void client_open(struct client *c, int fd, int stop_fd)
{
    int one = 1;
    int flags = fcntl(fd, F_GETFL);

    *c = (struct client){.fd = fd, .stop_fd = stop_fd};
    buf_init(&c->in, HEAD_BYTES_MAX + 2 * FLOW_BYTES);
    buf_init(&c->out, 2 * HEAD_REWRITTEN_MAX + 4 * FLOW_BYTES);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

void client_close(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    buf_release(&c->in);
    buf_release(&c->out);
}

bool client_has_room(const struct client *c)
{
    return c->out.len < FLOW_BYTES;
}

bool client_may_fill(const struct client *c)
{
    return !c->ended && c->in.len <= HEAD_BYTES_MAX;
}

void client_put(struct client *c, const void *data, size_t len)
{
    if (buf_add(&c->out, data, len) < 0)
        c->lost = true;
}

static bool is_for_later(ssize_t rc)
{
    return rc < 0 && (errno == EAGAIN || errno == EINTR);
}

void client_fill(struct client *c)
{
    char *room = buf_room(&c->in, FLOW_BYTES);
    ssize_t n = room ? recv(c->fd, room, FLOW_BYTES, 0) : 0;

    if (n > 0)
        buf_added(&c->in, (size_t)n);
    else if (!is_for_later(n))
        c->ended = true;
}

void client_flush(struct client *c)
{
    ssize_t n;

    if (!c->out.len || c->lost)
        return;
    n = send(c->fd, c->out.data, c->out.len, MSG_NOSIGNAL);
    if (n > 0)
        buf_drop(&c->out, (size_t)n);
    else if (!is_for_later(n))
        c->lost = true;
}

short client_events(const struct client *c)
{
    return (short)((client_may_fill(c) ? POLLIN : 0) | (c->out.len ? POLLOUT : 0));
}

bool client_wait(struct client *c, int64_t until_us)
{
    int64_t left_us = until_us - clock_monotonic_us();
    struct pollfd fds[2] = {{c->fd, client_events(c), 0}, {c->stop_fd, POLLIN, 0}};
    int ms = left_us > US_PER_S ? 1000 : (int)(left_us / US_PER_MS) + 1;

    if (client_is_gone(c) || left_us <= 0)
        return false;
    if (poll(fds, 2, ms) <= 0)
        return true;
    if (fds[1].revents)
        c->lost = true;
    if (fds[0].revents & POLLOUT)
        client_flush(c);
    if (fds[0].revents & ~POLLOUT)
        client_fill(c);
    return !c->lost;
}

void client_break(struct client *c)
{
    struct linger none = {.l_onoff = 1, .l_linger = 0};

    while (c->out.len && client_wait(c, INT64_MAX))
        ;
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    c->lost = true;
}

void client_finish(struct client *c)
{
    int64_t until_us = INT64_MAX;
    size_t bytes = 0;
    bool told = false;

    for (;;) {
        if (!c->out.len && !told) {
            shutdown(c->fd, SHUT_WR);
            told = true;
            until_us = clock_monotonic_us() + LINGER_US;
        }
        bytes += c->in.len;
        buf_clear(&c->in);
        if (bytes > LINGER_BYTES_MAX || !client_wait(c, until_us))
            return;
    }
}
