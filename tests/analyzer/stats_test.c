#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/stats.h"
#include "fixture.h"

static const struct {
    const char *name;
    int64_t values[10];
    size_t count;
    double p;
    int64_t want;
} percentiles[] = {
    {"of one value, it", {7}, 1, 0.95, 7},
    {"middle of two", {10, 20}, 2, 0.5, 15},
    {"middle of three", {10, 20, 90}, 3, 0.5, 20},
    {"the least", {10, 20, 90}, 3, 0, 10},
    {"the most", {10, 20, 90}, 3, 1, 90},
    /* R: quantile(1:10 * 100, .95) is 955 */
    {"95th of ten", {100, 200, 300, 400, 500, 600, 700, 800, 900, 1000}, 10, 0.95, 955},
    /* R: quantile(c(0, 100, 1000, 10000), .25) is 75 */
    {"quarter of four", {0, 100, 1000, 10000}, 4, 0.25, 75},
};

static void test_percentiles(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(percentiles) / sizeof(percentiles[0]); i++) {
        int64_t got = percentile(percentiles[i].values, percentiles[i].count, percentiles[i].p);

        if (got != percentiles[i].want)
            fail_msg("%s: %lld", percentiles[i].name, (long long)got);
    }
}

static void test_spread_sorts(void **state)
{
    int64_t values[] = {30, 10, 20};
    struct spread none = spread_of(values, 0);
    struct spread spread = spread_of(values, 3);

    (void)state;
    assert_int_equal(none.count, 0);
    assert_int_equal(spread.count, 3);
    assert_int_equal(spread.p50_us, 20);
    assert_int_equal(spread.p95_us, 29);
    assert_int_equal(spread.max_us, 30);
    assert_int_equal(spread.mean_us, 20);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Whatever order the values come in, and however many are equal: what a sort would tell. */
static void test_spread_of_any_order(void **state)
{
    int64_t values[200];
    int64_t sorted[200];
    uint32_t random = 7;

    (void)state;
    for (size_t round = 0; round < 20000; round++) {
        size_t count = 1 + round % 200;
        int64_t most = round % 3 == 0 ? 3 : round % 3 == 1 ? 50 : 1000000;
        struct spread spread;

        for (size_t i = 0; i < count; i++) {
            random = random * 1664525 + 1013904223;
            values[i] = round % 7 == 0 ? (int64_t)i : (int64_t)(random >> 8) % most;
        }
        memcpy(sorted, values, sizeof(values));
        qsort(sorted, count, sizeof(*sorted), by_value);
        spread = spread_of(values, count);
        assert_int_equal(spread.min_us, sorted[0]);
        assert_int_equal(spread.p50_us, percentile(sorted, count, 0.50));
        assert_int_equal(spread.p90_us, percentile(sorted, count, 0.90));
        assert_int_equal(spread.p95_us, percentile(sorted, count, 0.95));
        assert_int_equal(spread.p99_us, percentile(sorted, count, 0.99));
        assert_int_equal(spread.p99_9_us, percentile(sorted, count, 0.999));
        assert_int_equal(spread.max_us, sorted[count - 1]);
    }
}

static void test_slopes(void **state)
{
    static const int64_t even[] = {5, 15, 25, 35};
    /* ranks 0 1 2, values 0 0 3: covariance 3, variance 2 */
    static const int64_t bent[] = {0, 0, 3};

    (void)state;
    assert_true(fabs(slope_by_rank(even, 4) - 10) < 1e-9);
    assert_true(fabs(slope_by_rank(bent, 3) - 1.5) < 1e-9);
    assert_true(isnan(slope_by_rank(even, 1)));
    assert_true(isnan(slope_by_rank(even, 0)));
}

/* Feeds sessions' rows into a table and computes. */
struct computed {
    struct script *script;
    struct plan plan;
    struct table table;
    struct stats stats;
};

static void compute(struct computed *c, const struct fixture_session *sessions, size_t count,
                    int64_t mark_us)
{
    struct table_builder *b;
    struct buf text;

    *c = (struct computed){.script = fixture_parse()};
    assert_non_null(c->script);
    b = table_builder_new(c->script);
    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < count; i++)
        fixture_rows(&text, &sessions[i]);
    for (char *line = strtok(text.data, "\n"); line; line = strtok(NULL, "\n")) {
        struct run_row row = {0};

        assert_int_equal(run_row_parse(&row, line), 0);
        assert_int_equal(table_add(b, &row), 0);
    }
    assert_int_equal(table_finish(b, &c->table), 0);
    assert_int_equal(plan_init(&c->plan, c->script), 0);
    assert_int_equal(stats_compute(&c->stats, &c->plan, &c->table, mark_us), 0);
    table_builder_free(b);
    buf_release(&text);
}

static void release(struct computed *c)
{
    plan_release(&c->plan);
    table_release(&c->table);
    script_free(c->script);
}

