#include "tests/core/testing.h"

#include "player/mix.h"

static const struct {
    const char *name;
    size_t count;
    unsigned weights[4];
    size_t length;
} mixes[] = {
    {"one script", 1, {5}, 1},           {"half and half", 2, {1, 1}, 2},
    {"three to one", 2, {3, 1}, 4},      {"what they have in common", 2, {300, 100}, 4},
    {"three scripts", 3, {5, 3, 2}, 10}, {"a rare one", 2, {1000, 1}, 1001},
};

/* Of every block each script has its weight exactly; of any stretch nearly. */
static void test_shares(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(mixes); i++) {
        struct error err = ERROR_NONE;
        struct mix mix;

        assert_int_equal(mix_init(&mix, mixes[i].weights, mixes[i].count, 7, &err), 0);
        assert_int_equal(mix.length, mixes[i].length);
        for (long block = 0; block < 50; block++) {
            size_t seen[4] = {0};

            for (size_t n = 0; n < mix.length; n++)
                seen[mix_role(&mix, block * (long)mix.length + (long)n)]++;
            for (size_t r = 0; r < mixes[i].count; r++) {
                if (seen[r] * mixes[i].weights[0] != seen[0] * mixes[i].weights[r])
                    fail_msg("%s: block %ld has %zu of script %zu", mixes[i].name, block, seen[r],
                             r);
            }
        }
        mix_release(&mix);
    }
}

/* Two processes, or a user with every second number, do not play one script each. */
static void test_nobody_has_one_script(void **state)
{
    static const unsigned weights[] = {1, 1};
    struct error err = ERROR_NONE;
    struct mix mix;
    long first = 0;

    (void)state;
    assert_int_equal(mix_init(&mix, weights, 2, 42, &err), 0);
    for (long i = 0; i < 1000; i += 2)
        first += mix_role(&mix, i) == 0;
    assert_in_range(first, 200, 300);
    mix_release(&mix);
}

static void test_a_seed_is_an_order(void **state)
{
    static const unsigned weights[] = {2, 1};
    struct error err = ERROR_NONE;
    struct mix a, b, c;
    int differ = 0;

    (void)state;
    assert_int_equal(mix_init(&a, weights, 2, 1, &err), 0);
    assert_int_equal(mix_init(&b, weights, 2, 1, &err), 0);
    assert_int_equal(mix_init(&c, weights, 2, 2, &err), 0);
    for (long i = 0; i < 300; i++) {
        assert_int_equal(mix_role(&a, i), mix_role(&b, i));
        differ += mix_role(&a, i) != mix_role(&c, i);
    }
    assert_true(differ > 0);
    mix_release(&a);
    mix_release(&b);
    mix_release(&c);
}

static const struct {
    const char *text;
    const char *path; /* NULL: refused */
    unsigned weight;
} texts[] = {
    {"a.log", "a.log", 1},          {"a.log:3", "a.log", 3}, {"a:b.log", "a:b.log", 1},
    {"a:b.log:7", "a:b.log", 7},    {"C:1:2", "C:1", 2},     {"a.log:", "a.log:", 1},
    {"a.log:1000", "a.log", 1000},  {"a.log:0", NULL, 0},    {"a.log:1001", NULL, 0},
    {"a.log:99999999999", NULL, 0}, {":3", NULL, 0},         {"", NULL, 0},
    {"a.log:-1", "a.log:-1", 1},
};

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct error err = ERROR_NONE;
        char *path = NULL;
        unsigned weight = 0;
        int rc = mix_parse(texts[i].text, &path, &weight, &err);

        if (rc != (texts[i].path ? 0 : -E_USAGE))
            fail_msg("'%s': %d", texts[i].text, rc);
        if (texts[i].path && (strcmp(path, texts[i].path) != 0 || weight != texts[i].weight))
            fail_msg("'%s': '%s' by %u", texts[i].text, path, weight);
        free(path);
    }
}

static void test_names(void **state)
{
    static const char *const paths[] = {"x/browse.log", "buy.log",  "y/browse.log", "plain",
                                        "sessions",     "run.json", ".log"};
    static const char *const want[] = {"browse",     "buy",        "browse-2", "plain",
                                       "sessions-2", "run.json-2", ".log"};
    struct error err = ERROR_NONE;
    char *names[COUNT(paths)] = {0};

    (void)state;
    assert_int_equal(mix_names(names, paths, COUNT(paths), &err), 0);
    for (size_t i = 0; i < COUNT(paths); i++) {
        assert_string_equal(names[i], want[i]);
        free(names[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_nobody_has_one_script),
        cmocka_unit_test(test_a_seed_is_an_order),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
