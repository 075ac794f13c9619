/* What each metric of a session is: the fixture's numbers, of sessions that ended in all ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyzer/metric.h"
#include "fixture.h"
#include "tests/core/dialects.h"

static const struct {
    const char *name;
    enum metric metric;
    size_t step;
    size_t count;
    int64_t min_us;
    int64_t max_us;
} rows[] = {
    {"page loads of all that got so far", METRIC_PAGE_LOAD, 0, 3, 200000, 200000},
    {"a calculation that failed is none", METRIC_CALCULATION, 0, 2, 600000, 600000},
    {"only sessions that were done", METRIC_SESSION, 0, 2, 2400000, 2400000},
    {"a request", METRIC_STEP, 0, 3, 100000, 100000},
    {"a calculation, at the first of its steps", METRIC_STEP, 6, 2, 600000, 600000},
    {"a later message of it: its own time", METRIC_STEP, 7, 2, 600000, 600000},
    {"a send takes no time", METRIC_STEP, 5, 3, 0, 0},
    {"failures are no times", METRIC_FAILED, 0, 0, 0, 0},
    {"nor is lateness in the table", METRIC_LATENESS, 0, 0, 0, 0},
};

static void load(struct build *build, char *dir)
{
    struct error err = ERROR_NONE;
    char path[512];
    struct buf csv;

    fixture_run(dir, "run", 0);
    buf_init(&csv, 1 << 20);
    buf_adds(&csv, fixture_header);
    fixture_rows(&csv, &(struct fixture_session){.id = 0});
    fixture_rows(&csv, &(struct fixture_session){.id = 1, .start_ms = 1000});
    fixture_rows(&csv, &(struct fixture_session){
                           .id = 2, .start_ms = 2000, .stop_before = 18, .fail = "gone"});
    fixture_write(dir, "run/sessions/0.csv", csv.data);
    buf_release(&csv);
    snprintf(path, sizeof(path), "%s/run", dir);
    assert_int_equal(build_load(build, "run", path, &err), 0);
    assert_int_equal(build_compute(build, 1000000, true), 0);
}

static void test_metrics(void **state)
{
    char *dir = fixture_dir();
    struct build build;

    (void)state;
    load(&build, dir);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct dist dist;

        assert_int_equal(metric_dist(&dist, &build, rows[i].metric, rows[i].step), 0);
        if (dist.count != rows[i].count || dist.min_us != rows[i].min_us ||
            dist.max_us != rows[i].max_us)
            fail_msg("%s: %zu from %lld to %lld us", rows[i].name, dist.count,
                     (long long)dist.min_us, (long long)dist.max_us);
        dist_release(&dist);
    }
    build_release(&build);
    fixture_remove(dir);
}

/* Only the steady state's sessions are in a distribution, and in the spreads. */
static void test_counted(void **state)
{
    char *dir = fixture_dir();
    struct build build;
    struct dist dist;

    (void)state;
    load(&build, dir);
    build.table.sessions[0].counted = false;
    assert_int_equal(metric_dist(&dist, &build, METRIC_SESSION, 0), 0);
    assert_int_equal(dist.count, 1);
    dist_release(&dist);
    assert_int_equal(stats_compute(&build.stats, &build.plan, &build.table, 100000), 0);
    assert_int_equal(build.stats.page_load.count, 2);
    assert_int_equal(build.stats.page_loads_beyond, 2);
    assert_int_equal(build.stats.sessions, 3);
    build_release(&build);
    fixture_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_counted),
    };

    shipped("shiny");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
