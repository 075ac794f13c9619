#include "tests/core/refusal.h"
#include "tests/core/testing.h"

#include "core/error.h"
#include "recorder/polls.h"

/* Two jobs side by side. */
static void test_series(void **state)
{
    struct polls polls = {0};
    int64_t begin_us = 1700000;

    (void)state;
    assert_int_equal(polls_wait(&polls, "GET", "/job?id=1", 1000000, 1010000), 0);
    assert_int_equal(polls_wait(&polls, "GET", "/job?id=2", 1100000, 1110000), 0);
    assert_int_equal(polls_wait(&polls, "GET", "/job?id=1", 1300000, 1350000), 0);
    assert_int_equal(polls_end(&polls, "GET", "/job?id=1", &begin_us), 350000);
    assert_int_equal(begin_us, 1000000);
    assert_int_equal(polls.count, 1);
    begin_us = 2000000; /* asked for again: a series of its own */
    assert_int_equal(polls_end(&polls, "GET", "/job?id=1", &begin_us), POLL_EVERY_US);
    assert_int_equal(begin_us, 2000000);
    assert_int_equal(polls_end(&polls, "POST", "/job?id=2", &begin_us), POLL_EVERY_US);
    begin_us = 1110000; /* before the answer to the last had passed */
    assert_int_equal(polls_end(&polls, "GET", "/job?id=2", &begin_us), 1000);
    assert_int_equal(polls.count, 0);
    polls_release(&polls);
}

static void test_bound(void **state)
{
    struct polls polls = {0};
    char path[32];

    (void)state;
    for (int i = 0; i < POLL_SERIES_MAX + 10; i++) {
        snprintf(path, sizeof(path), "/job/%d", i);
        assert_int_equal(polls_wait(&polls, "GET", path, i, i), 0);
    }
    assert_int_equal(polls.count, POLL_SERIES_MAX);
    polls_release(&polls);
}

static int wait_for_two(void *user)
{
    struct polls polls = {0};
    int rc = polls_wait(&polls, "GET", "/a", 1, 2);

    (void)user;
    if (rc == 0)
        rc = polls_wait(&polls, "GET", "/b", 3, 4);
    polls_release(&polls);
    return rc;
}

static void test_refused_memory(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("polls_wait", wait_for_two, NULL) >= 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_refused_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
