#include "tests/core/testing.h"

#include "player/failure.h"

static const struct {
    const char *name;
    const char *a;
    const char *b;
    bool alike;
} pairs[] = {
    {"the same", "no 'output plot' within 30 s", "no 'output plot' within 30 s", true},
    {"another output", "no 'output plot' within 30 s", "no 'output text' within 30 s", false},
    {"another status", "expected status 200, got 500", "expected status 200, got 503", false},
    {"another close code", "code 1011", "code 1006", false},
    {"bodies", "no value in the answer; status 200 came with 'ann'",
     "no value in the answer; status 200 came with 'bob'", true},
    {"ports", "cannot connect to 127.0.0.1:41234", "cannot connect to 127.0.0.1:5501", false},
    {"high ports", "cannot connect to 127.0.0.1:41234", "cannot connect to 127.0.0.1:39001", true},
    {"ids", "no session f3a9c1d2 here", "no session 77b1 here", false},
    {"long ids", "no session f3a9c1d2 here", "no session 0077b1e here", true},
    {"words without a digit", "no session abcdefgh here", "no session abcdefgi here", false},
    {"one is longer", "no session", "no session here", false},
    {"only the first words", "a b c d e f g h i j k l m n o p q",
     "a b c d e f g h i j k l m n o p r", true},
    {"the last of the first words", "a b c d e f g h i j k l m n o p q",
     "a b c d e f g h i j k l m n o x q", false},
    {"nothing", "", "", true},
};

static void test_which_are_alike(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        if ((failure_key(pairs[i].a) == failure_key(pairs[i].b)) != pairs[i].alike)
            fail_msg("%s", pairs[i].name);
    }
}

/* run.json and the summary need both for every kind; "other" is what a full table sums up. */
static void test_every_kind_has_words(void **state)
{
    (void)state;
    for (int kind = 0; kind <= FAILURES; kind++) {
        assert_non_null(failure_name(kind));
        assert_true(strlen(failure_advice(kind)) > 10);
        for (int other = 0; other < kind; other++)
            assert_string_not_equal(failure_name(kind), failure_name(other));
    }
    assert_string_equal(failure_name(FAILURES), "other");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_are_alike),
        cmocka_unit_test(test_every_kind_has_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
