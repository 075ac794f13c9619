/* The heap of timers: order, stopping, setting again, from inside and outside; and the loop's
 * clock. */
#include "core/timers.h"

#include <stdlib.h>

#include "core/units.h"
#include "tests/core/testing.h"

#define MANY 2000

struct log {
    struct timers timers;
    struct timer *fired[MANY];
    size_t count;
};

static void note(struct timer *timer)
{
    struct log *log = timer->data;

    log->fired[log->count++] = timer;
}

static void test_the_earliest_fires_first(void **state)
{
    struct log log = {0};
    struct timer t[MANY];

    (void)state;
    srand(7);
    for (size_t i = 0; i < MANY; i++) {
        t[i] = (struct timer){.fire = note, .data = &log};
        timer_set(&log.timers, &t[i], rand() % 500);
    }
    for (size_t i = 0; i < MANY; i += 3)
        timer_stop(&log.timers, &t[i]);
    for (size_t i = 1; i < MANY; i += 3)
        timer_set(&log.timers, &t[i], rand() % 500);
    for (size_t last = 1; last != log.count;) {
        last = log.count;
        timers_fire(&log.timers, 1000);
    }
    assert_int_equal(log.count, MANY - (MANY + 2) / 3);
    assert_int_equal(log.timers.count, 0);
    for (size_t i = 1; i < log.count; i++)
        assert_true(log.fired[i - 1]->at_us <= log.fired[i]->at_us);
    for (size_t i = 0; i < log.count; i++)
        assert_true((log.fired[i] - t) % 3 != 0);
}

static void test_only_what_is_due_fires_and_once(void **state)
{
    struct log log = {0};
    struct timer early = {.fire = note, .data = &log};
    struct timer late = {.fire = note, .data = &log};

    (void)state;
    timer_set(&log.timers, &late, 20);
    timer_set(&log.timers, &early, 10);
    timers_fire(&log.timers, 10);
    timers_fire(&log.timers, 19);
    assert_int_equal(log.count, 1);
    assert_ptr_equal(log.fired[0], &early);
    assert_false(early.running);
    timers_fire(&log.timers, 20);
    assert_int_equal(log.count, 2);
}

struct pair {
    struct timers *timers;
    struct timer *other;
    int fired;
};

static void stop_the_other(struct timer *timer)
{
    struct pair *pair = timer->data;

    pair->fired++;
    timer_stop(pair->timers, pair->other);
    if (pair->fired < 3)
        timer_set(pair->timers, timer, timer->at_us + 1);
}

static void never(struct timer *timer)
{
    (void)timer;
    fail();
}

static void test_handlers_stop_and_set_timers(void **state)
{
    struct timers timers = {0};
    struct timer other = {.fire = never};
    struct pair pair = {&timers, &other, 0};
    struct timer first = {.fire = stop_the_other, .data = &pair};

    (void)state;
    timer_set(&timers, &first, 5);
    timer_set(&timers, &other, 5);
    timers_fire(&timers, 100);
    assert_int_equal(pair.fired, 3);
    assert_null(timers.first);
}

struct clock {
    struct timers timers;
    int64_t fired_us;
};

static void tell_time(struct timer *timer)
{
    struct clock *clock = timer->data;

    clock->fired_us = clock_monotonic_us();
    timers_close(&clock->timers);
}

static void test_the_loop_wakes_for_it_and_never_early(void **state)
{
    struct clock clock = {0};
    struct timer t = {.fire = tell_time, .data = &clock};
    struct error err = ERROR_NONE;
    uv_loop_t loop;
    int64_t due_us;

    (void)state;
    uv_loop_init(&loop);
    assert_int_equal(timers_init(&clock.timers, &loop, &err), 0);
    due_us = clock_monotonic_us() + 1500;
    timer_set(&clock.timers, &t, due_us + 100000);
    timer_set(&clock.timers, &t, due_us);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_true(clock.fired_us >= due_us);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_earliest_fires_first),
        cmocka_unit_test(test_only_what_is_due_fires_and_once),
        cmocka_unit_test(test_handlers_stop_and_set_timers),
        cmocka_unit_test(test_the_loop_wakes_for_it_and_never_early),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
