#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/plot.h"
#include "core/units.h"

static const struct {
    const char *name;
    int64_t least_us;
    int64_t most_us;
    const char *first; /* the texts of its ends */
    const char *last;
    size_t ticks;
} logs[] = {
    {"within a decade", 120000, 900000, "100 ms", "1 s", 4},
    {"ends on marks", 1000, 1000000, "1 ms", "1 s", 10},
    {"many decades: theirs alone", 1, 3600 * US_PER_S, "1 us", "1 h", 11},
    {"of minutes", 50 * US_PER_S, 100 * US_PER_S, "20 s", "2 m", 3},
    {"all alike", 5000, 5000, "5 ms", "10 ms", 2},
    {"nothing", 0, 0, "1 us", "2 us", 2},
};

static void test_log(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
        struct ruler r = ruler_time_log("x", logs[i].least_us, logs[i].most_us);

        if (r.tick_count != logs[i].ticks || strcmp(r.ticks[0].text, logs[i].first) != 0 ||
            strcmp(r.ticks[r.tick_count - 1].text, logs[i].last) != 0)
            fail_msg("%s: %zu from %s to %s", logs[i].name, r.tick_count, r.ticks[0].text,
                     r.ticks[r.tick_count - 1].text);
    }
}

static void test_values_to_pixels(void **state)
{
    struct ruler r = ruler_time_log("x", 1000, 100000);

    (void)state;
    plot_rule((struct box){100, 0, 200, 50}, &r, NULL);
    assert_true(fabs(ruler_at(&r, 1000) - 100) < 1e-9);
    assert_true(fabs(ruler_at(&r, 10000) - 200) < 1e-9);
    assert_true(fabs(ruler_at(&r, 100000) - 300) < 1e-9);
    assert_true(fabs(ruler_at(&r, 0) - 100) < 1e-9);
    assert_true(fabs(ruler_at(&r, 1e9) - 300) < 1e-9);
}

static void test_either(void **state)
{
    (void)state;
    assert_false(ruler_time_either("x", 100, 9999, 5).log);
    assert_true(ruler_time_either("x", 100, 10000, 5).log);
    assert_false(ruler_time_either("x", 0, 10000, 5).log);
    assert_true(ruler_time_either("x", 100, 5000, 5).most > 5000);
}

/* There is no session 0.4. */
static void test_whole(void **state)
{
    struct ruler few = ruler_whole("sessions", 2, 9);
    struct ruler many = ruler_whole("sessions", 100, 9);

    (void)state;
    assert_int_equal(few.tick_count, 3);
    assert_string_equal(few.ticks[1].text, "1");
    assert_true(many.ticks[1].at > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_values_to_pixels),
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_either),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
