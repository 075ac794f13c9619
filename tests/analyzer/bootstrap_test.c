#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyzer/bootstrap.h"
#include "analyzer/draws.h"
#include "analyzer/stats.h"

static struct sample sample(const int64_t *values, size_t count, size_t a_session)
{
    int64_t *copy = malloc((count + 1) * sizeof(*copy));
    struct sample out;

    for (size_t i = 0; i < count; i++)
        copy[i] = values[i];
    assert_int_equal(sample_of(&out, copy, count, a_session), 0);
    return out;
}

/* 0 .. 999, as chance has it. */
static void draw(int64_t *values, size_t count, uint64_t seed)
{
    struct draws draws = draws_from(seed);

    for (size_t i = 0; i < count; i++)
        values[i] = (int64_t)draws_below(&draws, 1000);
}

/* Of 200 samples of 100 values each, the interval holds the true median in about 95 %. */
static void test_interval_holds_the_truth(void **state)
{
    int64_t values[100];
    int held = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct sample s;
        struct interval p50;

        draw(values, 100, seed);
        s = sample(values, 100, 1);
        p50 = bootstrap_percentile(&s, AT_P50);
        held += p50.low <= 500 && p50.high >= 500;
        assert_true(p50.low <= p50.value && p50.value <= p50.high);
        assert_true(p50.value == (double)percentile(s.sorted, 100, 0.5));
        sample_release(&s);
    }
    assert_in_range(held, 185, 200);
}

/* Values that come in runs of ten are worth about a tenth. */
static void test_worth(void **state)
{
    int64_t values[200];
    struct sample alone;
    struct sample alike;
    struct sample rising;

    (void)state;
    draw(values, 200, 7);
    alone = sample(values, 200, 1);
    for (size_t i = 0; i < 200; i++)
        values[i] = values[i / 10 * 10];
    alike = sample(values, 200, 1);
    for (size_t i = 0; i < 200; i++)
        values[i] = (int64_t)i;
    rising = sample(values, 200, 1);
    assert_true(alone.worth[AT_P50] > 70);
    assert_true(alike.worth[AT_P50] < 30);
    assert_true(rising.worth[AT_P50] < 10);
    sample_release(&alone);
    sample_release(&alike);
    sample_release(&rising);
}

static void test_difference(void **state)
{
    int64_t values[100];
    struct sample a;
    struct sample b;
    struct sample c;
    struct interval d;

    (void)state;
    draw(values, 100, 1);
    a = sample(values, 100, 1);
    draw(values, 100, 2);
    b = sample(values, 100, 1);
    for (size_t i = 0; i < 100; i++)
        values[i] += 5000;
    c = sample(values, 100, 1);
    d = bootstrap_difference(&a, &b, AT_P50);
    assert_true(d.low <= 0 && d.high >= 0 && d.chance > 0.05);
    d = bootstrap_difference(&c, &b, AT_P50);
    assert_true(d.value == 5000 && d.low > 4700 && d.high < 5300 && d.chance < 1e-6);
    d = bootstrap_difference(&b, &c, AT_P95);
    assert_true(d.value == -5000 && d.high < 0);
    sample_release(&a);
    sample_release(&b);
    sample_release(&c);
}

static void test_edges(void **state)
{
    static const int64_t same[] = {42, 42, 42, 42, 42};
    struct sample s = sample(same, 5, 1);
    struct sample none = sample(same, 0, 1);
    struct interval p95 = bootstrap_percentile(&s, AT_P95);
    struct interval d = bootstrap_difference(&s, &s, AT_P95);

    (void)state;
    assert_true(p95.low == 42 && p95.value == 42 && p95.high == 42);
    assert_true(d.value == 0 && d.chance == 1);
    assert_int_equal(none.count, 0);
    sample_release(&s);
    sample_release(&none);
}

/* Worked by hand: 4 x 0.01, 3 x 0.02, 2 x 0.02 (not below the one before), 0.5. */
static void test_holm(void **state)
{
    struct chance list[] = {{0.02, 0}, {0.5, 1}, {0.01, 2}, {0.02, 3}};
    static const double want[] = {0.04, 0.06, 0.06, 0.5};
    static const size_t of[] = {2, 0, 3, 1};

    (void)state;
    chances_among_all(list, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(list[i].of, of[i]);
        assert_true(list[i].chance > want[i] - 1e-12 && list[i].chance < want[i] + 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval_holds_the_truth),
        cmocka_unit_test(test_worth),
        cmocka_unit_test(test_difference),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_holm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
