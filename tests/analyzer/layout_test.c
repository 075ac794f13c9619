#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/canvas.h"
#include "analyzer/layout.h"
#include "core/units.h"

static const struct {
    const char *name;
    struct layout_request request;
    double row_height;
    size_t bundle;
    double width;
} layouts[] = {
    {"one session", {.builds = 1, .entries = 1, .width = 1600}, 34, 1, 1600},
    {"no session", {.builds = 1, .entries = 0, .width = 1600}, 34, 1, 1600},
    {"twenty", {.builds = 3, .entries = 20, .width = 1600}, 32, 1, 1600},
    {"fifty", {.builds = 3, .entries = 50, .width = 1600}, 12, 1, 1600},
    {"five hundred", {.builds = 3, .entries = 500, .width = 1600}, 2, 1, 1600},
    {"a thousand", {.builds = 1, .entries = 1000, .width = 1600}, 1, 1, 1600},
    {"the most that have a row each", {.builds = 1, .entries = 3000, .width = 1600}, 1, 1, 1600},
    {"one more", {.builds = 1, .entries = 3001, .width = 1600}, 1, 2, 1600},
    {"a million", {.builds = 1, .entries = 1000000, .width = 1600}, 1, 334, 1600},
    {"twice the width, twice the rows", {.builds = 1, .entries = 50, .width = 3200}, 25, 1, 3200},
    {"too many builds for the width", {.builds = 20, .entries = 10, .width = 1600}, 34, 1, 5400},
};

static void test_layouts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
        const struct layout_request *r = &layouts[i].request;
        struct layout l;

        layout_plan(&l, r);
        if (l.row_height != layouts[i].row_height || l.bundle != layouts[i].bundle ||
            l.width != layouts[i].width)
            fail_msg("%s: rows of %g, bundles of %zu, %g wide", layouts[i].name, l.row_height,
                     l.bundle, l.width);
        assert_true(l.rows * l.bundle >= r->entries);
        assert_true(l.height <= CANVAS_MOST && l.width <= CANVAS_MOST);
        assert_true(l.left + l.panel_step * (double)(r->builds - 1) + l.panel_width <= l.width);
        /* The first row touches the bottom, the last one stays under the top. */
        assert_true(layout_row_y(&l, 0) + l.row_height == l.bottom);
        assert_true(layout_row_y(&l, l.rows - 1) >= l.top);
    }
}

static void test_most_builds_fit(void **state)
{
    struct layout_request request = {layout_most_builds(), 50, CANVAS_MOST, 6, 0, true, true, true};
    struct layout l;

    (void)state;
    layout_plan(&l, &request);
    assert_true(l.width <= CANVAS_MOST);
    assert_true(l.panel_width >= LAYOUT_LEAST_PANEL * l.unit - 1);
}

static const struct {
    int64_t span_us;
    size_t most;
    int64_t step_us;
    const char *unit;
    const char *third; /* the label of the third tick */
} axes[] = {
    {1, 10, 1, "ms", "0.002"},
    {300 * US_PER_MS, 10, 50 * US_PER_MS, "ms", "100"},
    {3 * US_PER_S, 10, 500 * US_PER_MS, "s", "1"},
    {20 * US_PER_S, 10, 2 * US_PER_S, "s", "4"},
    {120 * US_PER_S, 8, 15 * US_PER_S, "s", "30"},
    {250 * US_PER_S, 6, 60 * US_PER_S, "s", "120"},
    {3000 * US_PER_S, 6, 600 * US_PER_S, "min", "20"},
    {4 * 3600 * US_PER_S, 6, 3600 * US_PER_S, "h:min", "2:00"},
    {4 * 3600 * US_PER_S, 12, 1200 * US_PER_S, "h:min", "0:40"},
    {INT64_C(3000) * 3600 * US_PER_S, 6, INT64_C(2000000) * US_PER_S, "h:min", NULL},
};

static void test_axes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(axes) / sizeof(axes[0]); i++) {
        struct axis axis = axis_plan(axes[i].span_us, axes[i].most);
        char text[32];

        if (axis.step_us != axes[i].step_us)
            fail_msg("axis %zu: a tick every %lld", i, (long long)axis.step_us);
        assert_string_equal(axis.unit, axes[i].unit);
        assert_true(axes[i].span_us / axis.step_us <= (int64_t)axes[i].most);
        if (axes[i].third)
            assert_string_equal(axis_label(&axis, 2 * axis.step_us, text, sizeof(text)),
                                axes[i].third);
    }
}

static void test_count_steps(void **state)
{
    (void)state;
    assert_int_equal(count_step(0, 10), 1);
    assert_int_equal(count_step(10, 10), 1);
    assert_int_equal(count_step(11, 10), 2);
    assert_int_equal(count_step(50, 10), 5);
    assert_int_equal(count_step(500, 10), 50);
    assert_int_equal(count_step(5000, 10), 500);
    assert_int_equal(count_step(7, 0), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_most_builds_fit),
        cmocka_unit_test(test_axes),
        cmocka_unit_test(test_count_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
