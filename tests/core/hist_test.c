#include "tests/core/testing.h"

#include <stdlib.h>

#include "core/hist.h"

static void test_an_empty_one(void **state)
{
    struct hist hist = {0};

    (void)state;
    assert_int_equal(hist_percentile_us(&hist, 0.5), 0);
    assert_int_equal(hist_percentile_us(&hist, 1), 0);
}

/* Not below the truth, and at most a hundredth above it. */
static void check_near(const char *name, int64_t got_us, int64_t true_us)
{
    if (got_us < true_us || (double)got_us > (double)true_us * 1.01)
        fail_msg("%s: %lld for %lld us", name, (long long)got_us, (long long)true_us);
}

static void test_every_size_of_time(void **state)
{
    (void)state;
    for (int64_t us = 1; us < INT64_C(250000000000); us = us + us / 97 + 1) {
        struct hist hist = {0};

        hist_add(&hist, us);
        hist_add(&hist, INT64_C(260000000000)); /* so that the greatest does not cap it */
        check_near("alone", hist_percentile_us(&hist, 0.5), us);
    }
}

static const struct {
    const char *name;
    double p;
    int64_t want_us; /* of 1, 2, ... 10,000 milliseconds */
} percentiles[] = {
    {"the least", 0, 1000},
    {"the first tenth", 0.1, 1000000},
    {"the middle", 0.5, 5000000},
    {"95 of a hundred", 0.95, 9500000},
    {"99 of a hundred", 0.99, 9900000},
    {"the most", 1, 10000000},
};

static void test_percentiles(void **state)
{
    struct hist hist = {0};

    (void)state;
    for (int64_t ms = 10000; ms > 0; ms--)
        hist_add(&hist, ms * 1000);
    assert_int_equal(hist.count, 10000);
    for (size_t i = 0; i < COUNT(percentiles); i++)
        check_near(percentiles[i].name, hist_percentile_us(&hist, percentiles[i].p),
                   percentiles[i].want_us);
    assert_int_equal(hist_percentile_us(&hist, 1), 10000000); /* the greatest is exact */
}

static void test_ranks(void **state)
{
    struct hist hist = {0};

    (void)state;
    assert_int_equal(hist_rank_us(&hist, 0), 0);
    for (int64_t i = 0; i < 1000; i++)
        hist_add(&hist, (i / 2) * 1000); /* each twice */
    for (int64_t i = 0; i < 1000; i++)
        assert_true(llabs(hist_rank_us(&hist, (uint64_t)i) - (i / 2) * 1000) <= (i / 2) * 8);
    assert_int_equal(hist_rank_us(&hist, 5000), 499000);
}

static void test_one_value(void **state)
{
    struct hist hist = {0};

    (void)state;
    hist_add(&hist, 123456);
    assert_int_equal(hist_percentile_us(&hist, 0), 123456);
    assert_int_equal(hist_percentile_us(&hist, 0.5), 123456);
    assert_int_equal(hist_percentile_us(&hist, 1), 123456);
}

static void test_out_of_range(void **state)
{
    struct hist hist = {0};

    (void)state;
    hist_add(&hist, -5);
    hist_add(&hist, 0);
    assert_int_equal(hist_percentile_us(&hist, 1), 0);
    hist_add(&hist, INT64_MAX); /* counted, if not told apart */
    assert_int_equal(hist.count, 3);
    assert_true(hist_percentile_us(&hist, 1) > INT64_C(3600000000));
}

static void test_merging_is_adding(void **state)
{
    struct hist all = {0};
    struct hist halves[2] = {{0}};

    (void)state;
    for (int64_t us = 1; us < 5000000; us += 777) {
        hist_add(&all, us);
        hist_add(&halves[us % 2], us);
    }
    hist_merge(&halves[0], &halves[1]);
    assert_memory_equal(&halves[0], &all, sizeof(all));
    hist_merge(&all, &(struct hist){0});
    assert_memory_equal(&halves[0], &all, sizeof(all));
}

/* What came between two moments is the histogram of what came, its greatest as near as the rest. */
static void test_a_difference(void **state)
{
    struct hist then = {0};
    struct hist now;
    struct hist between = {0};
    struct hist got;

    (void)state;
    for (int64_t us = 1; us < 5000000; us += 777)
        hist_add(&then, us);
    now = then;
    hist_since(&got, &now, &then);
    assert_memory_equal(&got, &(struct hist){0}, sizeof(got));
    for (int64_t us = 3; us < 70000; us += 555) {
        hist_add(&now, us);
        hist_add(&between, us);
    }
    hist_since(&got, &now, &then);
    assert_int_equal(got.count, between.count);
    assert_memory_equal(got.slots, between.slots, sizeof(got.slots));
    check_near("the greatest", got.max_us, between.max_us);
    check_near("the middle", hist_percentile_us(&got, 0.5), hist_percentile_us(&between, 0.5));
    hist_add(&now, INT64_C(900000000000)); /* above all slots: told as it is */
    hist_since(&got, &now, &then);
    assert_int_equal(got.max_us, INT64_C(900000000000));
}

/* A reader may look while a time is being added: counted already, in no slot yet. */
static void test_a_moment_between(void **state)
{
    struct hist hist = {.count = 1, .max_us = 40};

    (void)state;
    assert_int_equal(hist_percentile_us(&hist, 0.5), 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_one), cmocka_unit_test(test_every_size_of_time),
        cmocka_unit_test(test_percentiles),  cmocka_unit_test(test_one_value),
        cmocka_unit_test(test_out_of_range), cmocka_unit_test(test_merging_is_adding),
        cmocka_unit_test(test_a_difference), cmocka_unit_test(test_a_moment_between),
        cmocka_unit_test(test_ranks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
