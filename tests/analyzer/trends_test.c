#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/trends.h"

#define SURE(us)                                                                                   \
    {                                                                                              \
        .count = 50, .slope = us, .low = (us)-5, .high = (us) + 5                                  \
    }
#define UNSURE(us)                                                                                 \
    {                                                                                              \
        .count = 5, .slope = us, .low = -INFINITY, .high = INFINITY                                \
    }
#define NONE                                                                                       \
    {                                                                                              \
        .slope = NAN, .low = -INFINITY, .high = INFINITY                                           \
    }

static struct fit rows[] = {
    UNSURE(9000), NONE,         /* steep by chance */
    SURE(100),    SURE(700),    /* the steeper build counts */
    SURE(-4000),  SURE(-6),     /* it gets faster */
    NONE,         SURE(1200),   /* in one build only */
    SURE(4),      UNSURE(8000), /* flat, as far as one can tell */
};

static void test_steepest_first(void **state)
{
    const struct trends trends = {rows, NULL, 5, 2};
    static const size_t want[] = {3, 1, 0, 2, 4};
    size_t ranked[5];

    (void)state;
    assert_true(trend_steepness(&rows[2], 2) == 700);
    assert_true(trend_steepness(&rows[0], 2) == 0);
    assert_true(trend_steepness(&rows[4], 2) == 0);
    assert_true(trend_steepness(&rows[8], 2) == 0);
    assert_int_equal(trends_rank(&trends, ranked, 5), 5);
    assert_memory_equal(ranked, want, sizeof(want));
    assert_int_equal(trends_rank(&trends, ranked, 2), 2);
    assert_memory_equal(ranked, want, 2 * sizeof(*want));
}

static const struct {
    struct fit fit;
    const char *text;
} texts[] = {
    {SURE(42300), "+42 ms"},
    {SURE(345678), "+350 ms"},
    {SURE(-3100), "\u22123.1 ms"},
    {SURE(12), "+12 us"},
    {UNSURE(9000), "no trend"},
    {NONE, "no trend"},
    {{.count = 9000, .slope = 0.2, .low = 0.1, .high = 0.3}, "no trend"},
};

static void test_in_words(void **state)
{
    char out[TREND_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_string_equal(trend_format(&texts[i].fit, out), texts[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steepest_first),
        cmocka_unit_test(test_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
