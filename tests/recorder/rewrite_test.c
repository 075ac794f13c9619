#include "recorder/rewrite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "recorder/limits.h"

#define MAX_HEADERS 8

static char http_url[] = "http://app.example/base";
static char http_authority[] = "app.example";
static char base[] = "/base";
static const struct target with_base = {.authority = http_authority, .base = base, .url = http_url};

static char https_url[] = "https://app.example:8443";
static char https_authority[] = "app.example:8443";
static char no_base[] = "";
static const struct target over_tls = {
    .tls = true, .authority = https_authority, .base = no_base, .url = https_url};

#define PROXY "127.0.0.1:8600"

struct head_case {
    const char *name;
    const char *in[MAX_HEADERS];
    const char *want[MAX_HEADERS];
};

static void fill(struct headers *list, const char *const *lines)
{
    for (; *lines; lines++)
        assert_int_equal(headers_add_line(list, *lines, strlen(*lines)), 0);
}

static void assert_headers(const struct headers *got, const char *const *want, const char *name)
{
    size_t i = 0;

    for (; want[i]; i++) {
        char line[256];

        if (i >= got->count)
            fail_msg("%s: only %zu headers", name, got->count);
        snprintf(line, sizeof(line), "%s: %s", got->items[i].name, got->items[i].value);
        if (strcmp(line, want[i]) != 0)
            fail_msg("%s: '%s' instead of '%s'", name, line, want[i]);
    }
    if (got->count > i)
        fail_msg("%s: '%s' too much", name, got->items[i].name);
}

static const struct head_case requests[] = {
    {"order, case and repetition stay", {"B: 1", "a: 2", "B: 3"}, {"B: 1", "a: 2", "B: 3"}},
    {"hop-by-hop headers go",
     {"Connection: close, x-mine", "Keep-Alive: 5", "X-Mine: 1", "TE: gzip", "Upgrade: h2c"},
     {NULL}},
    {"trailers may come", {"TE: trailers", "Trailer: x"}, {"TE: trailers", "Trailer: x"}},
    {"Connection cannot take away what frames a message",
     {"Connection: Content-Length, Host, cookie", "Content-Length: 3", "Cookie: a"},
     {"Content-Length: 3", "Cookie: a"}},
    {"the same length twice is one",
     {"Content-Length: 3", "content-length: 3"},
     {"Content-Length: 3"}},
    {"Host is the target's", {"host: " PROXY}, {"host: app.example"}},
    {"Origin has no path", {"Origin: http://" PROXY}, {"Origin: http://app.example"}},
    {"a foreign Origin stays",
     {"Origin: http://127.0.0.1:86000"},
     {"Origin: http://127.0.0.1:86000"}},
    {"an Origin of null stays", {"Origin: null"}, {"Origin: null"}},
    {"Referer gets the base path",
     {"Referer: http://" PROXY "/page?x=http://" PROXY},
     {"Referer: http://app.example/base/page?x=http://" PROXY}},
    {"what was forwarded before is replaced",
     {"X-Forwarded-Host: a", "X-Forwarded-Proto: b"},
     {NULL}},
    {"Expect is the target's to answer", {"Expect: 100-continue"}, {"Expect: 100-continue"}},
    {"empty values stay", {"X-Empty:"}, {"X-Empty: "}},
    {"a body without length stays so",
     {"Transfer-Encoding: chunked"},
     {"Transfer-Encoding: chunked"}},
};

static void test_request(void **state)
{
    struct sides sides = {&with_base, PROXY};

    (void)state;
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        const struct head_case *c = &requests[i];
        const char *want[MAX_HEADERS + 2] = {NULL};
        struct headers in = {0};
        struct headers out = {0};
        size_t n = 0;

        for (; c->want[n]; n++)
            want[n] = c->want[n];
        want[n] = "X-Forwarded-Host: " PROXY;
        want[n + 1] = "X-Forwarded-Proto: http";
        fill(&in, c->in);
        assert_int_equal(rewrite_request(&out, &in, &sides, HEAD_HTTP), 0);
        assert_headers(&out, want, c->name);
        headers_release(&in);
        headers_release(&out);
    }
}

