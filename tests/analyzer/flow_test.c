#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/flow.h"
#include "core/units.h"
#include "drawn.h"
#include "fixture.h"
#include "tests/core/dialects.h"

static const struct {
    const char *name;
    int64_t span_us;
    size_t sessions;
    size_t most;
    int64_t every_us;
} lengths[] = {
    {"fifty in a minute", 55 * US_PER_S, 50, 50, 5 * US_PER_S},
    {"ten thousand in a minute", 60 * US_PER_S, 10000, 60, US_PER_S},
    {"ten thousand in two hours", 7200 * US_PER_S, 10000, 150, 60 * US_PER_S},
    {"a hundred in a second", US_PER_S, 100, 50, 100 * US_PER_MS},
    {"three in six seconds", 6400 * US_PER_MS, 3, 50, US_PER_S},
    {"one", 3 * US_PER_S, 1, 50, 500 * US_PER_MS},
    {"none", 1, 0, 50, US_PER_MS},
    {"no room", 60 * US_PER_S, 1000, 0, 60 * US_PER_S},
    {"a month", INT64_C(2592000) * US_PER_S, 1000000, 20, 2 * 86400 * US_PER_S},
};

static void test_lengths(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        int64_t us = flow_every_us(lengths[i].span_us, lengths[i].sessions, lengths[i].most);

        if (us != lengths[i].every_us)
            fail_msg("%s: every %lld us", lengths[i].name, (long long)us);
    }
}

/* Sessions start at 0, 2 and 4 s and take 2.4 s: see fixture.h. */
static const uint32_t known[FLOW_KINDS][7] = {
    [FLOW_STARTED] = {1, 0, 1, 0, 1, 0, 0},  [FLOW_FINISHED] = {0, 0, 1, 0, 1, 0, 1},
    [FLOW_FAILED] = {0, 0, 0, 0, 0, 0, 0},   [FLOW_REQUESTS] = {2, 0, 2, 0, 2, 0, 0},
    [FLOW_MESSAGES] = {2, 3, 2, 3, 2, 3, 0},
};

static void test_counts(void **state)
{
    struct drawn *d = drawn_new();
    struct flow flow;

    (void)state;
    fixture_run(d->dir, "good", 3);
    drawn_load(d, 0, "good", "good", US_PER_S);
    assert_int_equal(flow_compute(&flow, &d->builds[0].table, d->builds[0].script, US_PER_S), 0);
    assert_int_equal(flow.count, 7);
    for (int what = 0; what < FLOW_KINDS; what++)
        assert_memory_equal(flow.counts[what], known[what], sizeof(known[what]));
    assert_int_equal(flow.totals[FLOW_MESSAGES], 15);
    assert_true(flow_most(&flow, FLOW_MESSAGES) == 3);
    flow_release(&flow);
    assert_int_equal(flow_compute(&flow, &d->builds[0].table, d->builds[0].script, 500000), 0);
    assert_true(flow_rate(&flow, FLOW_REQUESTS, 0) == 4); /* a second */
    flow_release(&flow);
    drawn_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_counts),
    };

    shipped("plain");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
