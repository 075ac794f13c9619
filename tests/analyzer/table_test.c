#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyzer/table.h"
#include "fixture.h"

struct fed {
    struct script *script;
    struct table_builder *builder;
    struct table table;
};

static int set_up(void **state)
{
    struct fed *f = calloc(1, sizeof(*f));

    f->script = fixture_parse();
    f->builder = table_builder_new(f->script);
    *state = f;
    return f->builder ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fed *f = *state;

    table_builder_free(f->builder);
    table_release(&f->table);
    script_free(f->script);
    free(f);
    return 0;
}

static void feed(struct fed *f, long session, enum run_event event, unsigned line, int64_t us)
{
    struct run_row row = {session, 0, 0, event, STEP_REQ_HOME, us, line, "why", NULL};

    assert_int_equal(table_add(f->builder, &row), 0);
}

static void finish(struct fed *f)
{
    assert_int_equal(table_finish(f->builder, &f->table), 0);
}

static void test_nothing(void **state)
{
    struct fed *f = *state;

    finish(f);
    assert_int_equal(f->table.session_count, 0);
    assert_int_equal(f->table.event_count, 0);
}

static void test_rows_out_of_order(void **state)
{
    struct fed *f = *state;

    feed(f, 9, RUN_STEP_END, 5, 5300);
    feed(f, 3, RUN_STEP_END, 4, 1200);
    feed(f, 9, RUN_STEP_START, 5, 5200);
    feed(f, 9, RUN_SESSION_DONE, 0, 5400);
    feed(f, 9, RUN_STEP_END, 4, 5100);
    feed(f, 3, RUN_STEP_START, 4, 1000);
    feed(f, 9, RUN_STEP_START, 4, 5000);
    finish(f);
    assert_int_equal(f->table.session_count, 2);
    assert_int_equal(f->table.begin_wall_us, 1000);
    assert_int_equal(f->table.end_us, 4400);
    assert_int_equal(f->table.sessions[0].id, 3); /* by start */
    assert_int_equal(f->table.sessions[0].outcome, SESSION_UNFINISHED);
    assert_int_equal(f->table.sessions[1].outcome, SESSION_DONE);
    assert_int_equal(f->table.sessions[1].first_event, 1);
    assert_int_equal(f->table.sessions[1].event_count, 2);
    assert_int_equal(f->table.events[1].step, 0);
    assert_int_equal(f->table.events[1].start_us, 4000);
    assert_int_equal(f->table.events[1].end_us, 4100);
    assert_int_equal(f->table.events[2].step, 1);
    assert_int_equal(f->table.events[2].end_us, 4300);
    assert_int_equal(f->table.skipped, 0);
}

static void feed_timed(struct fed *f, long session, unsigned line, int64_t us,
                       const struct run_phases *phases)
{
    struct run_row row = {.session = session,
                          .event = RUN_STEP_END,
                          .type = STEP_REQ_GET,
                          .time_us = us,
                          .line = line,
                          .comment = "",
                          .phases = phases};

    assert_int_equal(table_add(f->builder, &row), 0);
}

static const struct timing *timing_of(const struct fed *f, size_t event)
{
    assert_true(f->table.events[event].timing < f->table.timing_count);
    return &f->table.timings[f->table.events[event].timing];
}

/* A timing stays with its end, however the rows are sorted. */
static void test_timings(void **state)
{
    const struct run_phases first = {1, 2, 3, 4, 5, 6};
    const struct run_phases kept = {10, RUN_PHASE_NONE, RUN_PHASE_NONE, RUN_PHASE_NONE, 50, 60};
    const struct run_phases much = {INT64_MAX, UINT32_MAX, UINT32_MAX - INT64_C(1),
                                    0,         0,          RUN_BYTES_NONE};
    struct fed *f = *state;

    feed_timed(f, 9, 5, 5300, &kept);
    feed(f, 9, RUN_STEP_START, 5, 5200);
    feed_timed(f, 3, 4, 1200, &first);
    feed_timed(f, 9, 4, 5100, NULL);
    feed(f, 3, RUN_STEP_START, 4, 1000);
    feed(f, 9, RUN_STEP_START, 4, 5000);
    feed(f, 3, RUN_STEP_START, 5, 1300);
    feed_timed(f, 3, 5, 1400, &much);
    finish(f);
    assert_int_equal(f->table.event_count, 4);
    assert_int_equal(f->table.timing_count, 3);
    assert_int_equal(timing_of(f, 0)->parts[TIMING_DNS], 2);
    assert_int_equal(timing_of(f, 0)->parts[TIMING_BYTES], 6);
    assert_int_equal(timing_of(f, 1)->parts[TIMING_BLOCKED], TIMING_NONE - 1);
    assert_int_equal(timing_of(f, 1)->parts[TIMING_DNS], TIMING_NONE - 1);
    assert_int_equal(timing_of(f, 1)->parts[TIMING_CONNECT], TIMING_NONE - 1);
    assert_int_equal(timing_of(f, 1)->parts[TIMING_BYTES], TIMING_NONE);
    assert_int_equal(f->table.events[2].timing, NO_TIMING);
    assert_int_equal(timing_of(f, 3)->parts[TIMING_BLOCKED], 10);
    assert_int_equal(timing_of(f, 3)->parts[TIMING_TLS], TIMING_NONE);
    assert_int_equal(timing_of(f, 3)->parts[TIMING_FIRST_BYTE], 50);
}

