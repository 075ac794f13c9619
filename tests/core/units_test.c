#include "tests/core/testing.h"

#include "core/error.h"
#include "core/units.h"

#define BAD INT64_C(-1)

static const struct {
    const char *text;
    int64_t want_us;
} durations[] = {
    {"250us", 250},
    {"500ms", 500000},
    {"5s", 5000000},
    {"2m", 120000000},
    {"1.5h", INT64_C(5400000000)},
    {".5s", 500000},
    {"0", 0},
    {"0s", 0},
    {"0.0000001s", 0},
    {"0.0000006s", 1},
    {"1e3ms", 1000000},
    {"10000h", INT64_C(36000000000000)},
    {"10001h", BAD},
    {"1e300s", BAD},
    {"1e999s", BAD},
    {"5", BAD},
    {"5 s", BAD},
    {" 5s", BAD},
    {"-5s", BAD},
    {"+5s", BAD},
    {"", BAD},
    {".", BAD},
    {"s", BAD},
    {"inf", BAD},
    {"nans", BAD},
    {"5d", BAD},
    {"5sec", BAD},
    {"5ss", BAD},
};

static void test_durations(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(durations); i++) {
        int64_t us = BAD;
        int rc = duration_parse(durations[i].text, &us);

        if (rc != (durations[i].want_us == BAD ? -E_FORMAT : 0) || us != durations[i].want_us)
            fail_msg("'%s': %d, %lld us", durations[i].text, rc, (long long)us);
    }
}

static const struct {
    int64_t us;
    const char *want;
} formats[] = {
    {0, "0 us"},
    {850, "850 us"},
    {999, "999 us"},
    {1000, "1 ms"},
    {12300, "12.3 ms"},
    {999499, "999 ms"},
    {999999, "1 s"},
    {1000000, "1 s"},
    {4560000, "4.56 s"},
    {59900000, "59.9 s"},
    {60000000, "1 m 00 s"},
    {125000000, "2 m 05 s"},
    {INT64_C(3599999999), "59 m 59 s"},
    {INT64_C(3600000000), "1 h 00 m"},
    {INT64_C(3720000000), "1 h 02 m"},
    {INT64_C(36000000000000), "10000 h 00 m"},
};

static void test_formats(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(formats); i++) {
        char out[DURATION_TEXT];

        if (strcmp(duration_format(formats[i].us, out, sizeof(out)), formats[i].want) != 0)
            fail_msg("%lld us: '%s', not '%s'", (long long)formats[i].us, out, formats[i].want);
    }
}

static const struct {
    const char *name;
    const char *text;
    int64_t want_us;
} times[] = {
    {"as shinyloadtest writes it", "2026-11-21T00:33:32.723Z", INT64_C(1795221212723000)},
    {"no decimals", "2026-11-21T00:33:32Z", INT64_C(1795221212000000)},
    {"microseconds", "2026-11-21T00:33:32.723456Z", INT64_C(1795221212723456)},
    {"nanoseconds are cut", "2026-11-21T00:33:32.723456999Z", INT64_C(1795221212723456)},
    {"the beginning", "1970-01-01T00:00:00.000Z", 0},
    {"the last there is", "9999-12-31T23:59:59.999Z", INT64_C(253402300799999000)},
    {"a leap day", "2024-02-29T00:00:00Z", INT64_C(1709164800000000)},
    {"a leap second", "2016-12-31T23:59:60Z", INT64_C(1483228800000000)},
    {"before the beginning", "1969-12-31T23:59:59.500Z", BAD},
    {"beyond four digits of year", "9999-12-31T23:59:60Z", BAD},
    {"no zone", "2026-11-21T00:33:32.723", BAD},
    {"an offset", "2026-11-21T00:33:32.723+01:00", BAD},
    {"a space for the T", "2026-11-21 00:33:32.723Z", BAD},
    {"no such month", "2026-13-21T00:33:32Z", BAD},
    {"something behind it", "2026-11-21T00:33:32Z ", BAD},
    {"torn", "2026-11-21T00:3", BAD},
    {"nothing", "", BAD},
};

static void test_utc(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(times); i++) {
        int64_t us = BAD;
        int rc = utc_parse(times[i].text, &us);

        if (rc != (times[i].want_us == BAD ? -E_FORMAT : 0) || us != times[i].want_us)
            fail_msg("%s: %d, %lld us", times[i].name, rc, (long long)us);
    }
}

static void test_utc_is_written_with_milliseconds(void **state)
{
    char text[UTC_TEXT];

    (void)state;
    assert_string_equal(utc_format(INT64_C(1795221212723456), text), "2026-11-21T00:33:32.723Z");
    assert_string_equal(utc_format(0, text), "1970-01-01T00:00:00.000Z");
    assert_string_equal(utc_format(INT64_C(253402300799999000), text), "9999-12-31T23:59:59.999Z");
}

static void test_the_monotonic_clock_does_not_go_back(void **state)
{
    int64_t before = clock_monotonic_us();

    (void)state;
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_monotonic_us();

        assert_true(now >= before);
        before = now;
    }
    assert_true(clock_wall_us() > INT64_C(1700000000) * US_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_utc),
        cmocka_unit_test(test_utc_is_written_with_milliseconds),
        cmocka_unit_test(test_the_monotonic_clock_does_not_go_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
