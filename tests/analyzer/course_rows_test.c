#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/course_rows.h"

#define NO MATCH_NONE
#define MOST 6

/* A line is a matched step: its step in each of two builds. */
static const struct {
    const char *name;
    uint32_t steps[MOST][2];
    size_t count;
    uint32_t want[MOST];
} cases[] = {
    {"alike", {{0, 0}, {1, 1}, {2, 2}}, 3, {0, 1, 2}},
    {"the second has one more", {{0, 0}, {1, 2}, {NO, 1}}, 3, {0, 2, 1}},
    {"and one at its end", {{0, 0}, {1, 1}, {NO, 2}}, 3, {0, 1, 2}},
    {"and two at its start", {{0, 2}, {1, 3}, {NO, 0}, {NO, 1}}, 4, {2, 3, 0, 1}},
    {"only the first page is the same",
     {{0, 0}, {1, NO}, {2, NO}, {NO, 1}, {NO, 2}},
     5,
     {0, 3, 4, 1, 2}},
    {"another order", {{0, 2}, {1, 0}, {2, 1}, {NO, 3}}, 4, {0, 3, 1, 2}},
    {"nothing", {{0}}, 0, {0}},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct matched_step list[MOST] = {{0}};
        uint32_t steps[MOST][2];
        uint32_t rows[MOST];
        struct match match = {.list = list, .count = cases[i].count, .builds = 2};

        for (size_t k = 0; k < cases[i].count; k++) {
            steps[k][0] = cases[i].steps[k][0];
            steps[k][1] = cases[i].steps[k][1];
            list[k] = (struct matched_step){.steps = steps[k], .waited = true};
        }
        assert_int_equal(course_rows(&match, rows), cases[i].count);
        for (size_t k = 0; k < cases[i].count; k++) {
            if (rows[k] != cases[i].want[k])
                fail_msg("%s: row %zu is %u", cases[i].name, k, rows[k]);
        }
    }
}

static void test_waits_only(void **state)
{
    uint32_t steps[] = {0, 1, 2};
    struct matched_step list[] = {{.steps = &steps[0], .waited = true},
                                  {.steps = &steps[1]},
                                  {.steps = &steps[2], .waited = true}};
    struct match match = {.list = list, .count = 3, .builds = 1};
    uint32_t rows[3];

    (void)state;
    assert_int_equal(course_rows(&match, rows), 2);
    assert_int_equal(rows[1], 2);
    assert_int_equal(course_row_build(&list[0], 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_waits_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
