#include "tests/core/testing.h"

#include "player/limits.h"

static void test_sessions_at_once(void **state)
{
    static const struct {
        const char *name;
        bool by_users;
        long count;
        int64_t every_us;
        int64_t length_us;
        long want;
    } cases[] = {
        {"users are there all the time", true, 7, 1000, 1, 7},
        {"all at once", false, 100, 0, 1, 100},
        {"one after the other", false, 100, 1000, 999, 1},
        {"one begins as the other ends", false, 100, 1000, 1000, 2},
        {"ten and a half", false, 100, 1000, 10500, 11},
        {"fewer than fit", false, 3, 1000, 10500, 3},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct schedule schedule = {.by_users = cases[i].by_users,
                                    .count = cases[i].count,
                                    .every_us = cases[i].every_us,
                                    .processes = 2};

        if (limits_at_once(&schedule, cases[i].length_us) != cases[i].want)
            fail_msg("%s: %ld", cases[i].name, limits_at_once(&schedule, cases[i].length_us));
    }
}

static void test_what_is_told(void **state)
{
    static const struct {
        const char *name;
        struct limits limits;
        const char *wants[2];
        bool silent;
    } cases[] = {
        {"all is well", {1000, 1, 2, 1024, 28232, 1}, {NULL}, true},
        {"the last descriptor", {960, 1, 1, 1024, 28232, 1}, {NULL}, true},
        {"one too many",
         {961, 1, 1, 1024, 28232, 1},
         {"961 sessions at once in a worker need 1025 descriptors", "may have 1024"},
         false},
        {"two sockets a session",
         {600, 2, 1, 1024, 28232, 1},
         {"600 sessions at once", "1264 descriptors"},
         false},
        {"more processes help", {1500, 1, 2, 1024, 28232, 1}, {NULL}, true},
        {"too few ports",
         {40000, 1, 8, 20000, 28232, 1},
         {"40000 connections at once need 2 source addresses", "there is 1"},
         false},
        {"two addresses", {40000, 1, 8, 20000, 28232, 2}, {NULL}, true},
        {"a Unix socket has none", {40000, 1, 8, 20000, 0, 1}, {NULL}, true},
        {"both", {90000, 1, 1, 20000, 28232, 2}, {"90064 descriptors", "need 4 source"}, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf text;

        buf_init(&text, 4096);
        assert_int_equal(limits_write(&cases[i].limits, &text), 0);
        if (cases[i].silent != !text.len)
            fail_msg("%s: %s", cases[i].name, text.data ? text.data : "");
        for (size_t k = 0; k < 2 && cases[i].wants[k]; k++) {
            if (!strstr(text.data, cases[i].wants[k]))
                fail_msg("%s: %s", cases[i].name, text.data);
        }
        buf_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sessions_at_once),
        cmocka_unit_test(test_what_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
