/* Five percentiles and the scores of a step, against what one works out by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/boxes.h"

static void test_five(void **state)
{
    int64_t values[21];
    struct five five;

    (void)state;
    assert_int_equal(five_of(values, 0).count, 0);
    for (size_t i = 0; i < 21; i++)
        values[i] = (int64_t)(i * 8 % 21) * 100; /* 0, 100, ... 2000 in another order */
    five = five_of(values, 21);
    assert_int_equal(five.count, 21);
    assert_int_equal(five.us[BOX_P5], 100);
    assert_int_equal(five.us[BOX_P25], 500);
    assert_int_equal(five.us[BOX_P50], 1000);
    assert_int_equal(five.us[BOX_P75], 1500);
    assert_int_equal(five.us[BOX_P95], 1900);
    values[0] = 7;
    five = five_of(values, 1);
    assert_true(five.us[BOX_P5] == 7 && five.us[BOX_P95] == 7);
}

/* Notches of 100 values whose middle half is 1000 wide: 158 to either side. */
static const struct {
    const char *name;
    struct five a;
    struct five b;
    bool differ;
} pairs[] = {
    {"notches that touch", {100, {0, 500, 1000, 1500, 2000}}, {100, {0, 500, 1316, 1500, 2000}}, 0},
    {"just apart", {100, {0, 500, 1000, 1500, 2000}}, {100, {0, 500, 1317, 1500, 2000}}, true},
    {"few values", {4, {0, 500, 1000, 1500, 2000}}, {4, {0, 500, 1600, 1500, 2000}}, false},
    {"one value", {1, {9, 9, 9, 9, 9}}, {100, {1, 1, 1, 1, 1}}, false},
    {"none", {0, {0}}, {100, {1, 1, 1, 1, 1}}, false},
    {"alike", {50, {5, 5, 5, 5, 5}}, {50, {5, 5, 5, 5, 5}}, false},
};

static void test_differ(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (five_differ(&pairs[i].a, &pairs[i].b) != pairs[i].differ ||
            five_differ(&pairs[i].b, &pairs[i].a) != pairs[i].differ)
            fail_msg("%s", pairs[i].name);
    }
}

/* Three steps of two builds; the longest p95 is 10,000, a twentieth of it 500. */
static struct five rows[] = {
    /* slow and steady, alike */
    {100, {9000, 9500, 9600, 9700, 10000}},
    {100, {9000, 9500, 9600, 9700, 10000}},
    /* all over the place in the first; the second is 2000 faster in the middle half */
    {100, {500, 3000, 4000, 5000, 9500}},
    {100, {500, 1000, 2000, 3000, 9500}},
    /* short: ten times as long in the first, which nobody feels */
    {100, {10, 90, 100, 110, 190}},
    {100, {1, 9, 10, 11, 19}},
};

static void test_scores(void **state)
{
    (void)state;
    assert_true(box_score(rows, 2, BOX_SLOWEST, 10000) == 10000);
    assert_true(box_score(rows + 2, 2, BOX_VARIABLE, 10000) == 9000.0 / 2500);
    assert_true(fabs(box_score(rows + 4, 2, BOX_VARIABLE, 10000) - 180.0 / 600) < 1e-9);
    assert_true(box_score(rows, 2, BOX_APART, 10000) == 0);
    assert_true(fabs(box_score(rows + 2, 2, BOX_APART, 10000) - 6000.0 / 5) < 1e-9);
    assert_true(fabs(box_score(rows + 4, 2, BOX_APART, 10000) - 450.0 / 5) < 1e-9);
    assert_true(box_score(rows, 1, BOX_APART, 10000) == 0);
}

static void test_ranks(void **state)
{
    const struct boxes boxes = {rows, NULL, 3, 2};
    size_t ranked[3];

    (void)state;
    assert_int_equal(boxes_rank(&boxes, BOX_SLOWEST, ranked, 3), 3);
    assert_true(ranked[0] == 0 && ranked[1] == 1 && ranked[2] == 2);
    assert_int_equal(boxes_rank(&boxes, BOX_VARIABLE, ranked, 3), 3);
    assert_true(ranked[0] == 1 && ranked[1] == 2 && ranked[2] == 0);
    assert_int_equal(boxes_rank(&boxes, BOX_APART, ranked, 3), 2);
    assert_true(ranked[0] == 1 && ranked[1] == 2);
    assert_int_equal(boxes_rank(&boxes, BOX_APART, ranked, 1), 1);
    assert_true(ranked[0] == 1);
}

static void test_ties_in_order_of_the_script(void **state)
{
    static struct five alike[] = {{5, {1, 1, 1, 1, 9}}, {5, {1, 1, 1, 1, 9}}, {5, {1, 1, 1, 1, 9}}};
    const struct boxes boxes = {alike, NULL, 3, 1};
    size_t ranked[2];

    (void)state;
    assert_int_equal(boxes_rank(&boxes, BOX_SLOWEST, ranked, 2), 2);
    assert_true(ranked[0] == 0 && ranked[1] == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_five),
        cmocka_unit_test(test_differ),
        cmocka_unit_test(test_scores),
        cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_ties_in_order_of_the_script),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
