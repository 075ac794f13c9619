/* Where secrets come from, and that they go nowhere. */
#include "tests/core/testing.h"

#include <unistd.h>

#include "player/logins.h"
#include "tests/core/refusal.h"

static char path[] = "/tmp/stretto-logins-XXXXXX";

static void need(struct names *names, const char *const *wanted)
{
    *names = (struct names){0};
    for (; *wanted; wanted++)
        assert_int_equal(names_add(names, *wanted, strlen(*wanted)), 0);
}

static void test_a_row_a_user(void **state)
{
    static const char *const wanted[] = {"SESSION", "env:APP_PASSWORD", "env:APP_USER",
                                         "env:APP_ROLE", NULL};
    static const char *const users[] = {"ann", "bob", "ann"};
    struct error err = ERROR_NONE;
    struct logins logins;
    struct names names;

    (void)state;
    need(&names, wanted);
    setenv("APP_ROLE", "reader", 1);
    setenv("APP_USER", "nobody", 1);
    assert_int_equal(logins_init(&logins, &names, path, &err), 0);
    assert_int_equal(logins.count, 3);
    for (long n = 0; n < 3; n++) {
        struct values values = {0};

        assert_int_equal(logins_fill(&logins, n, &values), 0);
        assert_int_equal(values.count, 3);
        assert_string_equal(values_get(&values, "env:APP_USER"), users[n]);
        assert_string_equal(values_get(&values, "env:APP_ROLE"), "reader");
        values_release(&values);
    }
    logins_release(&logins);
    names_release(&names);
}

static void test_all_that_is_missing_is_named(void **state)
{
    static const char *const wanted[] = {"env:APP_USER", "env:NO_ONE", "env:NO_TWO", NULL};
    static const char *const one[] = {"env:NO_ONE", NULL};
    struct error err = ERROR_NONE;
    struct logins logins;
    struct names names;

    (void)state;
    unsetenv("NO_ONE");
    unsetenv("NO_TWO");
    need(&names, wanted);
    assert_int_equal(logins_init(&logins, &names, path, &err), -E_USAGE);
    assert_string_equal(err.text, "the script needs NO_ONE, NO_TWO, and nothing says their values: "
                                  "set them in the environment, or give --users-file with columns "
                                  "of these names");
    names_release(&names);
    need(&names, one);
    err = ERROR_NONE;
    assert_int_equal(logins_init(&logins, &names, NULL, &err), -E_USAGE);
    assert_string_equal(err.text, "the script needs NO_ONE, and nothing says its value: set it in "
                                  "the environment, or give --users-file with a column of that "
                                  "name");
    names_release(&names);
}

static void test_a_file_that_is_not_there(void **state)
{
    struct error err = ERROR_NONE;
    struct logins logins;
    struct names names = {0};

    (void)state;
    assert_int_equal(logins_init(&logins, &names, "/nowhere/users.csv", &err), -E_IO);
    assert_false(logins.items);
}

static const struct {
    const char *name;
    const char *secret;
    const char *text;
    const char *masked;
} masks[] = {
    {"as it is", "hunter2!", "pw=hunter2!;", "pw=${env:P};"},
    {"inside a word", "hunter2!", "xhunter2!y", "x${env:P}y"},
    {"percent-encoded", "a b&c/d", "pw=a%20b%26c%2Fd", "pw=${env:P|url}"},
    {"in JSON", "say \"hi\"", "{\"p\":\"say \\\"hi\\\"\"}", "{\"p\":\"${env:P|json}\"}"},
    {"a short one as a word", "abc", "abc xabcx", "${env:P} xabcx"},
    {"an empty one", "", "abc", "abc"},
    {"none of it", "hunter2!", "nothing here", "nothing here"},
};

static void test_masks(void **state)
{
    struct login login = {.name = "env:P", .column = LOGIN_NO_COLUMN};
    struct logins logins = {.items = &login, .count = 1};

    (void)state;
    for (size_t i = 0; i < COUNT(masks); i++) {
        struct values values = {0};
        struct buf out;

        login.value = masks[i].secret;
        assert_int_equal(logins_fill(&logins, 0, &values), 0);
        values_set(&values, "SESSION", "nothing"); /* not a secret: stays */
        buf_init(&out, 1000);
        assert_int_equal(logins_mask(&logins, &values, masks[i].text, strlen(masks[i].text), &out),
                         0);
        if (strcmp(out.data, masks[i].masked) != 0)
            fail_msg("%s: '%s'", masks[i].name, out.data);
        buf_release(&out);
        values_release(&values);
    }
}

/* A session's whole way; `user` is the names. */
static int fill_and_mask(void *user)
{
    struct error err = ERROR_NONE;
    struct values values = {0};
    struct logins logins;
    struct buf out;
    int rc = logins_init(&logins, user, path, &err);

    if (rc < 0)
        return rc;
    buf_init(&out, 1000);
    rc = logins_fill(&logins, 1, &values);
    if (rc == 0)
        rc = logins_mask(&logins, &values, "is swordfish", 12, &out);
    assert_true(rc < 0 || strcmp(out.data, "is ${env:APP_PASSWORD}") == 0);
    buf_release(&out);
    values_release(&values);
    logins_release(&logins);
    return rc;
}

static void test_refused_memory(void **state)
{
    static const char *const wanted[] = {"env:APP_PASSWORD", "env:APP_USER", NULL};
    struct names names;

    (void)state;
    need(&names, wanted);
    assert_true(refuse_in_turn("logins", fill_and_mask, &names) > 8);
    names_release(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row_a_user),
        cmocka_unit_test(test_all_that_is_missing_is_named),
        cmocka_unit_test(test_a_file_that_is_not_there),
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_refused_memory),
    };
    static const char text[] = "APP_USER,APP_PASSWORD\nann,opensesame\nbob,swordfish\n";
    int fd = mkstemp(path);
    int failed;

    if (fd < 0 || write(fd, text, sizeof(text) - 1) != (ssize_t)sizeof(text) - 1)
        return 1;
    close(fd);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