static void test_open_and_stray_ends(void **state)
{
    struct fed *f = *state;

    feed(f, 1, RUN_STEP_START, 4, 100);
    feed(f, 1, RUN_STEP_END, 5, 150);    /* no start: skipped */
    feed(f, 1, RUN_STEP_START, 99, 160); /* no such line: skipped */
    feed(f, 1, RUN_STEP_START, 1, 160);  /* a header line: skipped */
    finish(f);
    assert_int_equal(f->table.event_count, 1);
    assert_int_equal(f->table.events[0].end_us, EVENT_OPEN);
    assert_int_equal(f->table.skipped, 3);
}

static void test_clock_stepped_back(void **state)
{
    struct fed *f = *state;

    feed(f, 1, RUN_STEP_START, 4, 1000);
    feed(f, 1, RUN_STEP_END, 4, 400);
    finish(f);
    assert_int_equal(f->table.events[0].start_us, 0);
    assert_int_equal(f->table.events[0].end_us, 0);
    assert_true(f->table.sessions[0].end_us >= 0);
}

static void test_first_failure_is_told(void **state)
{
    struct fed *f = *state;

    feed(f, 1, RUN_SESSION_CREATE, 0, 50);
    feed(f, 1, RUN_SESSION_FAIL, 5, 100);
    feed(f, 1, RUN_SESSION_FAIL, 6, 200);
    feed(f, 1, RUN_SESSION_DONE, 0, 300);
    finish(f);
    assert_int_equal(f->table.sessions[0].outcome, SESSION_FAILED);
    assert_int_equal(f->table.sessions[0].failed_line, 5);
    assert_string_equal(f->table.sessions[0].reason, "why");
}

/* Whatever a player wrote: tables, pictures and the report are UTF-8. */
static void test_reason_is_text(void **state)
{
    struct run_row row = {1, 0, 0, RUN_SESSION_FAIL, STEP_REQ_HOME, 50, 5, "a\xff\xed\xa0", NULL};
    struct fed *f = *state;

    assert_int_equal(table_add(f->builder, &row), 0);
    finish(f);
    assert_string_equal(f->table.sessions[0].reason, "a\uFFFD\uFFFD\uFFFD");
}

static void test_many_sessions(void **state)
{
    struct fed *f = *state;

    for (long i = 4999; i >= 0; i--) {
        feed(f, i, RUN_STEP_START, 4, 1000 + i * 10);
        feed(f, i, RUN_STEP_END, 4, 1005 + i * 10);
    }
    finish(f);
    assert_int_equal(f->table.session_count, 5000);
    for (size_t i = 0; i < 5000; i++) {
        const struct session *s = &f->table.sessions[i];

        assert_int_equal(s->id, (long)i);
        assert_int_equal(f->table.events[s->first_event].start_us, (int64_t)i * 10);
    }
}

int main(void)
{
#define WITH_TABLE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_TABLE(test_nothing),
        WITH_TABLE(test_rows_out_of_order),
        WITH_TABLE(test_timings),
        WITH_TABLE(test_open_and_stray_ends),
        WITH_TABLE(test_clock_stepped_back),
        WITH_TABLE(test_first_failure_is_told),
        WITH_TABLE(test_reason_is_text),
        WITH_TABLE(test_many_sessions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
