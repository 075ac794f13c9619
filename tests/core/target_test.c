#include "tests/core/testing.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "core/stream.h"
#include "core/target_options.h"

#define LONG "0123456789012345678901234567890123456789"

static const struct {
    const char *url;
    bool tls;
    const char *host;
    const char *authority;
    const char *base;
    int port;
    const char *again; /* url, as it is told to people */
} good[] = {
    {"http://127.0.0.1:3838", false, "127.0.0.1", "127.0.0.1:3838", "", 3838,
     "http://127.0.0.1:3838"},
    {"http://127.0.0.1:3838/", false, "127.0.0.1", "127.0.0.1:3838", "", 3838,
     "http://127.0.0.1:3838"},
    {"http://app.example", false, "app.example", "app.example", "", 80, "http://app.example"},
    {"http://app.example:80/", false, "app.example", "app.example", "", 80, "http://app.example"},
    {"https://app.example", true, "app.example", "app.example", "", 443, "https://app.example"},
    {"https://app.example:443", true, "app.example", "app.example", "", 443, "https://app.example"},
    {"https://app.example:80", true, "app.example", "app.example:80", "", 80,
     "https://app.example:80"},
    {"http://app.example/whales", false, "app.example", "app.example", "/whales", 80,
     "http://app.example/whales"},
    {"http://app.example/a/b//", false, "app.example", "app.example", "/a/b", 80,
     "http://app.example/a/b"},
    {"http://app.example/a?b=c#d", false, "app.example", "app.example", "/a", 80,
     "http://app.example/a"},
    {"http://[::1]:8080/x", false, "::1", "[::1]:8080", "/x", 8080, "http://[::1]:8080/x"},
    {"https://[2001:db8::1]", true, "2001:db8::1", "[2001:db8::1]", "", 443,
     "https://[2001:db8::1]"},
    {"HTTP://127.0.0.1:1", false, "127.0.0.1", "127.0.0.1:1", "", 1, "http://127.0.0.1:1"},
    {"http://app.example:65535", false, "app.example", "app.example:65535", "", 65535,
     "http://app.example:65535"},
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct error err = ERROR_NONE;
        struct target t;

        if (target_parse(&t, good[i].url, false, &err) != 0)
            fail_msg("%s: %s", good[i].url, err.text);
        if (t.tls != good[i].tls || t.port != good[i].port || strcmp(t.host, good[i].host) != 0 ||
            strcmp(t.authority, good[i].authority) != 0 || strcmp(t.base, good[i].base) != 0 ||
            strcmp(t.url, good[i].again) != 0)
            fail_msg("%s: host %s, authority %s, base %s, port %d, url %s", good[i].url, t.host,
                     t.authority, t.base, t.port, t.url);
        target_release(&t);
        target_release(&t);
    }
}

static const struct {
    const char *url;
    const char *socket;
    const char *authority;
    const char *base;
    const char *shown;
} sockets[] = {
    {"unix:/run/a.sock", "/run/a.sock", "localhost", "", "unix:/run/a.sock:http://localhost"},
    {"unix:a:b", "a:b", "localhost", "", "unix:a:b:http://localhost"},
    {"unix:/run/a.sock:http://app.example/x/", "/run/a.sock", "app.example", "/x",
     "unix:/run/a.sock:http://app.example/x"},
    {"unix:/a:https://h:1", "/a", "h:1", "", "unix:/a:https://h:1"},
};

static void test_unix_sockets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sockets); i++) {
        struct error err = ERROR_NONE;
        struct target t;
        struct target again;

        if (target_parse(&t, sockets[i].url, true, &err) != 0)
            fail_msg("%s: %s", sockets[i].url, err.text);
        assert_string_equal(t.socket, sockets[i].socket);
        assert_string_equal(t.authority, sockets[i].authority);
        assert_string_equal(t.base, sockets[i].base);
        assert_string_equal(t.shown, sockets[i].shown);
        assert_int_equal(t.address.ss_family, AF_UNIX);
        assert_string_equal(((struct sockaddr_un *)&t.address)->sun_path, sockets[i].socket);
        assert_int_equal(target_parse(&again, t.shown, false, &err), 0);
        assert_string_equal(again.shown, t.shown);
        target_release(&again);
        target_release(&t);
    }
}

