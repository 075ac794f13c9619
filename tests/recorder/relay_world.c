#include "tests/recorder/relay_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/units.h"
#include "core/ws.h"
#include "recorder/limits.h"
#include "recorder/tap.h"

static void see(struct world *w, const char *what, bool from_browser, const char *data, size_t len)
{
    size_t used = strlen(w->seen);

    snprintf(w->seen + used, sizeof(w->seen) - used, "%s %s %.*s\n", from_browser ? ">" : "<", what,
             (int)len, data);
}

static void on_message(void *user, bool from_browser, const char *data, size_t len, bool binary,
                       int64_t at_us)
{
    struct world *w = user;
    uint64_t one;

    if (w->hold_fd >= 0)
        assert_int_equal(read(w->hold_fd, &one, sizeof(one)), sizeof(one));
    w->last_us = at_us;
    w->messages++;
    see(user, binary ? "binary" : "text", from_browser, data ? data : "", len);
}

static void on_close(void *user, bool from_browser, unsigned code, const char *reason, size_t len,
                     int64_t at_us)
{
    char text[200];

    assert_true(at_us > 0);
    snprintf(text, sizeof(text), "%u %.*s", code, (int)len, reason);
    see(user, "close", from_browser, text, strlen(text));
}

static void on_over(void *user, bool from_browser, int64_t at_us)
{
    assert_true(at_us > 0);
    see(user, "over", from_browser, "", 0);
}

void on_unreadable(void *user, const char *what, const char *why)
{
    assert_true(*why);
    see(user, "unreadable", false, what, strlen(what));
}

static void *run(void *user)
{
    struct world *w = user;

    assert_int_equal(relay_run(&w->relay), 0);
    close(w->relay.browser_fd);
    stream_close(&w->stream);
    return NULL;
}

/* Two ends of a TCP connection: a reset is seen there only. */
static void connect_pair(int pair[2])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(at);
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(listener, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &len), 0);
    pair[0] = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(pair[0], (struct sockaddr *)&at, len), 0);
    pair[1] = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    assert_true(pair[1] >= 0);
    close(listener);
}

void prepare(struct world *w, const char *from_target)
{
    int browser[2];
    int target[2];

    connect_pair(browser);
    connect_pair(target);
    *w = (struct world){.browser = browser[0], .target = target[0], .hold_fd = -1};
    w->stop_fd = eventfd(0, 0);
    w->tap = (struct relay_tap){on_message, on_close, on_over, on_unreadable, w};
    w->stream = (struct stream){.fd = target[1], .connected = true};
    w->relay = (struct relay){.browser_fd = browser[1],
                              .target = &w->stream,
                              .stop_fd = w->stop_fd,
                              .tap = &w->tap,
                              .from_target = from_target,
                              .from_target_bytes = strlen(from_target)};
}

void begin(struct world *w)
{
    assert_int_equal(pthread_create(&w->thread, NULL, run, w), 0);
}

void start(struct world *w, const char *from_target)
{
    prepare(w, from_target);
    begin(w);
}

void leave(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* The next bytes, once there are some. */
size_t take(int fd, char *into, size_t max)
{
    struct pollfd readable = {fd, POLLIN, 0};
    ssize_t n;

    assert_int_equal(poll(&readable, 1, 10000), 1);
    n = recv(fd, into, max, MSG_DONTWAIT);
    assert_true(n > 0);
    return (size_t)n;
}

void expect_bytes(int fd, const char *want, size_t len)
{
    for (size_t done = 0; done < len;) {
        char piece[256];
        size_t n = take(fd, piece, len - done < sizeof(piece) ? len - done : sizeof(piece));

        assert_memory_equal(piece, want + done, n);
        done += n;
    }
}

static void say(int fd, const char *bytes, size_t len)
{
    assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
}

/* What passes, as it stands. */
void pass(int from, int to, const char *bytes, size_t len)
{
    say(from, bytes, len);
    expect_bytes(to, bytes, len);
}

/* 0: an end of stream, or the error. */
int end_of(int fd)
{
    struct pollfd readable = {fd, POLLIN, 0};
    char byte;
    ssize_t n;

    assert_int_equal(poll(&readable, 1, 10000), 1);
    n = recv(fd, &byte, 1, MSG_DONTWAIT);
    assert_true(n <= 0);
    return n < 0 ? errno : 0;
}

/* Both ends go, the target when it has heard of the browser's end. */
void finish(struct world *w)
{
    leave(&w->browser);
    if (w->target >= 0)
        end_of(w->target);
    leave(&w->target);
    pthread_join(w->thread, NULL);
    leave(&w->stop_fd);
    leave(&w->hold_fd);
}
