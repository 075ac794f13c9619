/* Conditions as people write them: each reads back in one way; each mistake is told at its column.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/fail_if.h"

static const struct {
    const char *text;
    const char *means; /* NULL: itself */
} good[] = {
    {"page_load.p95 > 10s", NULL},
    {"page_load.p95>10s", "page_load.p95 > 10s"},
    {"  page_load . p95\t>\n10 s ", "page_load.p95 > 10s"},
    {"page_load.p95 >= 500ms", NULL},
    {"page_load.p95 < 250us", NULL},
    {"page_load.p95 <= 1.5 m", "page_load.p95 <= 90s"},
    {"page_load.p95 <= 1.5min", "page_load.p95 <= 90s"},
    {"page_load.p95 == 1h", "page_load.p95 == 3600s"},
    {"page_load.p95 != 0", "page_load.p95 != 0s"},
    {"page_load.p95 > 0.0015s", "page_load.p95 > 1500us"},
    {"page_load.p95 > 10000h", "page_load.p95 > 36000000s"},
    {"calculation.min > 1s", NULL},
    {"session.max > 60s", NULL},
    {"session.mean > 60s", NULL},
    {"session.p50 > 60s", NULL},
    {"session.p050 > 60s", "session.p50 > 60s"},
    {"session.p99.9 > 60s", NULL},
    {"session.p99.999 > 60s", NULL},
    {"session.p99.90 > 60s", "session.p99.9 > 60s"},
    {"session.p0 > 60s", NULL},
    {"session.p100 > 60s", NULL},
    {"session.count < 50", NULL},
    {"session.rate < 2", "session.rate < 2/s"},
    {"session.rate < 2.5/s", NULL},
    {"failed > 3", "failed.count > 3"},
    {"failed.count > 0", NULL},
    {"failed.rate > 5%", NULL},
    {"failed.rate > 0.05", "failed.rate > 5%"},
    {"failed.rate >= 0.1 %", "failed.rate >= 0.1%"},
    {"failed.rate > 1", "failed.rate > 100%"},
    {"lateness.p99 > 50ms", NULL},
    {"lateness.max > 1s", NULL},
    {"step[\"Set: who\"].p95 > 2s", NULL},
    {"step [ \"Set: who (2)\" ] .p95 > 2s", "step[\"Set: who (2)\"].p95 > 2s"},
    {"step[\"say \\\"hi\\\" \\\\ \\u00e9\\n\"].p95 > 2s",
     "step[\"say \\\"hi\\\" \\\\ \xc3\xa9\\n\"].p95 > 2s"},
    {"step[\"] > .p95\"].p95 > 2s", NULL},
    {"sync.page_load.p95 > 10s", NULL},
    {"pr-12/a.page_load.p95 > 10s", NULL},
    {"build[\"old/a\"].page_load.p95 > 10s", "old/a.page_load.p95 > 10s"},
    {"build[\"v1.2\"].page_load.p95 > 10s", NULL},
    {"build[\"2\"].failed > 0", "build[\"2\"].failed.count > 0"},
    {"b\xc3\xa9ta.failed > 0", "build[\"b\xc3\xa9ta\"].failed.count > 0"},
    {"build.page_load.p95 > 10s", NULL},
    {"session.page_load.p95 > 10s", NULL},
    {"failed.failed > 0", "failed.failed.count > 0"},
    {"step.step[\"a\"].max > 1s", NULL},
    {"page_load.p95 > base.page_load.p95", NULL},
    {"page_load.p95 > 1.2 * base.page_load.p95", NULL},
    {"page_load.p95 > 1.2*base.page_load.p95", "page_load.p95 > 1.2 * base.page_load.p95"},
    {"page_load.p95 > base.page_load.p95 * 1.20", "page_load.p95 > 1.2 * base.page_load.p95"},
    {"page_load.p95 > 1.0 * page_load.p50", "page_load.p95 > page_load.p50"},
    {"page_load.p95 > base.page_load.p95 + 500ms", NULL},
    {"page_load.p95 > 2s + 2 * a-b.session.p50 - 1ms",
     "page_load.p95 > 2s + 2 * a-b.session.p50 - 1ms"},
    {"page_load.p95 > a.page_load.p95-1s", "page_load.p95 > a.page_load.p95 - 1s"},
    {"failed > base.failed + 2", "failed.count > base.failed.count + 2"},
    {"failed.rate > 2 * base.failed.rate", NULL},
    {"page_load.p95 > lateness.p99", NULL},
    {"page_load.p95 > 1s+1s+1s+1s+1s+1s+1s+1s",
     "page_load.p95 > 1s + 1s + 1s + 1s + 1s + 1s + 1s + 1s"},
};

