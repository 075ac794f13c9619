/* Texts that fit a pattern: what is made is shown to regexec(). */
#include "parrot/shape.h"

#include <regex.h>

#include "core/error.h"
#include "parrot/random.h"
#include "tests/core/testing.h"

static bool fits(const char *pattern, const char *text)
{
    char whole[200];
    regex_t regex;
    bool yes;

    snprintf(whole, sizeof(whole), "^(%s)$", pattern);
    assert_int_equal(regcomp(&regex, whole, REG_EXTENDED | REG_NOSUB), 0);
    yes = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return yes;
}

static void test_patterns_that_it_knows(void **state)
{
    static const char *const patterns[] = {
        "p[0-9]{4,}",
        "[0-9a-f]{32}",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "(ab|cd)+x?",
        "id\\.[A-Z_]{2,5}",
        "([a-z][0-9]){3}",
        "[^/]{4}.",
        "[]a-]b*",
        "a",
    };
    uint64_t random = 1;

    (void)state;
    for (size_t i = 0; i < COUNT(patterns); i++) {
        struct buf out;

        buf_init(&out, 1000);
        for (int k = 0; k < 100; k++) {
            buf_clear(&out);
            assert_int_equal(shape_make(patterns[i], &random, &out), 0);
            print_message("%s", k ? "" : patterns[i]);
            print_message("%s%s\n", k ? "" : " ", k ? "" : out.data);
            assert_true(fits(patterns[i], out.data));
        }
        buf_release(&out);
    }
}

static void test_patterns_that_it_does_not_know(void **state)
{
    static const char *const patterns[] = {"[[:alpha:]]", "(a", "[a", "a{9999}", "a{2", "\\"};
    uint64_t random = 1;

    (void)state;
    for (size_t i = 0; i < COUNT(patterns); i++) {
        struct buf out;

        buf_init(&out, 1000);
        assert_int_equal(shape_make(patterns[i], &random, &out), -E_FORMAT);
        assert_int_equal(out.len, 0);
        buf_release(&out);
    }
}

static void test_two_are_not_the_same(void **state)
{
    uint64_t random = 7;
    struct buf a;
    struct buf b;

    (void)state;
    buf_init(&a, 100);
    buf_init(&b, 100);
    assert_int_equal(shape_make("p[0-9]{4,}", &random, &a), 0);
    assert_int_equal(shape_make("p[0-9]{4,}", &random, &b), 0);
    assert_string_not_equal(a.data, b.data);
    random = 7;
    buf_clear(&b);
    assert_int_equal(shape_make("p[0-9]{4,}", &random, &b), 0);
    assert_string_equal(a.data, b.data);
    buf_release(&a);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns_that_it_knows),
        cmocka_unit_test(test_patterns_that_it_does_not_know),
        cmocka_unit_test(test_two_are_not_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