static void test_known_run(void **state)
{
    static const struct fixture_session sessions[] = {
        {0}, {.id = 1, .start_ms = 2000}, {.id = 2, .start_ms = 4000}};
    struct computed c;

    (void)state;
    compute(&c, sessions, 3, 10000000);
    assert_int_equal(c.stats.sessions, 3);
    assert_int_equal(c.stats.done, 3);
    assert_int_equal(c.stats.page_load.count, 3);
    assert_int_equal(c.stats.page_load.p50_us, 200000);
    assert_int_equal(c.stats.calculation.count, 3);
    assert_int_equal(c.stats.calculation.max_us, 600000);
    assert_int_equal(c.stats.session.p95_us, 2400000);
    assert_int_equal(c.stats.page_loads_beyond, 0);
    assert_true(fabs(c.stats.start_every_s - 2) < 1e-9);
    assert_true(fabs(c.stats.end_every_s - 2) < 1e-9);
    assert_int_equal(c.stats.ideal_us, 2400000);
    release(&c);
}

static void test_mark(void **state)
{
    static const struct fixture_session sessions[] = {
        {0}, {.id = 1, .start_ms = 2000, .stop_before = 8, .fail = "gone"}};
    struct computed c;

    (void)state;
    compute(&c, sessions, 2, 200000);
    /* The first took exactly 200 ms, which is not beyond; the second was 640 ms old and not there.
     */
    assert_int_equal(c.stats.page_loads_beyond, 1);
    assert_int_equal(c.stats.page_load.count, 1);
    release(&c);
}

static void test_lost_sessions(void **state)
{
    /* fails in the second receive of its calculation; has no end; has nothing but a start */
    static const struct fixture_session sessions[] = {
        {.stop_before = 18, .fail = "\"no answer, \"\"t\"\" is missing\""},
        {.id = 1, .start_ms = 2000, .stop_before = 13},
        {.id = 2, .start_ms = 4000, .stop_before = 1}};
    struct computed c;

    (void)state;
    compute(&c, sessions, 3, 10000000);
    assert_int_equal(c.stats.failed, 1);
    assert_int_equal(c.stats.unfinished, 2);
    assert_int_equal(c.stats.done, 0);
    assert_int_equal(c.stats.page_load.count, 2);
    assert_int_equal(c.stats.calculation.count, 0);
    assert_int_equal(c.stats.session.count, 0);
    assert_true(isnan(c.stats.end_every_s));
    assert_string_equal(c.table.sessions[0].reason, "no answer, \"t\" is missing");
    assert_int_equal(c.table.sessions[0].failed_line, 10);
    release(&c);
}

static void test_waits(void **state)
{
    static const struct {
        enum wait_kind kind;
        int start_ms;
        int end_ms;
    } want[] = {
        {WAIT_HOME, 0, 100},    {WAIT_ASSET, 110, 130},  {WAIT_START, 140, 200},
        {WAIT_START, 210, 300}, {WAIT_CALC, 1300, 1900},
    };
    static const struct fixture_session session = {0};
    struct wait waits[16];
    struct computed c;
    int64_t length_us;
    int64_t halved_us;

    (void)state;
    compute(&c, &session, 1, 1);
    assert_int_equal(waits_of_session(&c.plan, &c.table, 0, waits), 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(waits[i].kind, want[i].kind);
        assert_int_equal(waits[i].start_us, want[i].start_ms * 1000);
        assert_int_equal(waits[i].end_us, want[i].end_ms * 1000);
    }
    /* The recording tells when a message came, not when it was asked for: since the send before. */
    assert_int_equal(waits_of_script(&c.plan, waits, &length_us), 5);
    assert_int_equal(waits[4].start_us, 1300000);
    assert_int_equal(waits[4].end_us, 1900000);
    assert_int_equal(length_us, c.script->length_us);
    /* Half the think time: every wait keeps its length, the gaps between are halved. */
    c.plan.think = 0.5;
    waits_of_script(&c.plan, waits, &halved_us);
    assert_int_equal(waits[4].end_us - waits[4].start_us, 600000);
    assert_true(waits[4].start_us < 1300000);
    assert_true(halved_us < length_us && halved_us > length_us / 2);
    /* A run may claim what it likes. */
    c.plan.think = 1e300;
    waits_of_script(&c.plan, waits, &halved_us);
    assert_true(halved_us > length_us);
    assert_int_equal(waits[0].end_us - waits[0].start_us, 100000);
    release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_percentiles),         cmocka_unit_test(test_spread_sorts),
        cmocka_unit_test(test_spread_of_any_order), cmocka_unit_test(test_slopes),
        cmocka_unit_test(test_known_run),           cmocka_unit_test(test_mark),
        cmocka_unit_test(test_lost_sessions),       cmocka_unit_test(test_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
