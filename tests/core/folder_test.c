#include "tests/core/testing.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/folder.h"

static char root[] = "/tmp/stretto-folder-XXXXXX";

static const char *below(const char *name)
{
    static char path[200];

    snprintf(path, sizeof(path), "%s/%s", root, name);
    return path;
}

static int setup(void **state)
{
    FILE *f;

    (void)state;
    if (!mkdtemp(root) || mkdir(below("empty"), 0755) < 0 || mkdir(below("full"), 0755) < 0)
        return -1;
    f = fopen(below("full/file"), "w");
    return f ? fclose(f) : -1;
}

static int teardown(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    return system(command);
}

static const struct {
    const char *name;
    const char *path;
    bool taken;
} places[] = {
    {"nothing", "nothing", false},          {"an empty folder", "empty", false},
    {"a folder with a file", "full", true}, {"a file", "full/file", true},
    {"below a file", "full/file/x", false},
};

static void test_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(places); i++) {
        if (folder_is_taken(below(places[i].path)) != places[i].taken)
            fail_msg("%s", places[i].name);
    }
}

static const struct {
    const char *name;
    const char *path;
    bool refused;
} makes[] = {
    {"a new one", "new", false},
    {"with those above", "a/b/c", false},
    {"with a slash at its end", "s/t/", false},
    {"with doubled slashes", "d//e", false},
    {"one that is there", "empty", false},
    {"below a file", "full/file/x", true},
};

static void test_make(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(makes); i++) {
        struct error err = ERROR_NONE;
        struct stat st;
        int rc = folder_make(below(makes[i].path), &err);

        if (rc != (makes[i].refused ? -E_IO : 0) || err.code != -rc)
            fail_msg("%s: %d '%s'", makes[i].name, rc, err.text);
        if (rc == 0 && (stat(below(makes[i].path), &st) < 0 || !S_ISDIR(st.st_mode)))
            fail_msg("%s: not there", makes[i].name);
    }
}

static void test_names_that_are_none(void **state)
{
    struct error err = ERROR_NONE;
    char *path = malloc(2 * PATH_MAX);

    (void)state;
    memset(path, 'x', 2 * PATH_MAX);
    path[2 * PATH_MAX - 1] = 0;
    assert_int_equal(folder_make("", &err), -E_IO);
    assert_non_null(strstr(err.text, "empty"));
    err = ERROR_NONE;
    assert_int_equal(folder_make(path, &err), -E_IO);
    assert_non_null(strstr(err.text, "too long"));
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_make),
        cmocka_unit_test(test_names_that_are_none),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
