/* What of a request is recorded: headers, cookies; and which hosts a page names. */
#include "recorder/recorded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "recorder/cookies_seen.h"
#include "recorder/heard.h"
#include "recorder/strangers.h"

static void test_headers(void **state)
{
    static const struct {
        const char *name;
        const char *value;
        bool want;
        bool want_file;
    } cases[] = {
        {"content-type", "text/plain", true, true},
        {"Accept", "application/json", true, false},
        {"Accept", "*/*", false, false},
        {"Accept-Language", "de", true, false},
        {"X-Requested-With", "XMLHttpRequest", true, true},
        {"HX-Request", "true", true, true},
        {"apikey", "k", true, true},
        {"Authorization", "Basic x", true, true},
        {"Range", "bytes=0-9", true, true},
        {"If-Range", "\"x\"", true, true},
        {"If-Match", "\"x\"", true, true},
        {"If-None-Match", "\"x\"", false, false},
        {"If-Modified-Since", "x", false, false},
        {"Cookie", "a=1", false, false},
        {"Origin", "http://x", false, false},
        {"Referer", "http://x", false, false},
        {"Sec-Fetch-Mode", "cors", false, false},
        {"Sec-WebSocket-Key", "x", false, false},
        {"X-Forwarded-For", "1.2.3.4", false, false},
        {"User-Agent", "x", false, false},
        {"Accept-Encoding", "gzip", false, false},
        {"content-length", "3", false, false},
        {":authority", "x", false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (header_is_recorded(cases[i].name, cases[i].value) != cases[i].want)
            fail_msg("%s", cases[i].name);
        if (header_is_recorded_for_file(cases[i].name, cases[i].value) != cases[i].want_file)
            fail_msg("%s of a file", cases[i].name);
    }
}

static int sent(struct cookies_seen *seen, const char *path, const char *name, const char *value)
{
    return cookies_seen_sent(seen, path, name, strlen(name), value, strlen(value));
}

static void test_cookies(void **state)
{
    struct cookies_seen seen = {0};

    (void)state;
    assert_int_equal(sent(&seen, "/app/", "login", "x"), COOKIE_BROUGHT);
    assert_int_equal(sent(&seen, "/app/", "login", "x"), COOKIE_KNOWN);
    assert_int_equal(cookies_seen_path(&seen, "/app/?q"), 0);
    assert_int_equal(cookies_seen_set(&seen, "sid=1; Path=/"), 0);
    assert_int_equal(sent(&seen, "/app/x", "sid", "1"), COOKIE_KNOWN);
    assert_int_equal(sent(&seen, "/app/x", "sid", "2"), COOKIE_KNOWN);
    /* nobody brought it: the folder was asked for without it */
    assert_int_equal(sent(&seen, "/app/x", "theme", "dark"), COOKIE_MADE);
    assert_int_equal(sent(&seen, "/app/x", "theme", "dark"), COOKIE_KNOWN);
    assert_int_equal(sent(&seen, "/app/x", "theme", "light"), COOKIE_MADE);
    /* another folder's may have been there before */
    assert_int_equal(sent(&seen, "/admin/", "admin", "y"), COOKIE_BROUGHT);
    cookies_seen_release(&seen);
}

static void test_pairs(void **state)
{
    const char *at = " a=1;b = 2 ; =x; nothing;c=d=e; f=";
    static const char *const want[] = {"a|1", "b | 2", "c|d=e", "f|"};
    struct cookie_pair pair;
    size_t i = 0;

    (void)state;
    while (cookie_next(&at, &pair)) {
        char text[32];

        snprintf(text, sizeof(text), "%.*s|%.*s", (int)pair.name_len, pair.name,
                 (int)pair.value_len, pair.value);
        assert_string_equal(text, want[i++]);
    }
    assert_int_equal(i, 4);
}

static void test_strangers(void **state)
{
    static const char page[] =
        "<script src=\"https://cdn.example/a.js\"></script><script src=/own.js></script>"
        "<link rel=stylesheet href='//fonts.example/x.css'><a href=\"https://link.example/\">x</a>"
        "<link rel=canonical href=\"https://canon.example/\"><img src=\"http://app.example/i.png\">"
        "<script>fetch('https://api.example:8443/x'); fetch(\"/own\")</script>"
        "<img src=\"data:image/png;base64,xx\"><script src=\"https://cdn.example/b.js\"></script>";
    static const char *const want[] = {"api.example:8443", "cdn.example", "fonts.example"};
    struct strangers s = {0};

    (void)state;
    assert_int_equal(strangers_learn(&s, "http://app.example/base", page, sizeof(page) - 1), 0);
    assert_int_equal(s.hosts.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(s.hosts.items[i], want[i]);
    strangers_release(&s);
}

static void test_heard(void **state)
{
    struct heard heard;

    (void)state;
    heard_init(&heard);
    assert_false(heard_has(&heard, "a/b+c", 5));
    assert_int_equal(heard_add(&heard, "{\"t\":\"a\\/b+c\",\"u\":\"x%2Fy\"}", 27), 0);
    assert_true(heard_has(&heard, "a/b+c", 5));
    assert_true(heard_has(&heard, "x/y", 3));
    assert_false(heard_has(&heard, "x/z", 3));
    assert_false(heard_has(&heard, "", 0));
    heard_release(&heard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers), cmocka_unit_test(test_cookies),
        cmocka_unit_test(test_pairs),   cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_heard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