static void test_loopback_names(void **state)
{
    static const char *const local[] = {"127.0.0.1", "127.255.0.9",   "::1",
                                        "localhost", "App.Localhost", "LOCALHOST"};
    static const char *const remote[] = {"",           "10.0.0.1",      "localhost.example",
                                         ".localhost", "127.0.0.1.com", "notlocalhost"};

    (void)state;
    for (size_t i = 0; i < COUNT(local); i++) {
        if (!target_is_loopback(local[i]))
            fail_msg("%s is this machine", local[i]);
        if (target_is_loopback(remote[i]))
            fail_msg("%s is another machine", remote[i]);
    }
}

static const struct {
    const char *name;
    const char *url;
} bad[] = {
    {"nothing", ""},
    {"no scheme", "app.example"},
    {"no scheme but a port", "app.example:3838"},
    {"a number", "127.0.0.1:3838"},
    {"a path", "/whales"},
    {"another scheme", "ftp://app.example/"},
    {"a WebSocket", "ws://app.example/websocket/"},
    {"a file", "file:///etc/passwd"},
    {"no host", "http://"},
    {"no host but a port", "http://:80/"},
    {"a port too large", "http://app.example:65536"},
    {"a port in letters", "http://app.example:http"},
    {"a space", "http://app example/"},
    {"a newline", "http://app.example/\r\nX: y"},
    {"an open bracket", "http://[::1/"},
    {"a socket without a path", "unix:"},
    {"a socket without a path, with a URL", "unix::http://localhost"},
    {"a socket's path beyond all sockets", "unix:/" LONG LONG LONG},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct error err = ERROR_NONE;
        struct target t;
        int rc = target_parse(&t, bad[i].url, false, &err);

        if (rc != -E_USAGE || err.code != E_USAGE)
            fail_msg("%s: %d '%s'", bad[i].name, rc, err.text);
        if (!strstr(err.text, bad[i].url))
            fail_msg("%s: says '%s'", bad[i].name, err.text);
        assert_null(t.host);
        assert_null(t.url);
    }
}

static void test_addresses_are_looked_up(void **state)
{
    const struct sockaddr_in *v4;
    const struct sockaddr_in6 *v6;
    struct error err = ERROR_NONE;
    struct target t;

    (void)state;
    assert_int_equal(target_parse(&t, "http://127.0.0.1:3838/x", true, &err), 0);
    v4 = (const struct sockaddr_in *)&t.address;
    assert_int_equal(t.address.ss_family, AF_INET);
    assert_int_equal(t.address_bytes, sizeof(*v4));
    assert_int_equal(ntohs(v4->sin_port), 3838);
    assert_int_equal(ntohl(v4->sin_addr.s_addr), INADDR_LOOPBACK);
    target_release(&t);

    assert_int_equal(target_parse(&t, "http://[::1]:3838", true, &err), 0);
    v6 = (const struct sockaddr_in6 *)&t.address;
    assert_int_equal(t.address.ss_family, AF_INET6);
    assert_int_equal(ntohs(v6->sin6_port), 3838);
    assert_memory_equal(&v6->sin6_addr, &in6addr_loopback, sizeof(in6addr_loopback));
    target_release(&t);
}

/* RFC 2606: no resolver knows a name under .invalid. */
static void test_an_unknown_host(void **state)
{
    struct error err = ERROR_NONE;
    struct target t;

    (void)state;
    assert_int_equal(target_parse(&t, "http://nobody.invalid/", true, &err), -E_NET);
    assert_non_null(strstr(err.text, "nobody.invalid"));
    assert_null(t.host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_unix_sockets),
        cmocka_unit_test(test_loopback_names),
        cmocka_unit_test(test_addresses_are_looked_up),
        cmocka_unit_test(test_an_unknown_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
