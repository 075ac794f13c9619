/* Lines whose every pair of points one can work out by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyzer/fit.h"

#define NEAR 1e-9

static struct fit fitted(const struct fit_point *points, size_t count)
{
    struct fit fit;

    assert_int_equal(fit_line(&fit, points, count), 0);
    return fit;
}

static const struct {
    const char *name;
    struct fit_point points[6];
    size_t count;
    double slope;
    double intercept;
    double explained;
} lines[] = {
    {"two points", {{1, 10}, {3, 14}}, 2, 2, 8, 1},
    {"a line as it is", {{1, 5}, {2, 7}, {3, 9}, {4, 11}}, 4, 2, 3, 1},
    {"a line that falls", {{0, 9}, {1, 6}, {2, 3}}, 3, -3, 9, 1},
    /* The slopes: six times 1, and 98, 49.5, 33.3, 25 to the outlier.  Distances: to the median 3
     * 2 + 1 + 0 + 1 + 98, to the line 96. */
    {"an outlier does not bend it", {{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 101}}, 5, 1, 0, 6 / 102.0},
    /* Slopes 1, 2, 0, 1; y - x: 0, 1, 0, 1.  Distances: to the median 2, to the line 4 halves. */
    {"same x twice", {{1, 1}, {1, 2}, {2, 2}, {2, 3}}, 4, 1, 0.5, 0},
    {"all y alike", {{1, 4}, {2, 4}, {3, 4}}, 3, 0, 4, 0},
};

static void test_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct fit fit = fitted(lines[i].points, lines[i].count);

        if (fabs(fit.slope - lines[i].slope) > NEAR ||
            fabs(fit.intercept - lines[i].intercept) > NEAR ||
            fabs(fit.explained - lines[i].explained) > NEAR)
            fail_msg("%s: %g + %g x, explains %g", lines[i].name, fit.intercept, fit.slope,
                     fit.explained);
    }
}

static void test_no_line(void **state)
{
    static const struct fit_point same[] = {{3, 1}, {3, 5}, {3, 6}};
    struct fit fit = fitted(NULL, 0);

    (void)state;
    assert_int_equal(fit.count, 0);
    assert_true(isnan(fit.slope) && !fit_is_sure(&fit));
    fit = fitted(same, 1);
    assert_true(isnan(fit.slope) && fit.x_least == 3 && fit.x_most == 3);
    fit = fitted(same, 3);
    assert_true(isnan(fit.slope) && !fit_is_sure(&fit));
}

/* Ten points: 45 pairs, variance 10 * 9 * 25 / 18 = 125, so the ranks lie 1.96 * sqrt(125) = 21.9
 * apart: from the 11th of the 45 slopes to the 35th.  On y = x^2 the slope of a pair is the sum of
 * its x; 1, 2, ... 17 come 1 1 2 2 3 3 4 4 5 4 4 3 3 2 2 1 1 times: the 11th is 6, the 23rd 9, the
 * 35th 12. */
static void test_interval(void **state)
{
    struct fit_point points[10];
    struct fit fit;

    (void)state;
    for (size_t i = 0; i < 10; i++)
        points[i] = (struct fit_point){(double)i, (double)(i * i)};
    fit = fitted(points, 10);
    assert_true(fabs(fit.slope - 9) < NEAR);
    assert_true(fabs(fit.low - 6) < NEAR);
    assert_true(fabs(fit.high - 12) < NEAR);
    assert_true(fit_is_sure(&fit));
    fit = fitted(points, 3);
    assert_true(isinf(fit.low) && isinf(fit.high) && !fit_is_sure(&fit));
}

static void test_up_and_down_is_not_sure(void **state)
{
    struct fit_point points[40];
    struct fit fit;

    (void)state;
    for (size_t i = 0; i < 40; i++)
        points[i] = (struct fit_point){(double)i, (double)(i * 13 % 40)};
    fit = fitted(points, 40);
    assert_true(fit.low < 0 && fit.high > 0 && !fit_is_sure(&fit));
}

/* 5 ms and 2 ms a session, a tenth of the waits far longer: in any order. */
static void test_many_waits(void **state)
{
    enum { COUNT = 10000 };
    struct step_observations step = {calloc(COUNT, sizeof(*step.list)), COUNT};
    struct fit fit;

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        struct observation *o = &step.list[i];

        o->active = (uint32_t)(i * 7919 % 500 + 1);
        o->us = 5000 + 2000 * (int64_t)o->active + (int64_t)(i * 104729 % 101) - 50;
        o->us += i % 10 == 3 ? 60000000 : 0;
    }
    assert_int_equal(fit_waits(&fit, &step), 0);
    assert_int_equal(fit.count, COUNT);
    assert_true(fabs(fit.slope - 2000) < 5);
    assert_true(fabs(fit.intercept - 5000) < 2000);
    assert_true(fit.low <= fit.slope && fit.slope <= fit.high && fit.high - fit.low < 40);
    assert_true(fit.x_least == 1 && fit.x_most == 500);
    assert_int_equal(fit_at(&fit, 0), (int)fit.intercept);
    free(step.list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),      cmocka_unit_test(test_no_line),
        cmocka_unit_test(test_interval),   cmocka_unit_test(test_up_and_down_is_not_sure),
        cmocka_unit_test(test_many_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
