#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/course.h"

#define NONE COURSE_NO_ROW

/* Steps 0 to 3; the session began at 1000. */
static const struct {
    const char *name;
    uint32_t row_of[4];
    struct wait waits[4];
    size_t count;
    struct point want[8];
    size_t points;
} courses[] = {
    {"no wait", {0, 1, 2, 3}, {{0, 0, 0, 0, false}}, 0, {{0, 0}}, 0},
    {"one after another",
     {0, 1, 2, 3},
     {{WAIT_HOME, 0, 1000, 1100, false}, {WAIT_CALC, 2, 1500, 1700, false}},
     2,
     {{0, 0}, {100, 0}, {500, 2}, {700, 2}},
     4},
    {"side by side: the longer one is waited for",
     {0, 1, 2, 3},
     {{WAIT_ASSET, 0, 1000, 1300, false}, {WAIT_ASSET, 1, 1010, 1200, false}},
     2,
     {{0, 0}, {300, 0}, {300, 1}, {300, 1}},
     4},
    {"a step that the first build lacks",
     {0, NONE, 1, 2},
     {{WAIT_HOME, 0, 1000, 1100, false},
      {WAIT_ASSET, 1, 1100, 1400, false},
      {WAIT_CALC, 2, 1500, 1600, false}},
     3,
     {{0, 0}, {100, 0}, {500, 1}, {600, 1}},
     4},
    {"another order: no way back",
     {1, 0, 2, 3},
     {{WAIT_HOME, 0, 1000, 1100, false},
      {WAIT_ASSET, 1, 1100, 1200, false},
      {WAIT_CALC, 2, 1500, 1600, false}},
     3,
     {{0, 1}, {100, 1}, {500, 2}, {600, 2}},
     4},
};

static void test_points(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(courses) / sizeof(courses[0]); i++) {
        struct point got[8];
        size_t points =
            course_points(courses[i].waits, courses[i].count, 1000, courses[i].row_of, got);

        if (points != courses[i].points)
            fail_msg("%s: %zu points", courses[i].name, points);
        for (size_t k = 0; k < points; k++) {
            if (got[k].x != courses[i].want[k].x || got[k].y != courses[i].want[k].y)
                fail_msg("%s: point %zu is %g, %g", courses[i].name, k, got[k].x, got[k].y);
        }
    }
}

static void test_thin(void **state)
{
    struct point straight[] = {{0, 0}, {1, 1}, {2, 2}, {3, 3}};
    struct point stairs[] = {{0, 0}, {5, 0}, {5, 5}, {9, 5}};
    struct point nearly[] = {{0, 0}, {5, 0.1}, {10, 0}};
    struct point same[] = {{3, 3}, {3, 3}, {3, 3}};

    (void)state;
    assert_int_equal(course_thin(straight, 4, 0.15), 2);
    assert_true(straight[1].x == 3);
    assert_int_equal(course_thin(stairs, 4, 0.15), 4);
    assert_int_equal(course_thin(nearly, 3, 0.15), 2);
    assert_int_equal(course_thin(same, 3, 0.15), 2);
    assert_int_equal(course_thin(same, 0, 0.15), 0);
}

/* Session i takes lengths[i]; the sixth does not count. */
static void test_choose(void **state)
{
    static const int64_t lengths[] = {50, 10, 40, 20, 30, 99};
    static const struct {
        size_t most;
        size_t want[5];
        long count;
    } cases[] = {
        {9, {1, 3, 4, 2, 0}, 5}, {3, {1, 4, 0}, 3}, {2, {1, 0}, 2}, {1, {1}, 1}, {0, {0}, 0},
    };
    struct session sessions[6] = {{0}};
    struct table table = {.sessions = sessions, .session_count = 6};

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        sessions[i].end_us = lengths[i];
        sessions[i].counted = i < 5;
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t chosen[9];
        size_t counted;

        assert_int_equal(course_choose(&table, cases[i].most, chosen, &counted), cases[i].count);
        assert_int_equal(counted, 5);
        for (long k = 0; k < cases[i].count; k++)
            assert_int_equal(chosen[k], cases[i].want[k]);
    }
}

/* i: important; rows are 1 apart. */
static const struct {
    const char *rows;
    double gap;
    const char *want;
} labels[] = {
    {"i....i", 1, "xxxxxx"}, {"......", 2, "x.x.x."},  {"i....i", 2, "x.x..x"},
    {"..i...", 2, "x.x.x."}, {".i....", 2, ".x.x.x"},  {"iiiiii", 2, "x.x.x."},
    {"i.i.i.", 3, "x...x."}, {"......", 99, "x....."}, {"", 2, ""},
};

static void test_labels(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        size_t count = strlen(labels[i].rows);
        bool important[6];
        bool labelled[6];
        double at[6];
        char got[7] = "";

        for (size_t k = 0; k < count; k++) {
            important[k] = labels[i].rows[k] == 'i';
            at[k] = (double)k + 0.5;
        }
        course_label_rows(at, important, count, labels[i].gap, labelled);
        for (size_t k = 0; k < count; k++)
            got[k] = labelled[k] ? 'x' : '.';
        assert_string_equal(got, labels[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_thin),
        cmocka_unit_test(test_choose),
        cmocka_unit_test(test_labels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