static void test_websocket_request(void **state)
{
    const char *in_lines[] = {"Connection: keep-alive, Upgrade",
                              "Upgrade: websocket",
                              "Sec-WebSocket-Key: k",
                              "Sec-WebSocket-Extensions: permessage-deflate",
                              "Sec-WebSocket-Protocol: chat",
                              NULL};
    const char *want[] = {"Connection: keep-alive, Upgrade",
                          "Upgrade: websocket",
                          "Sec-WebSocket-Key: k",
                          "Sec-WebSocket-Extensions: permessage-deflate",
                          "Sec-WebSocket-Protocol: chat",
                          "X-Forwarded-Host: 127.0.0.1:8600",
                          "X-Forwarded-Proto: http",
                          NULL};
    struct sides sides = {&with_base, PROXY};
    struct headers in = {0};
    struct headers out = {0};

    (void)state;
    fill(&in, in_lines);
    assert_int_equal(rewrite_request(&out, &in, &sides, HEAD_WEBSOCKET), 0);
    assert_headers(&out, want, "a WebSocket");
    headers_release(&in);
    headers_release(&out);
}

static const struct head_case answers[] = {
    {"cookies stay apart",
     {"Set-Cookie: a=1; Secure", "Set-Cookie: b=2; Domain=app.example"},
     {"Set-Cookie: a=1", "Set-Cookie: b=2"}},
    {"hop-by-hop headers go",
     {"Connection: x", "X: 1", "Keep-Alive: timeout=5", "Upgrade: h2", "Vary: z"},
     {"Vary: z"}},
    {"framing stays",
     {"Transfer-Encoding: chunked", "Trailer: y"},
     {"Transfer-Encoding: chunked", "Trailer: y"}},
    {"what leads away goes",
     {"Strict-Transport-Security: max-age=1", "Alt-Svc: h3=\":443\"", "Clear-Site-Data: *"},
     {"Clear-Site-Data: *"}},
    {"Refresh",
     {"Refresh: 5; url=http://app.example/base/x", "Refresh: 7"},
     {"Refresh: 5; url=http://" PROXY "/x", "Refresh: 7"}},
    {"Link",
     {"Link: <http://app.example/base/a.css>; rel=preload, <https://cdn/x>; rel=y, </base/z>"},
     {"Link: <http://" PROXY "/a.css>; rel=preload, <https://cdn/x>; rel=y, </z>"}},
    {"Link, torn", {"Link: <http://app.example/base/a"}, {"Link: <http://app.example/base/a"}},
    {"origins",
     {"Access-Control-Allow-Origin: http://app.example", "Timing-Allow-Origin: *"},
     {"Access-Control-Allow-Origin: http://" PROXY, "Timing-Allow-Origin: *"}},
    {"a policy of nothing but https",
     {"Content-Security-Policy: upgrade-insecure-requests;", "Content-Security-Policy:"},
     {"Content-Security-Policy: "}},
    {"a redirect stays on the proxy",
     {"Location: http://app.example/base/login?next=/"},
     {"Location: http://" PROXY "/login?next=/"}},
};

static void test_answer(void **state)
{
    struct sides sides = {&with_base, PROXY};

    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct headers in = {0};
        struct headers out = {0};

        fill(&in, answers[i].in);
        assert_int_equal(rewrite_response(&out, &in, &sides, HEAD_HTTP), 0);
        assert_headers(&out, answers[i].want, answers[i].name);
        headers_release(&in);
        headers_release(&out);
    }
}

struct text_case {
    const char *name;
    const struct target *target;
    const char *in;
    const char *want;
};

static const struct text_case locations[] = {
    {"absolute", &with_base, "http://app.example/base/x", "http://" PROXY "/x"},
    {"absolute, the base itself", &with_base, "http://app.example/base", "http://" PROXY "/"},
    {"absolute with a query", &with_base, "http://app.example/base?x", "http://" PROXY "/?x"},
    {"absolute, outside the base", &with_base, "http://app.example/basement",
     "http://app.example/basement"},
    {"another host", &with_base, "http://app.example.org/base/x", "http://app.example.org/base/x"},
    {"another scheme", &with_base, "https://app.example/base/x", "https://app.example/base/x"},
    {"a path", &with_base, "/base/x", "/x"},
    {"a path outside the base", &with_base, "/x", "/x"},
    {"relative", &with_base, "x/y", "x/y"},
    {"no scheme", &with_base, "//app.example/base/x", "//app.example/base/x"},
    {"empty", &with_base, "", ""},
    {"over TLS", &over_tls, "https://APP.example:8443/x", "http://" PROXY "/x"},
    {"another port", &over_tls, "https://app.example/x", "https://app.example/x"},
};

