#include "tests/core/testing.h"

#include <sched.h>

#include "player/cpus.h"

/* What a list says; which processors there are here is no part of it. */
static const struct {
    const char *text;
    int count; /* -1: refused */
} lists[] = {
    {"0", 1},   {"0,0", 2},   {"0-0", 1},          {"", -1},      {",", -1},      {"0,", -1},
    {"0-", -1}, {"-1", -1},   {"1-0", -1},         {"0 ,0", -1},  {"x", -1},      {"0x0", -1},
    {"+0", -1}, {"0--1", -1}, {"99999999999", -1}, {"0-0-0", -1}, {"0,0-0,0", 3},
};

static void test_lists(void **state)
{
    struct cpus cpus;

    (void)state;
    for (size_t i = 0; i < COUNT(lists); i++) {
        struct error err = ERROR_NONE;
        int rc = cpus_parse(&cpus, lists[i].text, &err);

        if ((rc < 0) != (lists[i].count < 0) || (rc == 0 && cpus.count != lists[i].count))
            fail_msg("'%s': %s", lists[i].text, err.text);
        if (rc < 0)
            assert_non_null(strstr(err.text, "--cpus takes processors like 0,2 or 0-3, not '"));
    }
}

static void test_one_that_is_not_there(void **state)
{
    struct cpus cpus;
    struct error err = ERROR_NONE;

    (void)state;
    assert_int_equal(cpus_parse(&cpus, "0,1023", &err), -E_USAGE);
    assert_non_null(strstr(err.text, "there is no processor 1023 here that the player may use"));
}

static void test_pinning(void **state)
{
    struct cpus cpus;
    struct error err = ERROR_NONE;
    cpu_set_t before;
    cpu_set_t after;

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
    assert_int_equal(cpus_parse(&cpus, "0", &err), 0);
    assert_int_equal(cpus_pin(&cpus, 3, &err), 0);
    assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
    assert_int_equal(CPU_COUNT(&after), 1);
    assert_true(CPU_ISSET(0, &after));
    assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_one_that_is_not_there),
        cmocka_unit_test(test_pinning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
