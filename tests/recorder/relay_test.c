/* The relay between two pairs of sockets: the test is both the browser and the target. */
#include "recorder/relay.h"

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
#include "tests/core/refusal.h"

struct world {
    int browser;
    int target;
    int stop_fd;
    int hold_fd; /* >= 0: the tap takes its time until this is written to */
    struct stream stream;
    struct relay relay;
    struct relay_tap tap;
    pthread_t thread;
    int64_t last_us; /* of the last message */
    atomic_int messages;
    char seen[8192];
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

static void on_unreadable(void *user, const char *what, const char *why)
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

static void prepare(struct world *w, const char *from_target)
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

static void begin(struct world *w)
{
    assert_int_equal(pthread_create(&w->thread, NULL, run, w), 0);
}

static void start(struct world *w, const char *from_target)
{
    prepare(w, from_target);
    begin(w);
}

static void leave(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* The next bytes, once there are some. */
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

static void say(int fd, const char *bytes, size_t len)
{
    assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
}

/* What passes, as it stands. */
static void pass(int from, int to, const char *bytes, size_t len)
{
    say(from, bytes, len);
    expect_bytes(to, bytes, len);
}

/* 0: an end of stream, or the error. */
static int end_of(int fd)
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
static void finish(struct world *w)
{
    leave(&w->browser);
    if (w->target >= 0)
        end_of(w->target);
    leave(&w->target);
    pthread_join(w->thread, NULL);
    leave(&w->stop_fd);
    leave(&w->hold_fd);
}

#define BYTES(literal) literal, sizeof(literal) - 1

/* "in " + "parts" with a ping between them, then a close frame; the mask is of zeros. */
static const char frames[] = "\x01\x83\0\0\0\0in \x89\x81\0\0\0\0?\x80\x85\0\0\0\0parts"
                             "\x88\x85\0\0\0\0\x03\xe8"
                             "bye";

static void test_byte_by_byte(void **state)
{
    struct world w;

    (void)state;
    start(&w, "\x81\x05hello");
    expect_bytes(w.browser, "\x81\x05hello", 7);
    for (size_t i = 0; i < sizeof(frames) - 1; i++)
        pass(w.browser, w.target, frames + i, 1);
    pass(w.target, w.browser, BYTES("\x88\x04\x03\xe9ok"));
    finish(&w);
    assert_string_equal(
        w.seen, "< text hello\n> text in parts\n> close 1000 bye\n< close 1001 ok\n> over \n");
}

static void test_bytes_that_came_before(void **state)
{
    struct world w;

    (void)state;
    prepare(&w, "\x81\x02me");
    w.relay.from_browser = "\x81\x83\0\0\0\0you";
    w.relay.from_browser_bytes = 9;
    begin(&w);
    expect_bytes(w.browser, "\x81\x02me", 4);
    expect_bytes(w.target, "\x81\x83\0\0\0\0you", 9);
    finish(&w);
    assert_string_equal(w.seen, "> text you\n< text me\n> over \n");
}

static void test_order_across_directions(void **state)
{
    struct world w;
    char want[4096] = "";

    (void)state;
    start(&w, "");
    for (int i = 0; i < 100; i++) {
        pass(w.browser, w.target, BYTES("\x81\x82\0\0\0\0up"));
        pass(w.target, w.browser,
             BYTES("\x81\x04"
                   "down"));
        strcat(want, "> text up\n< text down\n");
    }
    finish(&w);
    strcat(want, "> over \n");
    assert_string_equal(w.seen, want);
}

static void test_frames_that_break_the_rules_pass(void **state)
{
    struct world w;

    (void)state;
    start(&w, "");
    /* a server's frame may not be masked; the bytes are the peers' own affair */
    pass(w.target, w.browser, BYTES("\x81\x81xxxx!"));
    pass(w.target, w.browser, BYTES("\x81\x01?"));
    finish(&w);
    assert_string_equal(w.seen, "< unreadable the rest of what the target says\n> over \n");
}

static void test_stop(void **state)
{
    struct world w;

    (void)state;
    start(&w, "");
    assert_int_equal(eventfd_write(w.stop_fd, 1), 0);
    pthread_join(w.thread, NULL);
    assert_string_equal(w.seen, "> over \n");
    leave(&w.browser);
    leave(&w.target);
    leave(&w.stop_fd);
}

/* --- compression --- */

#define HELLO "\xf2\x48\xcd\xc9\xc9\x07\x00"

static void test_inflates(void **state)
{
    struct world w;

    (void)state;
    prepare(&w, "");
    w.relay.extensions = "permessage-deflate; server_no_context_takeover";
    begin(&w);
    pass(w.browser, w.target, BYTES("\xc1\x87\0\0\0\0" HELLO));
    pass(w.browser, w.target, BYTES("\xc1\x85\0\0\0\0\xf2\x00\x11\x00\x00"));
    pass(w.target, w.browser, BYTES("\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00"));
    pass(w.target, w.browser, BYTES("\xc1\x07" HELLO));
    /* its window was given up */
    pass(w.target, w.browser, BYTES("\xc1\x05\xf2\x00\x11\x00\x00"));
    pass(w.browser, w.target, BYTES("\x81\x83\0\0\0\0two"));
    finish(&w);
    assert_string_equal(w.seen,
                        "> text Hello\n> text Hello\n< text Hello\n< text Hello\n"
                        "< unreadable the rest of what the target says\n> text two\n> over \n");
}

static void test_unknown_extension(void **state)
{
    struct world w;

    (void)state;
    prepare(&w, "");
    w.relay.extensions = "x-snappy";
    begin(&w);
    pass(w.browser, w.target, BYTES("\xc1\x87\0\0\0\0" HELLO));
    pass(w.target, w.browser, BYTES("anything at all"));
    finish(&w);
    assert_string_equal(w.seen, "< unreadable what is said\n> over \n");
}

/* --- ends --- */

static void test_browser_says_no_more(void **state)
{
    struct world w;

    (void)state;
    start(&w, "");
    shutdown(w.browser, SHUT_WR);
    assert_int_equal(end_of(w.target), 0);
    pass(w.target, w.browser, BYTES("\x81\x04late"));
    leave(&w.target);
    assert_int_equal(end_of(w.browser), 0);
    finish(&w);
    assert_string_equal(w.seen, "< text late\n> over \n");
}

static void test_target_says_no_more(void **state)
{
    struct world w;

    (void)state;
    start(&w, "");
    shutdown(w.target, SHUT_WR);
    assert_int_equal(end_of(w.browser), 0);
    pass(w.browser, w.target, BYTES("\x81\x84\0\0\0\0late"));
    leave(&w.browser);
    assert_int_equal(end_of(w.target), 0);
    finish(&w);
    assert_string_equal(w.seen, "> text late\n< over \n");
}

static void cut(int *fd)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    setsockopt(*fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    leave(fd);
}

static void test_resets(void **state)
{
    struct world w;

    (void)state;
    start(&w, "");
    pass(w.browser, w.target, BYTES("\x81\x82\0\0\0\0hi"));
    cut(&w.browser);
    assert_int_equal(end_of(w.target), ECONNRESET);
    finish(&w);
    assert_string_equal(w.seen, "> text hi\n> over \n");

    start(&w, "");
    pass(w.browser, w.target, BYTES("\x81\x82\0\0\0\0hi"));
    cut(&w.target);
    assert_int_equal(end_of(w.browser), ECONNRESET);
    finish(&w);
    assert_string_equal(w.seen, "> text hi\n< over \n");
}

static void test_reset_of_a_side_that_nothing_is_asked_of(void **state)
{
    struct world w;

    (void)state;
    start(&w, "");
    shutdown(w.browser, SHUT_WR);
    assert_int_equal(end_of(w.target), 0);
    cut(&w.browser);
    assert_int_equal(end_of(w.target), 0);
    pthread_join(w.thread, NULL);
    leave(&w.target);
    leave(&w.stop_fd);
    assert_string_equal(w.seen, "> over \n");
}

/* --- flow --- */

/* A binary message of 1 MiB, masked with zeros. */
#define LARGE_HEAD "\x82\xff\0\0\0\0\0\x10\0\0\0\0\0\0"
#define LARGE_HEAD_BYTES 14
#define LARGE_BYTES (LARGE_HEAD_BYTES + (1 << 20))

static char *large_message(void)
{
    char *message = malloc(LARGE_BYTES);

    for (size_t i = 0; i < LARGE_BYTES; i++)
        message[i] = (char)(i * 7);
    memcpy(message, LARGE_HEAD, LARGE_HEAD_BYTES);
    return message;
}

/* Small buffers, so that what is held back is ours to see. */
static void shrink(int fd)
{
    int bytes = 8192;

    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

static void test_slow_reader_holds_back_and_loses_nothing(void **state)
{
    char *message = large_message();
    char *got = malloc(LARGE_BYTES);
    struct world w;
    size_t sent = 0;
    size_t came = 0;
    bool held_back = false;

    (void)state;
    prepare(&w, "");
    shrink(w.browser);
    shrink(w.relay.browser_fd);
    shrink(w.stream.fd);
    shrink(w.target);
    begin(&w);
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
    finish(&w);
    assert_memory_equal(w.seen, "> binary ", 9);
    free(message);
    free(got);
}

static void release(struct world *w, uint64_t messages)
{
    assert_int_equal(eventfd_write(w->hold_fd, messages), 0);
}

/* The reader is stuck in the first message: both ends talk on, and their times stay the wire's. */
static void test_a_slow_tap_delays_nobody(void **state)
{
    struct world w;
    int64_t before_release_us;

    (void)state;
    prepare(&w, "");
    w.hold_fd = eventfd(0, EFD_SEMAPHORE);
    begin(&w);
    for (int i = 0; i < 10; i++) {
        pass(w.browser, w.target, BYTES("\x81\x81\0\0\0\0?"));
        pass(w.target, w.browser, BYTES("\x81\x01!"));
    }
    before_release_us = clock_monotonic_us();
    release(&w, 20);
    finish(&w);
    assert_true(w.last_us <= before_release_us);
    assert_memory_equal(w.seen, "> text ?\n< text !\n> text ?\n", 27);
}

/* Messages of 1 MiB on their way from the browser to the target. */
struct flood {
    const char *message;
    size_t total;
    size_t sent;
    size_t came;
};

/* Until no more comes through for a while. */
static void press(struct world *w, struct flood *f)
{
    struct pollfd fds[2] = {{w->browser, POLLOUT, 0}, {w->target, POLLIN, 0}};
    static char piece[65536];

    while (f->came < f->total && poll(fds, 2, 300) > 0) {
        size_t at = f->sent % LARGE_BYTES;
        ssize_t n = 0;

        if (fds[0].revents & POLLOUT)
            n = send(w->browser, f->message + at, LARGE_BYTES - at, MSG_DONTWAIT);
        f->sent += n > 0 ? (size_t)n : 0;
        if (f->sent == f->total)
            fds[0].fd = -1;
        if (fds[1].revents & POLLIN)
            f->came += take(w->target, piece, sizeof(piece));
    }
}

static void test_a_tap_that_is_far_behind_holds_back(void **state)
{
    char *message = large_message();
    size_t count = 3 * (TAP_BYTES_MAX / LARGE_BYTES);
    struct flood flood = {.message = message, .total = count * LARGE_BYTES};
    struct world w;

    (void)state;
    prepare(&w, "");
    w.hold_fd = eventfd(0, EFD_SEMAPHORE);
    begin(&w);
    press(&w, &flood);
    /* what is not told, and the message that the reader is stuck in */
    assert_in_range(flood.came, TAP_BYTES_MAX, TAP_BYTES_MAX + LARGE_BYTES + FLOW_BYTES);
    release(&w, count);
    press(&w, &flood);
    assert_int_equal(flood.came, flood.total);
    finish(&w);
    free(message);
}

static void test_settle(void **state)
{
    struct world w;

    (void)state;
    start(&w, "");
    for (int i = 0; i < 200; i++) {
        pass(w.target, w.browser, BYTES("\x81\x02me"));
        tap_settle(clock_monotonic_us());
        assert_int_equal(w.messages, i + 1);
    }
    finish(&w);
}

static void test_settle_waits_its_time_only(void **state)
{
    struct world w;
    int64_t began_us;

    (void)state;
    tap_settle(clock_monotonic_us()); /* nobody there */
    prepare(&w, "");
    w.hold_fd = eventfd(0, EFD_SEMAPHORE);
    begin(&w);
    began_us = clock_monotonic_us();
    pass(w.target, w.browser, BYTES("\x81\x02me"));
    tap_settle(began_us); /* what came later does not matter */
    tap_settle(clock_monotonic_us());
    assert_true(clock_monotonic_us() - began_us >= TAP_SETTLE_US);
    assert_int_equal(w.messages, 0);
    release(&w, 1);
    finish(&w);
}

/* --- memory --- */

static int run_stopped(void *user)
{
    struct world *w = user;

    w->seen[0] = 0;
    return relay_run(&w->relay);
}

static void test_memory(void **state)
{
    struct world w;

    (void)state;
    prepare(&w, "");
    w.tap.on_unreadable = on_unreadable;
    assert_int_equal(eventfd_write(w.stop_fd, 1), 0);
    assert_true(refuse_in_turn("relay", run_stopped, &w) > 2);
    close(w.relay.browser_fd);
    stream_close(&w.stream);
    leave(&w.browser);
    leave(&w.target);
    leave(&w.stop_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_bytes_that_came_before),
        cmocka_unit_test(test_order_across_directions),
        cmocka_unit_test(test_frames_that_break_the_rules_pass),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_inflates),
        cmocka_unit_test(test_unknown_extension),
        cmocka_unit_test(test_browser_says_no_more),
        cmocka_unit_test(test_target_says_no_more),
        cmocka_unit_test(test_resets),
        cmocka_unit_test(test_reset_of_a_side_that_nothing_is_asked_of),
        cmocka_unit_test(test_slow_reader_holds_back_and_loses_nothing),
        cmocka_unit_test(test_a_slow_tap_delays_nobody),
        cmocka_unit_test(test_a_tap_that_is_far_behind_holds_back),
        cmocka_unit_test(test_settle),
        cmocka_unit_test(test_settle_waits_its_time_only),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
