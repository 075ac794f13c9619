/* The relay between two socket pairs: the test is both the browser and the target. */
#include "recorder/relay.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/ws.h"

struct world {
    int browser;
    int target;
    int stop_fd;
    struct stream stream;
    struct relay relay;
    struct relay_tap tap;
    pthread_t thread;
    char seen[4096];
};

static void see(struct world *w, const char *what, bool from_browser, const char *data, size_t len)
{
    size_t used = strlen(w->seen);

    snprintf(w->seen + used, sizeof(w->seen) - used, "%s %s %.*s\n", from_browser ? ">" : "<", what,
             (int)len, data);
}

static void on_message(void *user, bool from_browser, const char *data, size_t len, bool binary,
                       int64_t at_us)
{
    assert_true(at_us > 0);
    see(user, binary ? "binary" : "text", from_browser, data ? data : "", len);
}

static void on_close(void *user, bool from_browser, int64_t at_us)
{
    assert_true(at_us > 0);
    see(user, "close", from_browser, "", 0);
}

static void on_unreadable(void *user, bool from_browser, const char *why)
{
    assert_true(*why);
    see(user, "unreadable", from_browser, "", 0);
}

static void *run(void *user)
{
    struct world *w = user;

    assert_int_equal(relay_run(&w->relay), 0);
    close(w->relay.browser_fd);
    stream_close(&w->stream);
    return NULL;
}

static void start(struct world *w, const char *from_target)
{
    int browser[2];
    int target[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, browser), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, target), 0);
    *w = (struct world){.browser = browser[0], .target = target[0]};
    w->stop_fd = eventfd(0, 0);
    w->tap = (struct relay_tap){on_message, on_close, on_unreadable, w};
    w->stream = (struct stream){.fd = target[1], .connected = true};
    w->relay = (struct relay){.browser_fd = browser[1],
                              .target = &w->stream,
                              .stop_fd = w->stop_fd,
                              .tap = &w->tap,
                              .from_target = from_target,
                              .from_target_bytes = strlen(from_target)};
    assert_int_equal(pthread_create(&w->thread, NULL, run, w), 0);
}

static void finish(struct world *w)
{
    pthread_join(w->thread, NULL);
    if (w->browser >= 0)
        close(w->browser);
    close(w->target);
    close(w->stop_fd);
}

/* The next bytes, once there are some; the socket of the target's side is non-blocking. */
static size_t take(int fd, char *into, size_t max)
{
    struct pollfd readable = {fd, POLLIN, 0};
    ssize_t n;

    assert_int_equal(poll(&readable, 1, 10000), 1);
    n = recv(fd, into, max, MSG_DONTWAIT);
    assert_true(n > 0);
    return (size_t)n;
}

static void expect_bytes(int fd, const char *want, size_t len)
{
    for (size_t done = 0; done < len;) {
        char piece[256];
        size_t n = take(fd, piece, len - done < sizeof(piece) ? len - done : sizeof(piece));

        assert_memory_equal(piece, want + done, n);
        done += n;
    }
}

/* "in " + "parts" with a ping between them, then a close frame; the mask is of zeros. */
static const char frames[] = "\x01\x83\0\0\0\0in \x89\x81\0\0\0\0?\x80\x85\0\0\0\0parts"
                             "\x88\x82\0\0\0\0\x03\xe8";

static void test_byte_by_byte(void **state)
{
    struct world w;

    (void)state;
    start(&w, "\x81\x05hello");
    expect_bytes(w.browser, "\x81\x05hello", 7);
    for (size_t i = 0; i < sizeof(frames) - 1; i++) {
        assert_int_equal(write(w.browser, frames + i, 1), 1);
        expect_bytes(w.target, frames + i, 1);
    }
    close(w.browser);
    w.browser = -1;
    finish(&w);
    assert_string_equal(w.seen, "< text hello\n> text in parts\n> close \n");
}

static void test_frames_that_break_the_rules_pass(void **state)
{
    struct world w;

    (void)state;
    start(&w, "");
    /* a server's frame may not be masked; the bytes are the peers' own affair */
    assert_int_equal(write(w.target, "\x81\x81xxxx!", 7), 7);
    expect_bytes(w.browser, "\x81\x81xxxx!", 7);
    assert_int_equal(write(w.target, "\x81\x01?", 3), 3);
    expect_bytes(w.browser, "\x81\x01?", 3);
    close(w.browser);
    w.browser = -1;
    finish(&w);
    assert_string_equal(w.seen, "< unreadable \n");
}

static void test_stop(void **state)
{
    struct world w;

    (void)state;
    start(&w, "");
    assert_int_equal(eventfd_write(w.stop_fd, 1), 0);
    finish(&w);
    assert_string_equal(w.seen, "");
}

/* A binary message of 1 MiB, masked with zeros: more than the relay and both sockets can hold. */
#define LARGE_HEAD "\x82\xff\0\0\0\0\0\x10\0\0\0\0\0\0"
#define LARGE_HEAD_BYTES 14
#define LARGE_BYTES (LARGE_HEAD_BYTES + (1 << 20))

static void test_slow_reader_holds_back_and_loses_nothing(void **state)
{
    char *message = malloc(LARGE_BYTES);
    char *got = malloc(LARGE_BYTES);
    struct world w;
    size_t sent = 0;
    size_t came = 0;
    bool held_back = false;

    (void)state;
    for (size_t i = 0; i < LARGE_BYTES; i++)
        message[i] = (char)(i * 7);
    memcpy(message, LARGE_HEAD, LARGE_HEAD_BYTES);
    start(&w, "");
    while (came < LARGE_BYTES) {
        ssize_t n = send(w.browser, message + sent, LARGE_BYTES - sent, MSG_DONTWAIT);

        if (n > 0) {
            sent += (size_t)n;
            continue;
        }
        held_back = held_back || sent < LARGE_BYTES;
        came += take(w.target, got + came, LARGE_BYTES - came);
    }
    assert_true(held_back);
    assert_memory_equal(got, message, LARGE_BYTES);
    close(w.browser);
    w.browser = -1;
    finish(&w);
    assert_memory_equal(w.seen, "> binary ", 9);
    free(message);
    free(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_frames_that_break_the_rules_pass),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_slow_reader_holds_back_and_loses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
