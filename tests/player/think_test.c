#include "tests/core/testing.h"

#include <math.h>

#include "player/think.h"

#define GAP INT64_C(2000000)
#define DRAWS 100000

static const struct {
    const char *text;
    double mean;      /* of a user's gaps, times the gap; 0: the text is refused */
    double deviation; /* times the mean */
} thinks[] = {
    {"1", 1, 0},
    {"0.5", 0.5, 0},
    {"0", 0, 0},
    {"lognormal:0.3", 1, 0.3069}, /* sqrt(exp(0.09) - 1) */
    {"lognormal:1", 1, 1.3108},
    {"uniform:0.5", 1, 0.2887}, /* 0.5 / sqrt(3) */
    {"exponential", 1, 1},
    {"0.5*lognormal:0.3", 0.5, 0.3069},
    {"2*exponential", 2, 1},
    {"0.5*uniform:0", 0.5, 0},
    {.text = ""},
    {.text = "fast"},
    {.text = "-1"},
    {.text = "nan"},
    {.text = "lognormal"},
    {.text = "lognormal:"},
    {.text = "lognormal:x"},
    {.text = "lognormal:4"},
    {.text = "uniform:1.5"},
    {.text = "exponential:1"},
    {.text = "0.5*"},
    {.text = "0.5lognormal:1"},
    {.text = "0.5*0.5"},
};

static bool is_refused(size_t i)
{
    return thinks[i].mean == 0 && strcmp(thinks[i].text, "0") != 0;
}

static void check_draws(const char *text, const struct think *think, double mean, double deviation)
{
    double sum = 0;
    double squares = 0;

    for (long i = 0; i < DRAWS; i++) {
        double x = (double)think_us(think, 11, i / 100, (size_t)(i % 100), true, GAP) / GAP;

        sum += x;
        squares += x * x;
    }
    sum /= DRAWS;
    squares = sqrt(fmax(0, squares / DRAWS - sum * sum));
    if (fabs(sum - mean) > 0.02 * mean || fabs(squares - deviation * mean) > 0.05 * mean)
        fail_msg("%s: mean %f, deviation %f", text, sum, squares);
}

static void test_distributions(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(thinks); i++) {
        struct error err = ERROR_NONE;
        struct think think;
        int rc = think_parse(&think, thinks[i].text, &err);

        if (rc != (is_refused(i) ? -E_USAGE : 0))
            fail_msg("'%s': %d", thinks[i].text, rc);
        if (rc == 0)
            check_draws(thinks[i].text, &think, thinks[i].mean, thinks[i].deviation);
    }
}

/* A pure function: by seed, session and step. */
static void test_drawn_once(void **state)
{
    struct error err = ERROR_NONE;
    struct think think;
    int64_t one;

    (void)state;
    assert_int_equal(think_parse(&think, "lognormal:0.3", &err), 0);
    one = think_us(&think, 1, 2, 3, true, GAP);
    assert_int_equal(think_us(&think, 1, 2, 3, true, GAP), one);
    assert_int_not_equal(think_us(&think, 2, 2, 3, true, GAP), one);
    assert_int_not_equal(think_us(&think, 1, 3, 3, true, GAP), one);
    assert_int_not_equal(think_us(&think, 1, 2, 4, true, GAP), one);
    assert_int_not_equal(think_us(&think, 1, 3, 2, true, GAP), one);
}

/* Those are stretched, not drawn. */
static void test_the_browsers_gaps(void **state)
{
    struct error err = ERROR_NONE;
    struct think think;

    (void)state;
    assert_int_equal(think_parse(&think, "0.5*exponential", &err), 0);
    for (size_t step = 0; step < 100; step++) {
        assert_int_equal(think_us(&think, 1, 2, step, false, GAP), GAP / 2);
        assert_int_equal(think_us(&think, 1, 2, step, true, THINK_LEAST_US - 2),
                         THINK_LEAST_US / 2 - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distributions),
        cmocka_unit_test(test_drawn_once),
        cmocka_unit_test(test_the_browsers_gaps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