static const struct text_case cookies[] = {
    {"bare", &with_base, "a=1", "a=1"},
    {"all that ties it", &with_base,
     "a=1; Domain=app.example; Path=/base/x; Secure; HttpOnly; SameSite=None; Partitioned; "
     "Max-Age=5",
     "a=1; Path=/x; HttpOnly; Max-Age=5"},
    {"no blanks, other case", &with_base, "a=1;domain=x;SECURE;samesite=none;httponly",
     "a=1; httponly"},
    {"path is the base", &with_base, "a=1; Path=/base", "a=1; Path=/"},
    {"path outside the base", &with_base, "a=1; Path=/basement", "a=1; Path=/basement"},
    {"SameSite=Lax stays", &with_base, "a=1; SameSite=Lax", "a=1; SameSite=Lax"},
    {"a prefixed name needs Secure", &over_tls, "__Host-a=1; Secure; Path=/",
     "__Host-a=1; Secure; Path=/"},
    {"value with an equals sign", &over_tls, "a=b=c; Secure", "a=b=c"},
    {"stray semicolons", &over_tls, "a=1;;  ; Secure;", "a=1"},
};

static const struct text_case paths[] = {
    {"the base is put in front", &with_base, "/x?y", "/base/x?y"},
    {"the root", &with_base, "/", "/base/"},
    {"no base", &over_tls, "/a/../b", "/a/../b"},
    {"a whole URL", &with_base, "http://" PROXY "/x", "/base/x"},
    {"a whole URL without a path", &with_base, "http://" PROXY, "/base/"},
    {"a URL in the query", &over_tls, "/?u=http://x/", "/?u=http://x/"},
    {"the server itself", &with_base, "*", "*"},
};

static const struct text_case policies[] = {
    {"the target's names", &over_tls,
     "default-src 'self'; img-src app.example:8443 data:;connect-src https://app.example:8443 "
     "wss://app.example:8443/ws https://app.example",
     "default-src 'self'; img-src " PROXY " data:; connect-src http://" PROXY " ws://" PROXY
     "/ws https://app.example"},
    {"with a base path", &with_base, "script-src http://app.example/base/js 'nonce-x'",
     "script-src http://" PROXY "/js 'nonce-x'"},
    {"what leads to https", &over_tls,
     "upgrade-insecure-requests; block-all-mixed-content; frame-ancestors 'none'",
     "frame-ancestors 'none'"},
    {"nothing", &over_tls, " ; ", ""},
};

static int policy(struct buf *out, const struct text_case *c)
{
    struct sides sides = {c->target, PROXY};

    return rewrite_policy(out, c->in, &sides);
}

static int cookie(struct buf *out, const struct text_case *c)
{
    return rewrite_cookie(out, c->in, c->target);
}

static int location(struct buf *out, const struct text_case *c)
{
    struct sides sides = {c->target, PROXY};

    return rewrite_location(out, c->in, &sides);
}

static int path(struct buf *out, const struct text_case *c)
{
    return rewrite_path(out, c->in, c->target);
}

static void run(const struct text_case *cases, size_t count,
                int (*rewrite)(struct buf *, const struct text_case *))
{
    for (size_t i = 0; i < count; i++) {
        struct buf out;

        buf_init(&out, HEAD_BYTES_MAX);
        assert_int_equal(rewrite(&out, &cases[i]), 0);
        if (strcmp(out.data ? out.data : "", cases[i].want) != 0)
            fail_msg("%s: '%s' instead of '%s'", cases[i].name, out.data, cases[i].want);
        buf_release(&out);
    }
}

static void test_locations(void **state)
{
    (void)state;
    run(locations, sizeof(locations) / sizeof(locations[0]), location);
}

static void test_cookies(void **state)
{
    (void)state;
    run(cookies, sizeof(cookies) / sizeof(cookies[0]), cookie);
}

static void test_paths(void **state)
{
    (void)state;
    run(paths, sizeof(paths) / sizeof(paths[0]), path);
}

static void test_policies(void **state)
{
    (void)state;
    run(policies, sizeof(policies) / sizeof(policies[0]), policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policies),
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_websocket_request),
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_locations),
        cmocka_unit_test(test_cookies),
        cmocka_unit_test(test_paths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
