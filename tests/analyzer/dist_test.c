#include "tests/core/testing.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/dist.h"

static const struct {
    const char *name;
    size_t count;
    int64_t step; /* value i is (i * step) modulo `most` */
    int64_t most;
    int64_t least; /* added to each */
} sorts[] = {
    {"none", 0, 1, 1, 0},
    {"one", 1, 1, 1, 7},
    {"few", 100, 37, 101, 0},
    {"many", 50000, 7919, 50021, 0},
    {"of one digit", 5000, 17, 2000, 0},
    {"of days", 5000, INT64_C(987654321987), INT64_C(300000000000), 0},
    {"below nothing", 5000, 17, 4999, -2000},
    {"all equal", 5000, 0, 1, 5},
    {"the greatest there are", 5000, INT64_C(1) << 49, INT64_MAX, 0},
};

static int64_t *values_of(size_t row)
{
    int64_t *values = malloc((sorts[row].count + 1) * sizeof(*values));

    for (size_t i = 0; i < sorts[row].count; i++)
        values[i] = (int64_t)((uint64_t)i * (uint64_t)sorts[row].step % (uint64_t)sorts[row].most) +
                    sorts[row].least;
    return values;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void test_sorting(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sorts); i++) {
        int64_t *values = values_of(i);
        int64_t *want = values_of(i);

        print_message("%s\n", sorts[i].name);
        sort_times(values, sorts[i].count);
        qsort(want, sorts[i].count, sizeof(*want), by_value);
        assert_memory_equal(values, want, sorts[i].count * sizeof(*want));
        free(values);
        free(want);
    }
}

static void check_near(int64_t got, int64_t want)
{
    if (llabs(got - want) > 1 && fabs((double)(got - want)) > (double)want * 0.008)
        fail_msg("%lld for %lld", (long long)got, (long long)want);
}

/* A histogram says what the values say, to 0.8 %: also of few, between the ranks. */
static void test_a_histogram_is_near(void **state)
{
    static const size_t counts[] = {1, 2, 3, 10, 99, 5000};

    (void)state;
    for (size_t i = 0; i < COUNT(counts); i++) {
        int64_t *values = malloc(counts[i] * sizeof(*values));
        struct dist exact;
        struct dist near = {0};

        for (size_t k = 0; k < counts[i]; k++) {
            values[k] = (int64_t)((k + 1) * (k + 3) * 997);
            assert_int_equal(dist_add(&near, values[k]), 0);
        }
        dist_of_values(&exact, values, counts[i]);
        for (int p = 0; p <= 1000; p++)
            check_near(dist_at(&near, p / 1000.0), dist_at(&exact, p / 1000.0));
        assert_int_equal(near.min_us, exact.min_us);
        assert_int_equal(near.max_us, exact.max_us);
        assert_int_equal(near.count, exact.count);
        assert_true(near.mean_us > exact.mean_us - 1 && near.mean_us < exact.mean_us + 1);
        dist_release(&exact);
        dist_release(&near);
    }
}

static void test_a_spread_and_a_copy(void **state)
{
    struct dist dist = {0};
    struct dist copy;

    (void)state;
    assert_int_equal(dist_spread(&dist).count, 0);
    for (int64_t ms = 1; ms <= 100; ms++)
        assert_int_equal(dist_add(&dist, ms * 1000), 0);
    assert_int_equal(dist_copy(&copy, &dist), 0);
    dist_release(&dist);
    assert_int_equal(dist_spread(&copy).count, 100);
    assert_int_equal(dist_spread(&copy).min_us, 1000);
    assert_int_equal(dist_spread(&copy).mean_us, 50500);
    assert_int_equal(dist_spread(&copy).max_us, 100000);
    check_near(dist_spread(&copy).p95_us, 95050);
    dist_release(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorting),
        cmocka_unit_test(test_a_histogram_is_near),
        cmocka_unit_test(test_a_spread_and_a_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
