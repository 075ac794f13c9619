#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/gantt_rows.h"
#include "analyzer/sign_grid.h"

static const struct {
    const char *name;
    struct box in[4];
    size_t count;
    size_t left;
    double widths[4];
} joins[] = {
    {"none", {{0, 0, 0, 0}}, 0, 0, {0}},
    {"apart", {{0, 0, 1, 1}, {2, 0, 1, 1}}, 2, 2, {1, 1}},
    {"touching", {{0, 0, 1, 1}, {1, 0, 1, 1}}, 2, 1, {2}},
    {"nearly", {{0, 0, 1, 1}, {1.04, 0, 1, 1}}, 2, 1, {2.04}},
    {"inside", {{0, 0, 9, 1}, {1, 0, 1, 1}, {8, 0, 4, 1}}, 3, 1, {12}},
    {"out of order", {{5, 0, 1, 1}, {1, 0, 1, 1}}, 2, 2, {1, 1}},
    {"two and two", {{0, 0, 1, 1}, {1, 0, 1, 1}, {4, 0, 1, 1}, {5, 0, 3, 1}}, 4, 2, {2, 4}},
};

static void test_joins(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(joins) / sizeof(joins[0]); i++) {
        struct box boxes[4];
        size_t left;

        memcpy(boxes, joins[i].in, sizeof(boxes));
        left = boxes_join(boxes, joins[i].count, 0.05);
        if (left != joins[i].left)
            fail_msg("%s: %zu boxes", joins[i].name, left);
        for (size_t k = 0; k < left; k++)
            assert_true(fabs(boxes[k].width - joins[i].widths[k]) < 1e-9);
    }
}

static void test_signs_leave_room(void **state)
{
    struct sign_grid grid;
    size_t drawn = 0;

    (void)state;
    assert_int_equal(sign_grid_init(&grid, (struct box){100, 100, 50, 20}, 10), 0);
    for (double x = 100; x < 150; x++) {
        for (double y = 100; y < 120; y++)
            drawn += sign_grid_take(&grid, x, y);
    }
    assert_int_equal(drawn, 10);
    /* One outside stands at the edge. */
    assert_false(sign_grid_take(&grid, 0, 0));
    sign_grid_release(&grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_joins),
        cmocka_unit_test(test_signs_leave_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
