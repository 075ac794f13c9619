#include "tests/core/testing.h"

#include <arpa/inet.h>

#include "player/sources.h"
#include "tests/core/refusal.h"

static void aim(struct target *target, const char *url)
{
    struct error err = ERROR_NONE;

    assert_int_equal(target_parse(target, url, true, &err), 0);
}

static void test_addresses_in_turn(void **state)
{
    static const struct {
        const char *text;
        const char *url;
        size_t count;
        long session;
        const char *want;
    } cases[] = {
        {"127.0.0.2", "http://127.0.0.1:1", 1, 7, "127.0.0.2"},
        {"127.0.0.2-127.0.0.9", "http://127.0.0.1:1", 8, 0, "127.0.0.2"},
        {"127.0.0.2-127.0.0.9", "http://127.0.0.1:1", 8, 15, "127.0.0.9"},
        {"127.0.0.255-127.0.1.1", "http://127.0.0.1:1", 3, 1, "127.0.1.0"},
        {"127.0.0.5,127.0.0.7-127.0.0.8", "http://127.0.0.1:1", 3, 2, "127.0.0.8"},
        {"::1", "http://[::1]:1", 1, 3, "::1"},
        {"::1-::1,::1", "http://[::1]:1", 2, 1, "::1"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sources sources;
        struct target target;
        struct error err = ERROR_NONE;
        const struct sockaddr_storage *at;
        char text[INET6_ADDRSTRLEN];

        aim(&target, cases[i].url);
        assert_int_equal(sources_init(&sources, cases[i].text, &target, &err), 0);
        assert_int_equal(sources.count, cases[i].count);
        at = sources_of(&sources, cases[i].session);
        inet_ntop(at->ss_family,
                  at->ss_family == AF_INET6
                      ? (const void *)&((const struct sockaddr_in6 *)at)->sin6_addr
                      : (const void *)&((const struct sockaddr_in *)at)->sin_addr,
                  text, sizeof(text));
        assert_string_equal(text, cases[i].want);
        sources_release(&sources);
        target_release(&target);
    }
}

static void test_what_is_refused(void **state)
{
    static const struct {
        const char *text;
        const char *url;
        const char *want;
    } cases[] = {
        {"", "http://127.0.0.1:1", "not ''"},
        {"localhost", "http://127.0.0.1:1", "not 'localhost'"},
        {"127.0.0.2-", "http://127.0.0.1:1", "not ''"},
        {"127.0.0.2,", "http://127.0.0.1:1", "not ''"},
        {"127.0.0.9-127.0.0.2", "http://127.0.0.1:1", "from a lower address to a higher"},
        {"127.0.0.2-::1", "http://127.0.0.1:1", "from a lower address to a higher"},
        {"127.0.0.2-127.9.0.2", "http://127.0.0.1:1", "up to 4096 addresses"},
        {"::1", "http://127.0.0.1:1", "one is an IPv4 address, the other IPv6"},
        {"127.0.0.2", "unix:/tmp/socket", "that is a Unix socket"},
        {"192.0.2.1", "http://127.0.0.1:1", "192.0.2.1 is not an address of this machine"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sources sources;
        struct target target;
        struct error err = ERROR_NONE;

        aim(&target, cases[i].url);
        assert_int_equal(sources_init(&sources, cases[i].text, &target, &err), -E_USAGE);
        if (!strstr(err.text, cases[i].want))
            fail_msg("%s: %s", cases[i].text, err.text);
        assert_null(sources.at);
        target_release(&target);
    }
}

static void test_none(void **state)
{
    struct sources none = {0};

    (void)state;
    assert_null(sources_of(&none, 3));
    sources_release(&none);
}

static int init_some(void *user)
{
    struct sources sources;
    struct error err = ERROR_NONE;
    int rc = sources_init(&sources, "127.0.0.2-127.0.0.9,127.0.0.1", user, &err);

    sources_release(&sources);
    return rc;
}

static void test_refused_memory(void **state)
{
    struct target target;

    (void)state;
    aim(&target, "http://127.0.0.1:1");
    assert_int_equal(refuse_in_turn("sources_init", init_some, &target), 9);
    target_release(&target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_in_turn),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_refused_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
