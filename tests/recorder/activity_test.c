#include "recorder/activity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "recorder/limits.h"

#define S US_PER_S

static const struct {
    const char *name;
    struct activity activity;
    int64_t idle_us;
    int64_t want_us;
} cases[] = {
    {"nothing came yet", {0}, 5 * S, ACTIVITY_ON_AND_ON},
    {"a page without a socket goes on", {.last_us = S}, 0, ACTIVITY_ON_AND_ON},
    {"a page with its socket goes on", {0, 1, true, S}, 0, ACTIVITY_ON_AND_ON},
    {"its socket is closed", {0, 0, true, S}, 0, S + PAGE_GONE_US},
    {"one of two sockets is closed", {0, 1, true, S}, 0, ACTIVITY_ON_AND_ON},
    {"closed, but a reload asks", {1, 0, true, S}, 0, ACTIVITY_ON_AND_ON},
    {"idle", {.last_us = S}, 5 * S, 6 * S},
    {"idle, with a socket open", {0, 1, true, S}, 5 * S, 6 * S},
    {"idle, but somebody waits", {.unanswered = 1, .last_us = S}, 5 * S, ACTIVITY_ON_AND_ON},
    {"idle comes before gone", {0, 0, true, S}, S, 2 * S},
    {"gone comes before idle", {0, 0, true, S}, 50 * S, S + PAGE_GONE_US},
};

static void test_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (activity_end_us(&cases[i].activity, cases[i].idle_us) != cases[i].want_us)
            fail_msg("%s", cases[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_end)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
