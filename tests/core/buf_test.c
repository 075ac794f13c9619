#include "tests/core/testing.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/error.h"

static void test_grows_and_stays_terminated(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 100000);
    assert_null(b.data);
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(buf_addf(&b, "%d,", i % 10), 0);
        assert_int_equal(b.data[b.len], 0);
    }
    assert_int_equal(b.len, 10000);
    assert_memory_equal(b.data, "0,1,2,3,4,5,6,7,8,9,0,", 22);
    assert_false(b.failed);
    buf_release(&b);
    buf_release(&b); /* twice is allowed */
    assert_null(b.data);
}

static const struct {
    const char *name;
    size_t max;
    const char *first;
    const char *second;
    int want; /* of the second append */
    const char *content;
} bounds[] = {
    {"room to spare", 10, "abc", "def", 0, "abcdef"},
    {"exactly full", 6, "abc", "def", 0, "abcdef"},
    {"one too many: kept as it was", 5, "abc", "def", -E_NOMEM, "abc"},
    {"nothing fits", 0, "", "x", -E_NOMEM, ""},
    {"nothing always fits", 0, "", "", 0, ""},
};

static void test_bounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bounds); i++) {
        struct buf b;
        int rc;

        buf_init(&b, bounds[i].max);
        buf_adds(&b, bounds[i].first);
        rc = buf_adds(&b, bounds[i].second);
        if (rc != bounds[i].want || strcmp(b.data, bounds[i].content) != 0 || b.failed != (rc < 0))
            fail_msg("%s: %d '%s'", bounds[i].name, rc, b.data);
        buf_release(&b);
    }
}

/* A row of appends may be checked once. */
static void test_failed_stays_set(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 4);
    buf_adds(&b, "ab");
    assert_int_equal(buf_adds(&b, "cde"), -E_NOMEM);
    assert_int_equal(buf_adds(&b, "c"), -E_NOMEM); /* nothing stands behind what is missing */
    assert_true(b.failed);
    assert_string_equal(b.data, "ab");
    buf_clear(&b);
    assert_false(b.failed);
    assert_int_equal(b.len, 0);
    assert_int_equal(buf_addf(&b, "%s", "12345"), -E_NOMEM);
    assert_int_equal(b.len, 0);
    buf_release(&b);
}

static void test_an_overflowing_length_is_refused(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, SIZE_MAX);
    buf_adds(&b, "abc");
    assert_null(buf_room(&b, SIZE_MAX));
    assert_null(buf_room(&b, SIZE_MAX - 1));
    assert_string_equal(b.data, "abc");
    buf_release(&b);
}

static const struct {
    const char *name;
    size_t drop;
    const char *left;
} drops[] = {
    {"nothing", 0, "abcdef"},
    {"the first", 1, "bcdef"},
    {"all", 6, ""},
};

static void test_drop(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(drops); i++) {
        struct buf b;

        buf_init(&b, 100);
        buf_adds(&b, "abcdef");
        buf_drop(&b, drops[i].drop);
        if (strcmp(b.data, drops[i].left) != 0 || b.len != strlen(drops[i].left))
            fail_msg("%s: '%s'", drops[i].name, b.data);
        buf_release(&b);
    }
}

static void test_an_empty_one(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 100);
    buf_drop(&b, 0);
    buf_clear(&b);
    assert_null(buf_take(&b));
    assert_int_equal(buf_add(&b, NULL, 0), 0);
    assert_string_equal(b.data, "");
    buf_release(&b);
}

static void test_take_moves_the_bytes(void **state)
{
    struct buf b;
    char *taken;

    (void)state;
    buf_init(&b, 100);
    buf_add(&b, "a\0b", 3);
    taken = buf_take(&b);
    assert_memory_equal(taken, "a\0b", 4);
    assert_int_equal(b.len, 0);
    assert_int_equal(buf_addc(&b, 'z'), 0); /* and it can be used again */
    assert_string_equal(b.data, "z");
    free(taken);
    buf_release(&b);
}

static void test_room_is_filled_by_the_caller(void **state)
{
    struct buf b;
    char *room;

    (void)state;
    buf_init(&b, 1000);
    buf_adds(&b, "head ");
    room = buf_room(&b, 500);
    memcpy(room, "tail", 4);
    buf_added(&b, 4);
    assert_string_equal(b.data, "head tail");
    buf_release(&b);
}

static void test_files(void **state)
{
    char path[] = "/tmp/stretto-buf-XXXXXX";
    int fd = mkstemp(path);
    static char bytes[150000];
    struct buf b;

    (void)state;
    assert_true(fd >= 0);
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i % 251);
    assert_int_equal(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
    close(fd);

    buf_init(&b, 1 << 20);
    buf_adds(&b, "front");
    assert_int_equal(buf_add_file(&b, path), 0);
    assert_int_equal(b.len, 5 + sizeof(bytes));
    assert_memory_equal(b.data + 5, bytes, sizeof(bytes));
    buf_release(&b);

    buf_init(&b, sizeof(bytes)); /* just large enough */
    assert_int_equal(buf_add_file(&b, path), 0);
    assert_int_equal(b.len, sizeof(bytes));
    buf_release(&b);

    buf_init(&b, sizeof(bytes) + 3); /* too small by a byte or two: kept as it was */
    buf_adds(&b, "front");
    assert_int_equal(buf_add_file(&b, path), -E_NOMEM);
    assert_string_equal(b.data, "front");
    buf_release(&b);
    unlink(path);
    assert_int_equal(buf_add_file(&b, path), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(buf_add_file(&b, "/"), -1);
    assert_int_equal(errno, EISDIR);
    buf_release(&b);
}

static int late[2]; /* a pipe whose bytes come with a signal */

static void on_alarm(int number)
{
    (void)number;
    (void)!write(late[1], "late", 4);
    close(late[1]);
}

static void test_a_signal_while_it_waits(void **state)
{
    const struct sigaction action = {.sa_handler = on_alarm}; /* no SA_RESTART */
    const struct itimerval soon = {.it_value = {.tv_usec = 10000}};
    char path[40];
    struct buf b;

    (void)state;
    assert_int_equal(pipe(late), 0);
    snprintf(path, sizeof(path), "/dev/fd/%d", late[0]);
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    buf_init(&b, 100);
    assert_int_equal(buf_add_file(&b, path), 0);
    assert_string_equal(b.data, "late");
    buf_release(&b);
    close(late[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows_and_stays_terminated),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_failed_stays_set),
        cmocka_unit_test(test_an_overflowing_length_is_refused),
        cmocka_unit_test(test_drop),
        cmocka_unit_test(test_an_empty_one),
        cmocka_unit_test(test_take_moves_the_bytes),
        cmocka_unit_test(test_room_is_filled_by_the_caller),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_a_signal_while_it_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
