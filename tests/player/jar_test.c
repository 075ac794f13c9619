/* Which cookies of a session go into its WebSocket's handshake. */
#include "tests/core/testing.h"

#include "core/error.h"
#include "player/jar.h"
#include "tests/core/refusal.h"

static const struct {
    const char *name;
    const char *cookie; /* as a server sets it, to curl */
    const char *host;
    const char *path;
    bool tls;
    const char *want;
} cookies[] = {
    {"a session's own", "Set-Cookie: a=1; domain=app.example; path=/", "app.example", "/websocket/",
     false, "a=1"},
    {"not for scripts, but for sockets", "Set-Cookie: a=1; domain=app.example; path=/; HttpOnly",
     "app.example", "/websocket/", false, "a=1"},
    {"of the domain above", "Set-Cookie: a=1; domain=example.org; path=/", "app.example.org", "/",
     false, "a=1"},
    {"of a name that only ends alike", "Set-Cookie: a=1; domain=example.org; path=/",
     "badexample.org", "/", false, ""},
    {"of another host", "Set-Cookie: a=1; domain=b.example; path=/", "app.example", "/", false, ""},
    {"host names have no case", "Set-Cookie: a=1; domain=app.example; path=/", "APP.example", "/",
     false, "a=1"},
    {"of its path", "Set-Cookie: a=1; domain=app.example; path=/app", "app.example",
     "/app/websocket/", false, "a=1"},
    {"of its very path", "Set-Cookie: a=1; domain=app.example; path=/app", "app.example", "/app",
     false, "a=1"},
    {"of a path with a query", "Set-Cookie: a=1; domain=app.example; path=/app", "app.example",
     "/app?x=1", false, "a=1"},
    {"of a path that only begins alike", "Set-Cookie: a=1; domain=app.example; path=/app",
     "app.example", "/apple/websocket/", false, ""},
    {"of another path", "Set-Cookie: a=1; domain=app.example; path=/admin", "app.example",
     "/websocket/", false, ""},
    {"only over TLS, plain", "Set-Cookie: a=1; domain=app.example; path=/; Secure", "app.example",
     "/", false, ""},
    {"only over TLS, over TLS", "Set-Cookie: a=1; domain=app.example; path=/; Secure",
     "app.example", "/", true, "a=1"},
    {"long expired",
     "Set-Cookie: a=1; domain=app.example; path=/; expires=Thu, 01 Jan 2015 00:00:00 GMT",
     "app.example", "/", false, ""},
    {"for a long time",
     "Set-Cookie: a=1; domain=app.example; path=/; expires=Fri, 01 Jan 2100 00:00:00 GMT",
     "app.example", "/", false, "a=1"},
    {"an empty value", "Set-Cookie: a=; domain=app.example; path=/", "app.example", "/", false,
     "a="},
    {"an equals sign in the value", "Set-Cookie: a=b=c; domain=app.example; path=/", "app.example",
     "/", false, "a=b=c"},
};

static void give(struct jar *jar, const char *cookie)
{
    CURL *easy = curl_easy_init();

    curl_easy_setopt(easy, CURLOPT_SHARE, jar_share(jar));
    curl_easy_setopt(easy, CURLOPT_COOKIELIST, cookie);
    curl_easy_cleanup(easy);
}

static void test_each(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cookies); i++) {
        struct target target = {.tls = cookies[i].tls, .host = (char *)cookies[i].host};
        struct jar *jar = jar_new();
        struct buf out;

        give(jar, cookies[i].cookie);
        buf_init(&out, 1000);
        buf_adds(&out, "");
        assert_int_equal(jar_header(jar, &target, cookies[i].path, &out), 0);
        if (strcmp(out.data, cookies[i].want) != 0)
            fail_msg("%s: '%s'", cookies[i].name, out.data);
        buf_release(&out);
        jar_free(jar);
    }
}

