#include "tests/core/testing.h"

#include <unistd.h>

#include "core/error.h"

static void test_first_cause_wins(void **state)
{
    struct error err = ERROR_NONE;

    (void)state;
    assert_int_equal(error_set(&err, E_IO, "disk %d is full", 3), -E_IO);
    assert_int_equal(error_set(&err, E_NET, "and the net is down"), -E_NET);
    assert_int_equal(err.code, E_IO);
    assert_string_equal(err.text, "disk 3 is full");
}

static void test_prefix_goes_in_front(void **state)
{
    struct error err = ERROR_NONE;

    (void)state;
    error_prefix(&err, "session %d: ", 17);
    assert_string_equal(err.text, ""); /* nothing failed: nothing to say */
    error_set(&err, E_NET, "connection refused");
    error_prefix(&err, "session %d: ", 17);
    error_prefix(&err, "play: ");
    assert_string_equal(err.text, "play: session 17: connection refused");
    assert_int_equal(err.code, E_NET);
}

static void test_nobody_listens(void **state)
{
    (void)state;
    assert_int_equal(error_set(NULL, E_IO, "lost"), -E_IO);
    assert_int_equal(error_nomem(NULL), -E_NOMEM);
    error_prefix(NULL, "who: ");
}

static void test_too_long_is_cut(void **state)
{
    struct error err = ERROR_NONE;
    char words[1000];

    (void)state;
    memset(words, 'w', sizeof(words));
    words[sizeof(words) - 1] = 0;
    error_set(&err, E_IO, "%s", words);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    error_prefix(&err, "front: ");
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    assert_memory_equal(err.text, "front: www", 10);
    error_prefix(&err, "%s", words);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static const struct {
    const char *name;
    int code;
    int want;
} exits[] = {
    {"nothing wrong", 0, 0},       {"wrong usage", E_USAGE, 2},     {"bad file", E_FORMAT, 1},
    {"out of memory", E_NOMEM, 1}, {"full disk", E_IO, 1},          {"timed out", E_TIMEOUT, 1},
    {"refused", E_NET, 1},         {"exists already", E_EXISTS, 1},
};

static void test_exit_codes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(exits); i++) {
        struct error err = {.code = exits[i].code};

        if (error_exit_code(&err) != exits[i].want)
            fail_msg("%s: %d", exits[i].name, error_exit_code(&err));
    }
}

/* What error_print() says on stderr. */
static void printed(const struct error *err, char *out, size_t size)
{
    int ends[2];
    int saved = dup(STDERR_FILENO);
    ssize_t n;

    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    error_print("play", err);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    n = read(ends[0], out, size - 1);
    close(ends[0]);
    assert_true(n >= 0);
    out[n] = 0;
}

static void test_print_is_one_harmless_line(void **state)
{
    struct error err = ERROR_NONE;
    char out[600];

    (void)state;
    error_set(&err, E_NET, "the server said: \x1b[2J\r\nbye\x7f \xC3\xA9");
    printed(&err, out, sizeof(out));
    assert_string_equal(out, "play: the server said: ?[2J??bye? \xC3\xA9\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_cause_wins), cmocka_unit_test(test_prefix_goes_in_front),
        cmocka_unit_test(test_nobody_listens),   cmocka_unit_test(test_too_long_is_cut),
        cmocka_unit_test(test_exit_codes),       cmocka_unit_test(test_print_is_one_harmless_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
