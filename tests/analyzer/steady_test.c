/* Which sessions count: windows worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/steady.h"

#define SESSIONS_MOST 8

struct case_session {
    long user;
    int64_t start_us;
    int64_t end_us;
};

static const struct {
    const char *name;
    bool all;
    struct case_session
        sessions[SESSIONS_MOST]; /* in order of start; those that end at 0 are none */
    const char *counted;         /* a session: x or . */
    bool used;
    bool missed;
    int64_t from_us;
    int64_t to_us;
} cases[] = {
    {"a session a user: there is no steady state",
     false,
     {{0, 0, 10}, {1, 5, 15}, {2, 10, 20}},
     "xxx",
     false,
     false,
     0,
     0},
    {"one alone", false, {{0, 0, 10}}, "x", false, false, 0, 0},
    {"nobody", false, {{0, 0, 0}}, "", false, false, 0, 0},
    {"one user after another session",
     false,
     {{0, 0, 10}, {0, 10, 20}, {0, 20, 30}},
     "xxx",
     true,
     false,
     0,
     30},
    /*   user 0: 0-10 10-20 20-30 30-40    user 1: 5-15 15-25 25-38
     *   everybody is there from 5 (user 1 begins) to 38 (user 1 has ended) */
    {"two users",
     false,
     {{0, 0, 10}, {1, 5, 15}, {0, 10, 20}, {1, 15, 25}, {0, 20, 30}, {1, 25, 38}, {0, 30, 40}},
     ".xxxxx.",
     true,
     false,
     5,
     38},
    {"the same, all asked for",
     true,
     {{0, 0, 10}, {1, 5, 15}, {0, 10, 20}, {1, 15, 25}, {0, 20, 30}, {1, 25, 38}, {0, 30, 40}},
     "xxxxxxx",
     false,
     false,
     0,
     0},
    {"what begins and ends on the edges is inside",
     false,
     {{0, 0, 10}, {1, 10, 20}, {0, 10, 20}, {1, 20, 30}, {0, 20, 30}},
     ".xxxx",
     true,
     false,
     10,
     30},
    {"one began when the other had gone",
     false,
     {{0, 0, 10}, {0, 10, 20}, {1, 25, 35}, {1, 35, 45}},
     "xxxx",
     false,
     true,
     0,
     0},
    {"sessions are longer than the time in which both were there",
     false,
     {{0, 0, 10}, {0, 10, 40}, {1, 15, 45}},
     "xxx",
     false,
     true,
     0,
     0},
    {"a user who fails at once ends the steady state",
     false,
     {{0, 0, 10}, {1, 1, 2}, {0, 10, 20}, {0, 20, 30}},
     ".x..",
     true,
     false,
     1,
     2},
    {"users of any number",
     false,
     {{-7, 0, 10}, {1L << 40, 2, 9}, {1L << 40, 9, 12}, {-7, 10, 20}},
     ".xx.",
     true,
     false,
     2,
     12},
};

static size_t fill(struct session *out, const struct case_session *from)
{
    size_t count = 0;

    while (count < SESSIONS_MOST && from[count].end_us) {
        out[count] = (struct session){.id = (long)count,
                                      .user = from[count].user,
                                      .start_us = from[count].start_us,
                                      .end_us = from[count].end_us};
        count++;
    }
    return count;
}

static void test_windows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct session sessions[SESSIONS_MOST];
        struct table table = {.sessions = sessions,
                              .session_count = fill(sessions, cases[i].sessions)};
        char counted[SESSIONS_MOST + 1] = "";
        size_t count = 0;
        struct steady steady;

        assert_int_equal(steady_select(&steady, &table, cases[i].all), 0);
        for (size_t s = 0; s < table.session_count; s++) {
            counted[s] = sessions[s].counted ? 'x' : '.';
            count += sessions[s].counted;
        }
        if (strcmp(counted, cases[i].counted) != 0)
            fail_msg("%s: %s count, not %s", cases[i].name, counted, cases[i].counted);
        if (steady.used != cases[i].used || steady.missed != cases[i].missed ||
            steady.from_us != cases[i].from_us || steady.to_us != cases[i].to_us ||
            steady.sessions != count)
            fail_msg("%s: used %d, missed %d, %ld to %ld, %zu", cases[i].name, steady.used,
                     steady.missed, (long)steady.from_us, (long)steady.to_us, steady.sessions);
    }
}

/* A million sessions of a thousand users, all of them at any time: those of the two edges do not
 * count. */
static void test_many(void **state)
{
    const long users = 1000;
    const size_t count = 1000000;
    struct session *sessions = calloc(count, sizeof(*sessions));
    struct table table = {.sessions = sessions, .session_count = count};
    struct steady steady;

    (void)state;
    for (size_t i = 0; i < count; i++)
        sessions[i] = (struct session){
            .user = (long)i % users, .start_us = (int64_t)i, .end_us = (int64_t)i + users};
    assert_int_equal(steady_select(&steady, &table, false), 0);
    assert_true(steady.used);
    /* From the start of user 999's first to the end of user 0's last. */
    assert_int_equal(steady.from_us, 999);
    assert_int_equal(steady.to_us, 1000000);
    assert_int_equal(steady.sessions, 1000000 - 999 - 999);
    free(sessions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
