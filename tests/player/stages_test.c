#include "tests/core/testing.h"

#include "player/stages.h"

#define S(n) (INT64_C(1000000) * (n))
#define WORDS 6

static int parse(struct stages *stages, const char *const *words, struct error *err)
{
    struct opt_list list = {.items = (const char **)(uintptr_t)words};

    while (list.count < WORDS && words[list.count])
        list.count++;
    *err = (struct error){0};
    return stages_parse(stages, &list, err);
}

static const struct {
    const char *name;
    const char *words[WORDS];
    const char *says; /* NULL: right */
} texts[] = {
    {"users", {"2m:100"}, NULL},
    {"sessions a second", {"2m:20/s", "1h:0.5/m", "1m:0/h"}, NULL},
    {"a jump", {"0s:100", "5m:100"}, NULL},
    {"down at the end", {"1m:100", "1m:0"}, NULL},
    {"no colon", {"2m"}, "not '2m'"},
    {"no unit of time", {"2:100"}, "not '2:100'"},
    {"no target", {"2m:"}, "not '2m:'"},
    {"half a user", {"2m:1.5"}, "not '2m:1.5'"},
    {"another unit", {"2m:10/d"}, "not '2m:10/d'"},
    {"less than nobody", {"2m:-1"}, "not '2m:-1'"},
    {"no number", {"2m:nan/s"}, "not '2m:nan/s'"},
    {"too many users", {"2m:1000001"}, "not '2m:1000001'"},
    {"both kinds", {"2m:10", "2m:10/s"}, "of another kind"},
    {"no time at all", {"0s:100"}, "lasts no time"},
    {"a jump at the end", {"1m:10", "0s:100"}, "lasts no time"},
    {"nobody", {"1m:0", "1m:0"}, "target 0"},
};

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct stages stages;
        struct error err;
        int rc = parse(&stages, texts[i].words, &err);

        if ((rc < 0) != (texts[i].says != NULL) || (rc < 0 && rc != -E_USAGE))
            fail_msg("%s: %d '%s'", texts[i].name, rc, err.text);
        if (texts[i].says && !strstr(err.text, texts[i].says))
            fail_msg("%s: says '%s'", texts[i].name, err.text);
        stages_release(&stages);
    }
}

static const struct {
    const char *name;
    int64_t at_us;
    double want;
} targets[] = {
    {"at first nobody", 0, 0}, {"half up", S(50), 50},         {"at the top", S(100), 100},
    {"held", S(150), 100},     {"after the jump", S(200), 20}, {"before the jump", S(200) - 1, 100},
    {"half down", S(250), 10}, {"at the end", S(300), 0},      {"long after the end", S(9999), 0},
};

static void test_targets(void **state)
{
    static const char *const words[WORDS] = {"100s:100", "100s:100", "0s:20", "100s:0"};
    struct stages stages;
    struct error err;

    (void)state;
    assert_int_equal(parse(&stages, words, &err), 0);
    assert_int_equal(stages_end_us(&stages), S(300));
    assert_true(stages_peak(&stages) == 100);
    for (size_t i = 0; i < COUNT(targets); i++) {
        if (stages_at(&stages, targets[i].at_us) != targets[i].want)
            fail_msg("%s: %f", targets[i].name, stages_at(&stages, targets[i].at_us));
    }
    stages_release(&stages);
}

static const struct {
    const char *name;
    const char *words[WORDS];
    double sessions;
    double n;
    int64_t want_us;
} whens[] = {
    {"a constant rate", {"0s:10/s", "10s:10/s"}, 100, 50, S(5)},
    {"the first of it", {"0s:10/s", "10s:10/s"}, 100, 0, 0},
    {"a ramp: the area of a triangle", {"10s:10/s"}, 50, 12.5, S(5)},
    {"a ramp down", {"0s:10/s", "10s:0/s"}, 50, 37.5, S(5)},
    {"behind a pause", {"0s:1/s", "10s:1/s", "0s:0/s", "10s:0/s", "10s:2/s"}, 20, 12.5, S(25)},
    {"by the minute", {"0s:60/m", "60s:60/m"}, 60, 30, S(30)},
};

static void test_whens(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(whens); i++) {
        struct stages stages;
        struct error err;

        assert_int_equal(parse(&stages, whens[i].words, &err), 0);
        if (stages_sessions(&stages) != whens[i].sessions)
            fail_msg("%s: %f sessions", whens[i].name, stages_sessions(&stages));
        if (llabs(stages_when_us(&stages, whens[i].n) - whens[i].want_us) > 1)
            fail_msg("%s: %lld", whens[i].name, (long long)stages_when_us(&stages, whens[i].n));
        stages_release(&stages);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_whens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
