/* Steps over three sessions: requests of 100, 200 and 300 us at line 4, one without an end at
 * line 5, and what the run tells of where their time went. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyzer/steps.h"
#include "fixture.h"

#define NONE RUN_PHASE_NONE

static const struct run_phases phases[] = {
    {10, 5, 20, NONE, 60, 1000}, /* opened the connection */
    {40, NONE, NONE, NONE, 150, 1000},
    {90, NONE, NONE, NONE, 200, 4000},
};

static void add(struct table_builder *b, long session, enum run_event event, unsigned line,
                int64_t us, const struct run_phases *told)
{
    struct run_row row = {.session = session,
                          .event = event,
                          .type = STEP_REQ_GET,
                          .time_us = us,
                          .line = line,
                          .comment = "",
                          .phases = told};

    assert_int_equal(table_add(b, &row), 0);
}

static void fill(struct table *table, const struct script *script, bool told)
{
    struct table_builder *b = table_builder_new(script);

    assert_non_null(b);
    for (long i = 0; i < 3; i++) {
        add(b, i, RUN_STEP_START, 4, 1000, NULL);
        add(b, i, RUN_STEP_END, 4, 1100 + i * 100, told ? &phases[i] : NULL);
        add(b, i, RUN_STEP_START, 5, 2000, NULL);
        add(b, i, i ? RUN_SESSION_FAIL : RUN_SESSION_DONE, 5, 3000, NULL);
    }
    add(b, 0, RUN_STEP_END, 5, 2000, NULL);
    assert_int_equal(table_finish(b, table), 0);
    table_builder_free(b);
}

static void test_parts(void **state)
{
    struct script *script = fixture_parse();
    struct table table;
    struct steps steps;
    const struct step_stats *first;

    (void)state;
    fill(&table, script, true);
    assert_int_equal(steps_compute(&steps, &table, script->count), 0);
    assert_int_equal(steps.count, script->count);
    first = &steps.list[0];
    assert_int_equal(first->took.count, 3);
    assert_int_equal(first->took.p50_us, 200);
    assert_int_equal(first->took.p95_us, 290);
    assert_int_equal(first->took.max_us, 300);
    assert_int_equal(first->failed, 0);
    assert_int_equal(first->parts[TIMING_BLOCKED].count, 3);
    assert_int_equal(first->parts[TIMING_BLOCKED].p50_us, 40);
    assert_int_equal(first->parts[TIMING_BLOCKED].p95_us, 85);
    assert_int_equal(first->parts[TIMING_CONNECT].count, 1);
    assert_int_equal(first->parts[TIMING_CONNECT].p50_us, 20);
    assert_int_equal(first->parts[TIMING_TLS].count, 0);
    assert_int_equal(first->parts[TIMING_FIRST_BYTE].p50_us, 150);
    assert_int_equal(first->parts[TIMING_BYTES].p95_us, 3700);
    assert_int_equal(steps.list[1].took.count, 1);
    assert_int_equal(steps.list[1].took.max_us, 0);
    assert_int_equal(steps.list[1].failed, 2);
    assert_int_equal(steps.list[1].parts[TIMING_BLOCKED].count, 0);
    assert_int_equal(steps.list[2].took.count, 0);
    steps_release(&steps);
    table_release(&table);
    script_free(script);
}

static void test_run_that_does_not_tell(void **state)
{
    struct script *script = fixture_parse();
    struct table table;
    struct steps steps;

    (void)state;
    fill(&table, script, false);
    assert_int_equal(table.timing_count, 0);
    assert_null(table.timings);
    assert_int_equal(steps_compute(&steps, &table, script->count), 0);
    assert_int_equal(steps.list[0].took.count, 3);
    for (int part = 0; part < TIMING_PARTS; part++)
        assert_int_equal(steps.list[0].parts[part].count, 0);
    steps_release(&steps);
    table_release(&table);
    script_free(script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_run_that_does_not_tell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
