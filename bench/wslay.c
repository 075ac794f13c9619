/* The least that a WebSocket client can do: the yardstick of `scripts/bench echo`.
 *
 *   wslay PORT CONNECTIONS COUNT BYTES
 *
 * CONNECTIONS to /echo, and on each COUNT messages of BYTES one after the other: wslay straight on
 * the socket, epoll, and nothing else.  Prints how many round trips there were and the CPU seconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wslay/wslay.h>

#include "core/buf.h"
#include "core/ws.h"

#define EVENTS 64
#define BYTES_MAX 65536

struct conn {
    int fd;
    wslay_event_context_ptr ctx;
    long left;
};

static char message[BYTES_MAX];
static size_t message_bytes;
static long open_conns;
static long round_trips;

static void die(const char *what)
{
    fprintf(stderr, "wslay: %s\n", what);
    exit(1);
}

static ssize_t on_recv(wslay_event_context_ptr ctx, uint8_t *data, size_t len, int flags,
                       void *user)
{
    struct conn *c = user;
    ssize_t n = recv(c->fd, data, len, 0);

    (void)flags;
    if (n > 0)
        return n;
    wslay_event_set_error(ctx, n < 0 && errno == EAGAIN ? WSLAY_ERR_WOULDBLOCK
                                                        : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

static ssize_t on_send(wslay_event_context_ptr ctx, const uint8_t *data, size_t len, int flags,
                       void *user)
{
    struct conn *c = user;
    ssize_t n = send(c->fd, data, len, MSG_NOSIGNAL | (flags & WSLAY_MSG_MORE ? MSG_MORE : 0));

    if (n >= 0)
        return n;
    wslay_event_set_error(ctx, errno == EAGAIN ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

/* Any mask will do; a good one would be charged to wslay. */
static int on_mask(wslay_event_context_ptr ctx, uint8_t *out, size_t len, void *user)
{
    (void)ctx;
    (void)user;
    memset(out, 0x5a, len);
    return 0;
}

static void say(struct conn *c)
{
    struct wslay_event_msg m = {WSLAY_TEXT_FRAME, (const uint8_t *)message, message_bytes};

    if (wslay_event_queue_msg(c->ctx, &m) != 0 || wslay_event_send(c->ctx) != 0)
        die("cannot send");
}

static void on_message(wslay_event_context_ptr ctx, const struct wslay_event_on_msg_recv_arg *arg,
                       void *user)
{
    struct conn *c = user;

    (void)ctx;
    if (arg->msg_length != message_bytes)
        die("not the message that was sent");
    round_trips++;
    if (--c->left)
        say(c);
    else
        open_conns--;
}

static void shake_hands(struct conn *c)
{
    char key[WS_KEY_TEXT];
    char head[4096];
    struct error err = ERROR_NONE;
    struct buf out;
    size_t len = 0;
    long done = 0;
    int status = 0;

    ws_make_key(key);
    buf_init(&out, sizeof(head));
    if (ws_write_request(&out, "localhost", "/echo", key, NULL) < 0 ||
        send(c->fd, out.data, out.len, MSG_NOSIGNAL) != (ssize_t)out.len)
        die("cannot ask for the WebSocket");
    while (done == 0) {
        ssize_t n = recv(c->fd, head + len, sizeof(head) - len, 0);

        if (n <= 0)
            die("no answer to the handshake");
        len += (size_t)n;
        done = ws_read_response(head, len, key, &status, &err);
    }
    if (done < 0)
        die(err.text);
    buf_release(&out);
}

static void dial(struct conn *c, int port, int epoll)
{
    static const struct wslay_event_callbacks callbacks = {.recv_callback = on_recv,
                                                           .send_callback = on_send,
                                                           .genmask_callback = on_mask,
                                                           .on_msg_recv_callback = on_message};
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    int one = 1;

    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(c->fd, (struct sockaddr *)&at, sizeof(at)) < 0)
        die("cannot connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    shake_hands(c);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    if (wslay_event_context_client_init(&c->ctx, &callbacks, c) != 0 ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event) < 0)
        die("cannot set a connection up");
}

static double cpu_seconds(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void talk(int epoll)
{
    struct epoll_event events[EVENTS];

    while (open_conns) {
        int n = epoll_wait(epoll, events, EVENTS, -1);

        for (int i = 0; i < n; i++) {
            struct conn *c = events[i].data.ptr;

            if (wslay_event_recv(c->ctx) != 0)
                die("the connection was lost");
        }
    }
}

int main(int argc, char **argv)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct conn *conns;
    long count;

    if (argc != 5)
        die("usage: wslay PORT CONNECTIONS COUNT BYTES");
    open_conns = count = atol(argv[2]);
    message_bytes = (size_t)atol(argv[4]);
    conns = calloc((size_t)count, sizeof(*conns));
    if (!conns || message_bytes > sizeof(message))
        die("too much");
    memset(message, 'x', message_bytes);
    for (long i = 0; i < count; i++) {
        conns[i].left = atol(argv[3]);
        dial(&conns[i], atoi(argv[1]), epoll);
    }
    for (long i = 0; i < count; i++)
        say(&conns[i]);
    talk(epoll);
    printf("%ld %.3f\n", round_trips, cpu_seconds());
    return 0;
}
