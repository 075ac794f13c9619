#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/grid.h"

/* Four cells of 10 us. */
static const struct {
    const char *name;
    double from_us;
    double to_us;
    double cells[4];
} rows[] = {
    {"a part of one cell", 2, 7, {0.5, 0, 0, 0}},
    {"one whole cell", 10, 20, {0, 1, 0, 0}},
    {"over an edge", 15, 22, {0, 0.5, 0.2, 0}},
    {"over several", 5, 38, {0.5, 1, 1, 0.8}},
    {"to the very end", 30, 40, {0, 0, 0, 1}},
    {"beyond both ends", -20, 90, {1, 1, 1, 1}},
    {"nothing", 7, 7, {0, 0, 0, 0}},
    {"backwards", 20, 10, {0, 0, 0, 0}},
};

static bool near(double a, double b)
{
    return a - b < 1e-9 && b - a < 1e-9;
}

static void test_cells(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct grid grid;
        double sum = 0;

        assert_int_equal(grid_init(&grid, 4, 40), 0);
        grid_add(&grid, rows[i].from_us, rows[i].to_us, 1);
        grid_close(&grid);
        for (size_t c = 0; c < 4; c++) {
            if (!near(grid.cell[c], rows[i].cells[c]))
                fail_msg("%s: cell %zu is %g", rows[i].name, c, grid.cell[c]);
            sum += rows[i].cells[c] * 10;
        }
        assert_true(near(grid_between(&grid, 0, 40), sum));
        grid_release(&grid);
    }
}

static void test_cap_and_parts(void **state)
{
    struct grid grid;

    (void)state;
    assert_int_equal(grid_init(&grid, 4, 40), 0);
    grid_add(&grid, 0, 20, 2);
    grid_add(&grid, 10, 30, 3);
    grid_close(&grid);
    assert_true(near(grid.cell[1], 5));
    assert_true(near(grid_between(&grid, 5, 15), 2 * 5 + 5 * 5));
    assert_true(near(grid_between(&grid, 15, 5), 0));
    grid_cap(&grid, 1);
    assert_true(near(grid_between(&grid, 0, 40), 30));
    grid_release(&grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_cap_and_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
