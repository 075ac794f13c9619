/* Times of a HAR: as they are written, and put into the order of cause and effect. */
#include "recorder/har.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "recorder/har_order.h"

static void test_times(void **state)
{
    static const struct {
        const char *text;
        int64_t want; /* 0: refused */
    } cases[] = {
        {"2026-11-21T01:48:37Z", INT64_C(1795225717000000)},
        {"2026-11-21T01:48:37", INT64_C(1795225717000000)},
        {"2026-11-21T01:48:37.9Z", INT64_C(1795225717900000)},
        {"2026-11-21T01:48:37.925Z", INT64_C(1795225717925000)},
        {"2026-11-21T01:48:37.925123456z", INT64_C(1795225717925123)},
        {"2026-11-21T02:48:37.925+01:00", INT64_C(1795225717925000)},
        {"2026-11-20T21:18:37,925-0430", INT64_C(1795225717925000)},
        {"2026-11-21", 0},
        {"2026-11-21T01:48:37 UTC", 0},
        {"2026-11-21T01:48:37+x", 0},
        {"1895-11-21T01:48:37Z", 0},
        {"", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t got = 0;
        int rc = har_time(cases[i].text, &got);

        if (rc != (cases[i].want ? 0 : -E_FORMAT) || (rc == 0 && got != cases[i].want))
            fail_msg("%s: %d, %lld", cases[i].text, rc, (long long)got);
    }
}

#define MS INT64_C(1000)

static struct har_entry entry(const char *url, int64_t begin_us, int64_t end_us, int status)
{
    static char method[] = "GET";

    return (struct har_entry){
        .method = method, .url = url, .begin_us = begin_us, .end_us = end_us, .status = status};
}

static void test_causes(void **state)
{
    struct har_message told = {.at_us = 20 * MS + 300};
    struct har_entry entries[] = {
        entry("http://a/1", 10 * MS, 15 * MS + 200, 200),
        entry("http://a/beside", 10 * MS, 10 * MS + 100, 200), /* began with the first */
        entry("http://a/2", 15 * MS, 16 * MS, 200), /* its cause ended in this millisecond */
        entry("ws://a/s", 18 * MS, 40 * MS, 101),
        entry("http://a/3", 20 * MS, 21 * MS, 200),     /* caused by what the socket said */
        entry("http://a/4", 20 * MS + 1, 21 * MS, 200), /* of a finer clock */
        entry("http://a/5", 30 * MS, 31 * MS, 200),     /* nothing came before */
    };
    struct har har = {.entries = entries, .count = sizeof(entries) / sizeof(entries[0])};
    static const int64_t want[] = {10 * MS,       10 * MS,     15 * MS + 200, 18 * MS,
                                   20 * MS + 300, 20 * MS + 1, 30 * MS};

    (void)state;
    entries[3].is_socket = true;
    entries[3].messages = &told;
    entries[3].message_count = 1;
    assert_int_equal(har_order(&har), 0);
    for (size_t i = 0; i < har.count; i++) {
        if (entries[i].begin_us != want[i])
            fail_msg("%s begins at %lld", entries[i].url, (long long)entries[i].begin_us);
    }
    assert_int_equal(entries[2].end_us, 16 * MS + 200);
}

static void test_redirects(void **state)
{
    struct har_entry entries[] = {
        entry("http://a/login", 10 * MS, 18 * MS, 303),
        entry("http://a/other", 12 * MS, 13 * MS, 200),
        entry("http://a/home/", 14 * MS, 20 * MS, 200),
    };
    struct har har = {.entries = entries, .count = 3};

    (void)state;
    assert_int_equal(headers_add(&entries[0].answer, "location", "http://a/home/#top"), 0);
    assert_int_equal(har_order(&har), 0);
    assert_int_equal(entries[0].end_us, 14 * MS);
    assert_int_equal(entries[2].begin_us, 14 * MS);
    headers_release(&entries[0].answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_times), cmocka_unit_test(test_causes),
                                       cmocka_unit_test(test_redirects)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