static const struct {
    const char *text;
    size_t at; /* bytes */
    const char *says;
} bad[] = {
    {"", 0, "column 1: expected a metric: page_load, calculation"},
    {"pageload.p95 > 10s", 0, "column 1: expected a metric"},
    {"sync.pageload.p95 > 10s", 5, "column 6: expected a metric"},
    {"12 > 10s", 0, "column 1: expected a metric"},
    {"page_load", 9, "column 10: expected a dot and a statistic: min, p50"},
    {"page_load > 10s", 10, "column 11: expected a dot and a statistic"},
    {"page_load.", 10, "column 11: expected a statistic: min, p50"},
    {"page_load.p > 10s", 10, "column 11: expected a statistic"},
    {"page_load.p101 > 10s", 10, "column 11: expected a statistic"},
    {"page_load.p99.9999 > 10s", 10, "column 11: expected a statistic"},
    {"page_load.median > 10s", 10, "column 11: expected a statistic"},
    {"page_load.p95x > 10s", 10, "column 11: expected a statistic"},
    {"failed.p95 > 10s", 7, "column 8: expected count or rate: nothing else is known of failed"},
    {"lateness.mean > 1s", 9, "column 10: expected p50, p95, p99 or max"},
    {"lateness.rate > 1", 9, "column 10: expected p50, p95, p99 or max"},
    {"step.p95 > 1s", 4, "column 5: expected [\"LABEL\"]"},
    {"step[Set].p95 > 1s", 5, "column 6: expected a label in double quotes"},
    {"step['Set'].p95 > 1s", 5, "column 6: expected a label in double quotes"},
    {"step[\"Set].p95 > 1s", 5, "column 6: expected a label in double quotes, with \\\""},
    {"step[\"\\q\"].p95 > 1s", 5, "column 6: expected a label in double quotes, with \\\""},
    {"step[\"\\u0000\"].p95 > 1s", 5, "column 6: expected a label in double quotes"},
    {"step[\"Set\".p95 > 1s", 10, "column 11: expected ]"},
    {"build[\"a\"] > 1s", 11, "column 12: expected a dot and a metric"},
    {"build[\"a\"].x > 1s", 11, "column 12: expected a metric"},
    {"page_load.p95", 13, "column 14: expected >, >=, <, <=, == or !="},
    {"page_load.p95 = 10s", 14, "column 15: expected >, >=, <, <=, == or !="},
    {"page_load.p95 => 10s", 14, "column 15: expected >, >="},
    {"page_load.p95 >", 15, "column 16: expected a time, as 10s or 500ms, or BUILD.page_load.p95"},
    {"page_load.p95 > ten", 16, "column 17: expected a metric"},
    {"page_load.p95 > -1s", 16, "column 17: expected a time, as 10s"},
    {"page_load.p95 > 10", 18, "column 19: expected the unit of a time: us, ms, s, m or h"},
    {"page_load.p95 > 10 sec", 19, "column 20: expected the unit of a time"},
    {"page_load.p95 > 5%", 16, "column 17: expected a time"},
    {"page_load.p95 > 0.5us", 16, "column 17: expected a time"},
    {"page_load.p95 > 10001h", 16, "column 17: expected a time"},
    {"page_load.p95 > 1234567890123456s", 16, "column 17: expected a number of 15 digits"},
    {"page_load.p95 > 10s 5", 20, "column 21: expected +, - or the end of the condition"},
    {"page_load.p95 > 10s > 5s", 20, "column 21: expected +, - or the end"},
    {"page_load.p95 > 1.2 *", 21, "column 22: expected a time"},
    {"page_load.p95 > 2 * 10s", 20, "column 21: expected a time"},
    {"page_load.p95 > 0.0000001 * base.page_load.p95", 16, "column 17: expected a factor"},
    {"page_load.p95 > base.page_load.p95 * x", 37, "column 38: expected a factor"},
    {"page_load.p95 > base.failed", 16, "column 17: expected a time, as 10s or 500ms, or BUILD."},
    {"page_load.p95 > 10s +", 21, "column 22: expected a time"},
    {"page_load.p95 > 1s+1s+1s+1s+1s+1s+1s+1s+1s", 40, "column 41: expected 8 parts at most"},
    {"failed > 10s", 9, "column 10: expected a whole number, as 3, or BUILD.failed.count"},
    {"failed > 1.5", 9, "column 10: expected a whole number"},
    {"failed > 5%", 9, "column 10: expected a whole number"},
    {"failed.rate > 5", 14, "column 15: expected a share, as 5% or 0.05"},
    {"failed.rate > 5s", 14, "column 15: expected a share, as 5% or 0.05"},
    {"session.rate < 5 apples", 17, "column 18: expected a number a second, as 12.5"},
    {"step[\"a\"].p95 > 3", 17, "column 18: expected the unit of a time"},
    {"b\xc3\xa9ta.failed > x", 15, "column 15: expected a metric"},
    {"page_load.p95 > 1\xff", 17, "column 18: expected UTF-8"},
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        const char *want = good[i].means ? good[i].means : good[i].text;
        struct error err = ERROR_NONE;
        struct fail_if condition;
        struct buf text;
        size_t at;

        buf_init(&text, 1000);
        if (fail_if_parse(&condition, good[i].text, &at, &err) < 0)
            fail_msg("%s: %s", good[i].text, err.text);
        fail_if_print(&text, &condition);
        if (strcmp(text.data, want) != 0)
            fail_msg("%s is %s", good[i].text, text.data);
        buf_release(&text);
        fail_if_release(&condition);
    }
}

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct error err = ERROR_NONE;
        struct fail_if condition;
        size_t at;

        if (fail_if_parse(&condition, bad[i].text, &at, &err) != -E_USAGE)
            fail_msg("%s: was read", bad[i].text);
        if (at != bad[i].at || strncmp(err.text, bad[i].says, strlen(bad[i].says)) != 0)
            fail_msg("%s: byte %zu, %s", bad[i].text, at, err.text);
    }
}

static void test_numbers(void **state)
{
    struct fail_if condition;
    size_t at;

    (void)state;
    assert_int_equal(
        fail_if_parse(&condition, "page_load.p99.9 > 1.25 * b.page_load.p50 + 1.5ms", &at, NULL),
        0);
    assert_int_equal(condition.left.percentile, 99900);
    assert_int_equal(condition.op, OP_ABOVE);
    assert_int_equal(condition.unit, UNIT_TIME);
    assert_int_equal(condition.count, 2);
    assert_int_equal(condition.terms[0].factor, 1250000);
    assert_string_equal(condition.terms[0].value.build, "b");
    assert_int_equal(condition.terms[1].number, 1500);
    fail_if_release(&condition);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
