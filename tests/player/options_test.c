#include "tests/core/testing.h"

#include "player/options.h"

#define WORDS 10

static int parse(const char *const *words, char **argv, struct play_options *o, struct error *err)
{
    int n = 0;

    argv[0] = (char *)"stretto play";
    for (; n < WORDS && words[n]; n++)
        argv[n + 1] = (char *)words[n];
    argv[n + 1] = NULL;
    return play_options_parse(o, n + 1, argv, err);
}

static void test_the_story(void **state)
{
    const char *words[WORDS] = {"s.log",      "http://a", "--sessions", "50",
                                "--every=5s", "-o",       "runs/x"};
    struct error err = ERROR_NONE;
    char *argv[WORDS + 2];
    struct play_options o;

    (void)state;
    assert_int_equal(parse(words, argv, &o, &err), OPTS_RUN);
    assert_int_equal(o.script_count, 1);
    assert_string_equal(o.scripts[0].path, "s.log");
    assert_int_equal(o.seed, -1);
    assert_true(o.max_rate == 0);
    assert_string_equal(o.url, "http://a");
    assert_string_equal(o.dir, "runs/x");
    assert_int_equal(o.sessions, 50);
    assert_int_equal(o.users, 0);
    assert_int_equal(o.every_us, 5000000);
    assert_true(o.think == 1);
    assert_true(o.processes >= 1);
    assert_true(o.timeout_us > 0);
    assert_false(o.sequential || o.overwrite);
    play_options_release(&o);
}

static const struct {
    const char *name;
    const char *words[WORDS];
    const char *says; /* NULL: right */
} usages[] = {
    {"sessions", {"s.log", "-n5"}, NULL},
    {"users for a time", {"s.log", "-u5", "-f", "1m"}, NULL},
    {"users once", {"s.log", "-u5"}, NULL},
    {"headers", {"s.log", "-n5", "-H", "A: b", "-HC:d"}, NULL},
    {"no think time", {"s.log", "-n5", "--think=0"}, NULL},
    {"a table of users", {"s.log", "-n5", "--users-file", "u.csv"}, NULL},
    {"a trace", {"s.log", "-n1", "--trace=t"}, NULL},
    {"a trace of a crowd", {"s.log", "-n2", "--trace=t"}, "--trace writes down one session"},
    {"a trace of users", {"s.log", "-u1", "--trace=t"}, "--trace writes down one session"},
    {"a dialect", {"s.log", "-n1", "--dialect", "d.json"}, NULL},
    {"no script", {"-n5"}, "name one script"},
    {"a word too many", {"s.log", "http://a", "b", "-n5"}, "name one script"},
    {"how many is not said", {"s.log"}, "--sessions N"},
    {"both ways to say it", {"s.log", "-n5", "-u5"}, "--sessions N"},
    {"none", {"s.log", "-n0"}, "--sessions"},
    {"sessions for a time", {"s.log", "-n5", "-f1m"}, "--for goes with --users"},
    {"stages", {"s.log", "--stage", "2m:100", "--stage", "5m:100"}, NULL},
    {"stages of sessions, by chance", {"s.log", "--stage=2m:9/s", "--arrivals=poisson"}, NULL},
    {"a mix", {"--script", "a.log:3", "--script=b.log", "http://a", "-n5"}, NULL},
    {"a mix at home", {"--script", "a.log:3", "--script=b.log", "-n5"}, NULL},
    {"data", {"s.log", "-u5", "--data=a.csv", "--data=b.csv", "--data-by=session"}, NULL},
    {"all the rest",
     {"s.log", "-n5", "--think=0.5*lognormal:0.3", "--max-rate=9.5", "--abort-after=10%",
      "--seed=0", "--plan-only"},
     NULL},
    {"stages and sessions", {"s.log", "-n5", "--stage=1m:1"}, "in one way"},
    {"stages and users", {"s.log", "-u5", "--stage=1m:1"}, "in one way"},
    {"stages for a time", {"s.log", "--stage=1m:1", "-f1m"}, "stages say themselves how long"},
    {"sessions for no time", {"s.log", "-n5", "-f0"}, "--for goes with --users"},
    {"stages and a stagger", {"s.log", "--stage=1m:1", "-e1s"}, "--every goes with"},
    {"two kinds of stages", {"s.log", "--stage=1m:1", "--stage=1m:1/s"}, "of another kind"},
    {"users who come by chance", {"s.log", "--stage=1m:1", "--arrivals=poisson"}, "sessions per"},
    {"other arrivals", {"s.log", "-n5", "--arrivals=daily"}, "regular or poisson, not 'daily'"},
    {"a mix and a script", {"--script=a.log", "b.log", "http://a", "-n5"}, "'b.log'"},
    {"a script without weight", {"--script=a.log:0", "-n5"}, "'a.log:0'"},
    {"a trace of a mix", {"--script=a", "--script=b", "-n1", "--trace=t"}, "not a mix"},
    {"rows without a table", {"s.log", "-n5", "--data-by=user"}, "--data FILE"},
    {"rows by another rule", {"s.log", "-n5", "--data=a", "--data-by=day"}, "not 'day'"},
    {"no such way to think", {"s.log", "-n5", "--think=gauss:1"}, "--think takes"},
    {"nothing at all a second", {"s.log", "-n5", "--max-rate=0"}, "--max-rate"},
    {"no limit", {"s.log", "-n5", "--abort-after=x"}, "--abort-after takes"},
    {"too many processes", {"s.log", "-n5", "-p257"}, "--processes"},
    {"no patience", {"s.log", "-n5", "--timeout=0"}, "--timeout"},
    {"a header without a colon", {"s.log", "-n5", "-HAccept"}, "'Accept'"},
    {"a header without a name", {"s.log", "-n5", "-H: x"}, "': x'"},
    {"a space in a header's name", {"s.log", "-n5", "-HA b: c"}, "'A b: c'"},
    {"a header that smuggles another", {"s.log", "-n5", "-HA: b\nC: d"}, "-H takes"},
};

static void test_usages(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(usages); i++) {
        struct error err = ERROR_NONE;
        char *argv[WORDS + 2];
        struct play_options o;
        int rc = parse(usages[i].words, argv, &o, &err);

        if (rc != (usages[i].says ? -E_USAGE : OPTS_RUN))
            fail_msg("%s: %d '%s'", usages[i].name, rc, err.text);
        if (usages[i].says && !strstr(err.text, usages[i].says))
            fail_msg("%s: says '%s'", usages[i].name, err.text);
        play_options_release(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_story),
        cmocka_unit_test(test_usages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
