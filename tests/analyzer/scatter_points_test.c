#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyzer/scatter_points.h"
#include "fixture.h"
#include "tests/core/dialects.h"

/* One that is well, one that failed in its calculation, one whose page was not there when the run
 * was stopped. */
static struct build load(const char *dir)
{
    static const struct fixture_session sessions[] = {
        {0},
        {.id = 1, .start_ms = 2000, .stop_before = 18, .fail = "gone"},
        {.id = 2, .start_ms = 4000, .stop_before = 8}};
    struct build build;
    struct error err = ERROR_NONE;
    struct buf csv;
    char path[512];

    buf_init(&csv, 1 << 20);
    for (size_t i = 0; i < 3; i++)
        fixture_rows(&csv, &sessions[i]);
    fixture_write(dir, "run/recording.log", fixture_script);
    fixture_write(dir, "run/sessions/0.csv", csv.data);
    buf_release(&csv);
    snprintf(path, sizeof(path), "%s/run", dir);
    if (build_load(&build, "run", path, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(build_compute(&build, 1000000, true), 0);
    return build;
}

static void expect(const struct scatter_point *p, uint32_t session, enum scatter_sort sort,
                   int64_t us)
{
    assert_int_equal(p->session, session);
    assert_int_equal(p->sort, sort);
    assert_int_equal(p->us, us);
}

static void test_points(void **state)
{
    char *dir = fixture_dir();
    struct build build = load(dir);
    struct scatter_points points;

    (void)state;
    build.table.sessions[1].counted = false;
    assert_int_equal(scatter_points_collect(&points, &build, METRIC_PAGE_LOAD), 0);
    assert_int_equal(points.count, 3);
    expect(&points.list[0], 0, POINT_COUNTED, 200000);
    expect(&points.list[1], 1, POINT_ASIDE, 200000);
    expect(&points.list[2], 2, POINT_LOST, 140000);
    assert_int_equal(points.of[POINT_LOST], 1);
    assert_true(points.least_us == 200000 && points.most_us == 200000);
    free(points.list);
    assert_int_equal(scatter_points_collect(&points, &build, METRIC_CALCULATION), 0);
    assert_int_equal(points.count, 2);
    expect(&points.list[0], 0, POINT_COUNTED, 600000);
    expect(&points.list[1], 1, POINT_LOST, 900000);
    assert_int_equal(points.most_lost_us, 900000);
    free(points.list);
    build_release(&build);
    fixture_remove(dir);
}

static void test_running_median(void **state)
{
    int64_t values[29];
    int64_t scratch[9];
    struct running plan = running_plan(29, 1);
    size_t middle;

    (void)state;
    assert_int_equal(running_plan(0, 1).places, 0);
    assert_int_equal(running_plan(17, 1).places, 0);
    assert_int_equal(plan.window, 9);
    assert_int_equal(plan.places, 21);
    for (size_t i = 0; i < 29; i++)
        values[i] = i == 12 ? 1000000 : (int64_t)i; /* one that is not like the others */
    assert_int_equal(running_median(&plan, values, 29, 0, &middle, scratch), 4);
    assert_int_equal(middle, 4);
    assert_int_equal(running_median(&plan, values, 29, 12, &middle, scratch), 17);
    assert_int_equal(middle, 16);
    assert_int_equal(running_median(&plan, values, 29, 20, &middle, scratch), 24);
    assert_int_equal(middle, 24);
    assert_int_equal(running_plan(10000, 1).window, 501);
    assert_int_equal(running_plan(10000, 1).places, 120);
    /* Ten calculations a session: over nine sessions at least. */
    assert_int_equal(running_plan(500, 10).window, 91);
    assert_int_equal(running_plan(500, 10).places, 41);
    assert_int_equal(running_plan(150, 10).places, 0);
}

static void test_bins(void **state)
{
    (void)state;
    assert_int_equal(histogram_bins(1), 4);
    assert_int_equal(histogram_bins(64), 16);
    assert_int_equal(histogram_bins(1000000), 48);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_running_median),
        cmocka_unit_test(test_bins),
    };

    shipped("plain");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
