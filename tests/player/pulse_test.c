#include "tests/core/testing.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "core/units.h"
#include "player/pulse.h"

#define BUSY_US (20 * US_PER_MS)

struct world {
    uv_loop_t loop;
    struct pulse pulse;
    struct tally *tally;
    uv_async_t event;
    int64_t busy_us;
    bool ending;
};

/* Does what a handler does that computes for too long. */
static void on_event(uv_async_t *event)
{
    struct world *w = event->data;
    int64_t end_us = clock_monotonic_us() + w->busy_us;

    while (clock_monotonic_us() < end_us)
        ;
    uv_close((uv_handle_t *)event, NULL);
}

/* Ends a turn of the loop later: on a busy machine the time is over before the pulse was felt. */
static void on_timer(uv_timer_t *timer)
{
    struct world *w = timer->data;

    if (!w->ending) {
        w->ending = true;
        uv_timer_start(timer, on_timer, 1, 0);
        return;
    }
    uv_close((uv_handle_t *)timer, NULL);
    pulse_close(&w->pulse);
}

static void live(struct world *w, int64_t busy_us, uint64_t for_ms)
{
    uv_timer_t timer;

    w->busy_us = busy_us;
    w->ending = false;
    w->tally = calloc(1, sizeof(*w->tally));
    uv_loop_init(&w->loop);
    pulse_init(&w->pulse, &w->loop, w->tally);
    uv_async_init(&w->loop, &w->event, on_event);
    w->event.data = w;
    uv_timer_init(&w->loop, &timer);
    timer.data = w;
    uv_timer_start(&timer, on_timer, for_ms, 0);
    uv_async_send(&w->event);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&w->loop), 0);
}

static void test_a_busy_handler_is_a_stall(void **state)
{
    struct world w;

    (void)state;
    live(&w, BUSY_US, PULSE_MS);
    assert_true(w.tally->stall_max_us >= BUSY_US - US_PER_MS);
    free(w.tally);
}

static void test_an_idle_loop_beats(void **state)
{
    int64_t begin_us = clock_monotonic_us();
    struct world w;

    (void)state;
    live(&w, 0, 3 * PULSE_MS);
    assert_true(w.tally->beat_us >= begin_us + 2 * PULSE_MS * US_PER_MS);
    free(w.tally);
}

/* A signal's handler between two beats: to the loop it is as if the process had been stopped. */
static void stand_still(int number)
{
    struct timespec rest = {0, 3 * PULSE_MS * 1000000};

    (void)number;
    while (nanosleep(&rest, &rest) < 0)
        ;
}

static void test_a_stopped_process_is_a_stall(void **state)
{
    struct world w;
    struct itimerval once = {.it_value = {0, PULSE_MS * 500}};

    (void)state;
    signal(SIGALRM, stand_still);
    assert_int_equal(setitimer(ITIMER_REAL, &once, NULL), 0);
    live(&w, 0, 6 * PULSE_MS);
    signal(SIGALRM, SIG_DFL);
    assert_true(w.tally->stall_max_us >= 2 * PULSE_MS * US_PER_MS - 2 * US_PER_MS);
    free(w.tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stopped_process_is_a_stall),
        cmocka_unit_test(test_a_busy_handler_is_a_stall),
        cmocka_unit_test(test_an_idle_loop_beats),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