static void test_several_and_none(void **state)
{
    struct target target = {.host = (char *)"app.example"};
    struct jar *jar = jar_new();
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    assert_int_equal(jar_header(jar, &target, "/", &out), 0);
    assert_int_equal(out.len, 0);
    give(jar, "Set-Cookie: a=1; domain=app.example; path=/");
    give(jar, "Set-Cookie: b=2; domain=other.example; path=/");
    give(jar, "Set-Cookie: c=3; domain=app.example; path=/");
    assert_int_equal(jar_header(jar, &target, "/", &out), 0);
    assert_true(strcmp(out.data, "a=1; c=3") == 0 || strcmp(out.data, "c=3; a=1") == 0);
    buf_release(&out);
    jar_free(jar);
}

/* As a browser does: a cookie too large is none, and the others stay. */
static void test_too_large(void **state)
{
    struct target target = {.host = (char *)"app.example"};
    char given[10000];
    struct jar *jar = jar_new();
    struct buf out;

    (void)state;
    memset(given, 'x', sizeof(given) - 1);
    memcpy(given, "a=", 2);
    memcpy(given + sizeof(given) - 6, "; b=2", 6);
    assert_int_equal(jar_add(jar, &target, given), 0);
    buf_init(&out, 100000);
    assert_int_equal(jar_header(jar, &target, "/", &out), 0);
    assert_string_equal(out.data, "b=2");
    buf_release(&out);
    jar_free(jar);
}

/* What a script or a person gives goes to the whole target, and a server may set it anew. */
static const struct {
    const char *name;
    const char *given;
    const char *then; /* set by the server, as a line of a cookie file; or NULL */
    const char *host;
    bool tls;
    const char *want;
} given[] = {
    {"one", "a=1", NULL, "app.example", false, "a=1"},
    {"two", "a=1; b=2", NULL, "app.example", false, "a=1; b=2"},
    {"untidy", "a=1;b=2 ;", NULL, "app.example", false, "a=1; b=2"},
    {"an equals sign in the value", "a=b=c", NULL, "app.example", false, "a=b=c"},
    {"no value", "a=", NULL, "app.example", false, "a="},
    {"nothing", "", NULL, "app.example", false, ""},
    {"no name", "=1", NULL, "app.example", false, ""},
    {"an address", "a=1", NULL, "127.0.0.1", false, "a=1"},
    {"IPv6", "a=1", NULL, "::1", false, "a=1"},
    {"a name without dots", "a=1", NULL, "app", false, "a=1"},
    {"localhost", "a=1", NULL, "localhost", false, "a=1"},
    {"over TLS", "__Secure-a=1; __Host-b=2", NULL, "app.example", true, "__Secure-a=1; __Host-b=2"},
    {"the server changes it", "a=1", "app.example\tFALSE\t/\tFALSE\t0\ta\t2", "app.example", false,
     "a=2"},
};

static void test_given(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(given); i++) {
        struct target target = {.tls = given[i].tls, .host = (char *)given[i].host};
        struct jar *jar = jar_new();
        struct buf out;

        assert_int_equal(jar_add(jar, &target, given[i].given), 0);
        if (given[i].then)
            give(jar, given[i].then);
        buf_init(&out, 1000);
        buf_adds(&out, "");
        assert_int_equal(jar_header(jar, &target, "/x", &out), 0);
        if (strcmp(out.data, given[i].want) != 0)
            fail_msg("%s: '%s'", given[i].name, out.data);
        buf_release(&out);
        jar_free(jar);
    }
}

