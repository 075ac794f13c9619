/* What a slow end of a relay means to the other one, and to who reads along. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slow_reader_holds_back_and_loses_nothing),
        cmocka_unit_test(test_a_slow_tap_delays_nobody),
        cmocka_unit_test(test_a_tap_that_is_far_behind_holds_back),
        cmocka_unit_test(test_settle),
        cmocka_unit_test(test_settle_waits_its_time_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
