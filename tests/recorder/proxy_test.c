/* Who is the proxy, and what a mark is called. */
#include "recorder/proxy.h"

#include <string.h>

#include "recorder/limits.h"
#include "tests/core/testing.h"

static const struct {
    const char *listens;
    bool loopback;
    const char *host;
    bool called;
} hosts[] = {
    {"127.0.0.1:8600", true, "127.0.0.1:8600", true},
    {"127.0.0.1:8600", true, "127.0.0.1", true},
    {"127.0.0.1:8600", true, "localhost:8600", true},
    {"127.0.0.1:8600", true, "LOCALHOST", true},
    {"127.0.0.1:8600", true, "app.localhost:1", true},
    {"127.0.0.1:8600", true, "[::1]:8600", true},
    {"127.0.0.1:8600", true, "127.9.9.9:8600/x", true},
    {"[::1]:8600", true, "[::1]:8600", true},
    {"127.0.0.1:8600", true, "evil.example:8600", false},
    {"127.0.0.1:8600", true, "127.0.0.1.evil.example", false},
    {"127.0.0.1:8600", true, "localhost.evil.example", false},
    {"127.0.0.1:8600", true, "notlocalhost", false},
    {"127.0.0.1:8600", true, "", false},
    {"127.0.0.1:8600", true, "[::1", true},
    {"127.0.0.1:8600", true, "192.168.0.1", false},
    {"192.168.0.1:8600", false, "whatever", true},
};

static void test_hosts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(hosts); i++) {
        struct listener l = {.loopback = hosts[i].loopback};

        snprintf(l.authority, sizeof(l.authority), "%s", hosts[i].listens);
        if (proxy_is_called(&l, hosts[i].host) != hosts[i].called)
            fail_msg("%s on %s", hosts[i].host, hosts[i].listens);
    }
}

static const struct {
    const char *target;
    const char *name;
} marks[] = {
    {"/__stretto/mark?name=login", "login"},
    {"/__stretto/mark?name=two+words%21", "two words!"},
    {"/__stretto/mark?a=1&name=x&b=2", "x"},
    {"/__stretto/mark?name=caf%C3%A9", "caf\xc3\xa9"},
    {"/__stretto/mark?name=100%", "100%"},
    {"/__stretto/mark?name=%4", "%4"},
    {"/__stretto/mark?name=", ""},
    {"/__stretto/mark?surname=x", ""},
    {"/__stretto/mark", ""},
};

static void test_marks(void **state)
{
    char name[MARK_BYTES_MAX + 1];
    char longest[400] = "/__stretto/mark?name=";

    (void)state;
    for (size_t i = 0; i < COUNT(marks); i++) {
        proxy_mark_name(marks[i].target, name);
        assert_string_equal(name, marks[i].name);
    }
    memset(longest + strlen(longest), 'x', 300);
    proxy_mark_name(longest, name);
    assert_int_equal(strlen(name), MARK_BYTES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hosts), cmocka_unit_test(test_marks)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
