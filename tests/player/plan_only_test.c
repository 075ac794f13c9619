#include "tests/core/testing.h"

#include <math.h>

#include "player/plan_only.h"

#define S(n) (INT64_C(1000000) * (n))

/* 10 s, a page of 1000 bytes, a socket, two sends and an answer of 6 bytes. */
#define LINE(type, at, rest)                                                                       \
    "{\"type\":\"" type "\",\"begin\":\"2026-11-21T00:00:" at ".000Z\"" rest "}\n"
#define TEXT                                                                                       \
    "# version: 1\n" LINE("REQ_HOME", "00", ",\"status\":200,\"url\":\"/\",\"bytes\":1000")        \
        LINE("WS_OPEN", "01", ",\"url\":\"/ws\"") LINE("WS_SEND", "02", ",\"message\":\"a\"")      \
            LINE("WS_RECV", "03", ",\"message\":\"answer\"")                                       \
                LINE("WS_SEND", "10", ",\"message\":\"b\"")

static struct role role = {.path = "a,b.log"};
static struct script_choice choice = {.weight = 1};

static struct play play_of(long count, int64_t every_us)
{
    struct play play = {
        .roles = &role,
        .role_count = 1,
        .options = {.scripts = &choice, .script_count = 1, .think = 1, .thinking = {.factor = 1}},
        .seed = 7,
        .schedule = {.count = count, .every_us = every_us, .processes = 2}};
    struct error err = ERROR_NONE;

    if (!role.script)
        assert_int_equal(script_parse(&role.script, "s.log", TEXT, strlen(TEXT), &err), 0);
    return play;
}

static const struct {
    const char *name;
    long count;
    int64_t every_us;
    bool by_users;
    double think;
    long at_once;
} rows[] = {
    {"one", 1, S(5), false, 1, 1},
    {"all at once", 50, 0, false, 1, 50},
    {"one ends as the next begins", 50, S(10), false, 1, 1},
    {"ten overlap", 50, S(1), false, 1, 10},
    {"fewer when they think less", 50, S(1), false, 0.5, 5},
    {"users all stay", 50, S(100), true, 1, 50},
};

static void test_loads(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct play play = play_of(rows[i].count, rows[i].every_us);
        struct plan_load load;
        double crowd = (double)rows[i].at_once / (10 * rows[i].think);

        play.schedule.by_users = rows[i].by_users;
        play.options.think = play.options.thinking.factor = rows[i].think;
        assert_int_equal(plan_load(&play, &load), 0);
        if (load.at_once != rows[i].at_once || load.connections != rows[i].at_once)
            fail_msg("%s: %ld at once", rows[i].name, load.at_once);
        if (fabs(load.requests_per_s - 2 * crowd) > 1e-9 ||
            fabs(load.sends_per_s - 2 * crowd) > 1e-9 ||
            fabs(load.bytes_per_s - 1006 * crowd) > 1e-6)
            fail_msg("%s: %f %f %f", rows[i].name, load.requests_per_s, load.sends_per_s,
                     load.bytes_per_s);
    }
}

static void test_text(void **state)
{
    struct play play = play_of(3, 2500000);
    struct users table = {.rows = 3, .columns = 1};
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    play.tables = &table;
    play.options.data.count = 1;
    play.options.data_by_session = true;
    assert_int_equal(plan_only_print(&play, out), 0);
    fclose(out);
    assert_non_null(strstr(text, "# 3 sessions by 2 processes, none begins after 5 s; seed 7\n"));
    assert_string_equal(strstr(text, "session,user"),
                        "session,user,start,process,script,data_row,source\n"
                        "0,0,0.000000,0,\"a,b.log\",1,\n"
                        "1,1,2.500000,1,\"a,b.log\",2,\n"
                        "2,2,5.000000,0,\"a,b.log\",3,\n");
    free(text);
}

static const struct {
    long sessions;
    int64_t every_us;
    const char *want;
} peaks[] = {
    {1, 1, "# at the peak 0.20 requests, 0.20 messages sent and 101 bytes received a second\n"},
    {60, 1, "# at the peak 12.0 requests, 12.0 messages sent and 6.0 kB received a second\n"},
    {20000, 1, "# at the peak 4000 requests, 4000 messages sent and 2.0 MB received a second\n"},
};

static void test_peaks(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(peaks); i++) {
        struct play play = play_of(peaks[i].sessions, peaks[i].every_us);
        char *text = NULL;
        size_t len = 0;
        FILE *out = open_memstream(&text, &len);

        assert_int_equal(plan_only_print(&play, out), 0);
        fclose(out);
        if (!strstr(text, peaks[i].want))
            fail_msg("%.400s", text);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loads),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_peaks),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);

    script_free(role.script);
    return rc;
}
