#include "tests/core/testing.h"

#include "player/limits.h"

static void test_what_is_told(void **state)
{
    static const struct {
        const char *name;
        struct limits limits;
        const char *wants[2];
        bool silent;
    } cases[] = {
        {"all is well", {1000, 2, 1000, 564, 1024, 28232, 1}, {NULL}, true},
        {"the last descriptor", {960, 1, 960, 1024, 1024, 28232, 1}, {NULL}, true},
        {"one too many",
         {961, 1, 961, 1025, 1024, 28232, 1},
         {"961 sessions at once in a worker need 1025 descriptors", "may have 1024"},
         false},
        {"two sockets a session, three workers",
         {1800, 3, 3600, 1264, 1024, 28232, 1},
         {"600 sessions at once", "1264 descriptors"},
         false},
        {"too few ports",
         {40000, 8, 40000, 5064, 20000, 28232, 1},
         {"40000 connections at once need 2 source addresses", "there is 1"},
         false},
        {"two addresses", {40000, 8, 40000, 5064, 20000, 28232, 2}, {NULL}, true},
        {"a Unix socket has none", {40000, 8, 40000, 5064, 20000, 0, 1}, {NULL}, true},
        {"both",
         {90000, 1, 90000, 90064, 20000, 28232, 2},
         {"90064 descriptors", "need 4 source"},
         false},
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
        cmocka_unit_test(test_what_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
