/* The relay between two pairs of sockets: the test is both the browser and the target. */
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
#include "tests/core/refusal.h"

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
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