/* What a server sets, and whether it is sent with the next request to `then`. */
static const struct {
    const char *name;
    const char *set[3]; /* values of Set-Cookie, with the answer to `path` */
    const char *host;
    const char *path;
    const char *then;
    bool tls;
    const char *want;
} sets[] = {
    {"one", {"a=1"}, "app.example", "/", "/x", false, "a=1"},
    {"of the page's folder", {"a=1"}, "app.example", "/app/page?x=/y/", "/app/z", false, "a=1"},
    {"not above it", {"a=1"}, "app.example", "/app/page", "/other", false, ""},
    {"of a path", {"a=1; Path=/app"}, "app.example", "/", "/app/x", false, "a=1"},
    {"a path that is none", {"a=1; Path=app"}, "app.example", "/", "/x", false, "a=1"},
    {"changed", {"a=1", "a=2"}, "app.example", "/", "/", false, "a=2"},
    {"taken back", {"a=1", "a=; Max-Age=0"}, "app.example", "/", "/", false, ""},
    {"taken back by a date",
     {"a=1", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"},
     "app.example",
     "/",
     "/",
     false,
     ""},
    {"a date far off",
     {"a=1; expires=Fri, 01-Jan-2100 00:00:00 GMT"},
     "app.example",
     "/",
     "/",
     false,
     "a=1"},
    {"Max-Age goes before a date",
     {"a=1; Max-Age=100; Expires=Thu, 01 Jan 1970 00:00:00 GMT"},
     "app.example",
     "/",
     "/",
     false,
     "a=1"},
    {"the domain above", {"a=1; Domain=.example.org"}, "app.example.org", "/", "/", false, "a=1"},
    {"another domain", {"a=1; Domain=other.example"}, "app.example", "/", "/", false, ""},
    {"an address", {"a=1; Domain=127.0.0.1"}, "127.0.0.1", "/", "/", false, "a=1"},
    {"a name without dots", {"a=1; Domain=app"}, "app", "/", "/", false, "a=1"},
    {"an empty domain", {"a=1; Domain="}, "app.example", "/", "/", false, "a=1"},
    {"Secure, over TLS", {"a=1; Secure"}, "app.example", "/", "/", true, "a=1"},
    {"Secure, plain", {"a=1; Secure"}, "app.example", "/", "/", false, ""},
    {"Secure, on this machine", {"a=1; Secure"}, "127.0.0.1", "/", "/", false, "a=1"},
    {"untidy",
     {" a = 1 ;HttpOnly;; SameSite=Lax;path=/"},
     "app.example",
     "/y/",
     "/x",
     false,
     "a=1"},
    {"quotes and blanks inside", {"a=\"x y\""}, "app.example", "/", "/", false, "a=\"x y\""},
    {"nothing", {""}, "app.example", "/", "/", false, ""},
    {"no name", {"=x"}, "app.example", "/", "/", false, ""},
    {"a tab inside", {"a=x\ty"}, "app.example", "/", "/", false, ""},
    {"two of two paths", {"a=1; Path=/", "b=2; Path=/x"}, "app.example", "/", "/y", false, "a=1"},
};

static void test_set(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sets); i++) {
        struct target target = {.tls = sets[i].tls, .host = (char *)sets[i].host};
        struct jar *jar = jar_new();
        const char *sent;

        for (size_t k = 0; k < COUNT(sets[i].set) && sets[i].set[k]; k++) {
            assert_int_equal(jar_lend(jar, &target, "/", &sent), 0); /* as if asked in between */
            assert_int_equal(
                jar_set(jar, &target, sets[i].path, sets[i].set[k], strlen(sets[i].set[k])), 0);
        }
        for (int again = 0; again < 2; again++) {
            assert_int_equal(jar_lend(jar, &target, sets[i].then, &sent), 0);
            if (strcmp(sent, sets[i].want) != 0)
                fail_msg("%s: '%s'", sets[i].name, sent);
        }
        jar_free(jar);
    }
}

static int use_one(void *user)
{
    static const char cookie[] = "a=1; Path=/x";
    const struct target *target = user;
    struct jar *jar = jar_new();
    const char *sent;
    int rc = jar ? jar_set(jar, target, "/", cookie, strlen(cookie)) : -E_NOMEM;

    if (rc == 0)
        rc = jar_add(jar, target, "b=2; c=3");
    if (rc == 0)
        rc = jar_lend(jar, target, "/x", &sent);
    jar_free(jar);
    return rc;
}

static void test_refused_memory(void **state)
{
    struct target target = {.host = (char *)"app.example"};

    (void)state;
    assert_true(refuse_in_turn("jar", use_one, &target) >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each),      cmocka_unit_test(test_several_and_none),
        cmocka_unit_test(test_too_large), cmocka_unit_test(test_given),
        cmocka_unit_test(test_set),       cmocka_unit_test(test_refused_memory),
    };
    int failed;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
