#include "tests/core/testing.h"

#include "player/aborting.h"

#define S(n) (INT64_C(1000000) * (n))

static const struct {
    const char *name;
    const char *text;
    uint64_t done;
    uint64_t failed;
    int64_t elapsed_us;
    bool want;
    const char *why;
} rows[] = {
    {"never", NULL, 0, 9999, S(9999), false, ""},
    {"too few", "20", 0, 19, 0, false, ""},
    {"enough", "20", 500, 20, 0, true, "20 sessions failed"},
    {"a share of few", "10%", 0, 19, 0, false, ""},
    {"a share", "10%", 18, 2, 0, true, "2 of 20 sessions failed"},
    {"a smaller share", "10%", 19, 1, 0, false, ""},
    {"any failure at all", "0%", 30, 1, 0, true, "1 of 31"},
    {"no failure", "0%", 30, 0, 0, false, ""},
    {"not yet", "30m", 0, 0, S(1800) - 1, false, ""},
    {"now", "30m", 0, 0, S(1800), true, "30 m 00 s have passed"},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err = ERROR_NONE;
        struct abort_rule rule;
        char why[200] = "";

        assert_int_equal(abort_parse(&rule, rows[i].text, &err), 0);
        if (abort_decide(&rule, rows[i].done, rows[i].failed, rows[i].elapsed_us, why,
                         sizeof(why)) != rows[i].want)
            fail_msg("%s", rows[i].name);
        if (rows[i].want && !strstr(why, rows[i].why))
            fail_msg("%s: '%s'", rows[i].name, why);
    }
}

static void test_refused(void **state)
{
    static const char *const texts[] = {"",    "0",   "-1",    "x",   "10 %", "101%",
                                        "1.5", "1e3", "0x10%", "30q", "0s",   "%"};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct error err = ERROR_NONE;
        struct abort_rule rule;

        if (abort_parse(&rule, texts[i], &err) != -E_USAGE)
            fail_msg("'%s' is taken", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
