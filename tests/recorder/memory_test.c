/* The same calls with every allocation refused in turn: the 1st, the 2nd, ... until none is left to
 * refuse.  Leaks and crashes are the sanitizers' to see; here, that a refusal is told. */
#include "recorder/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/units.h"
#include "recorder/har.h"
#include "recorder/rewrite.h"
#include "tests/core/dialects.h"
#include "tests/core/refusal.h"

static char url[] = "http://app.example/base";
static char authority[] = "app.example";
static char base[] = "/base";
static const struct target target = {.authority = authority, .base = base, .url = url};

static int rewrite_a_head(void *user)
{
    static const char *const lines[] = {"Host: p:1",
                                        "Referer: http://p:1/x",
                                        "Cookie: a=1",
                                        "Set-Cookie: a=1; Path=/base",
                                        "Location: /base/x",
                                        "Link: </base/x>; rel=next",
                                        "Content-Security-Policy: img-src app.example"};
    struct sides sides = {&target, "p:1"};
    struct headers in = {0};
    struct headers request = {0};
    struct headers answer = {0};
    int rc = 0;

    (void)user;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]) && rc == 0; i++)
        rc = headers_add_line(&in, lines[i], strlen(lines[i]));
    if (rc == 0)
        rc = rewrite_request(&request, &in, &sides, HEAD_HTTP);
    if (rc == 0)
        rc = rewrite_response(&answer, &in, &sides, HEAD_HTTP);
    headers_release(&in);
    headers_release(&request);
    headers_release(&answer);
    return rc;
}

static void on_step(void *user, const struct step *step, const struct dialect *dialect)
{
    (void)user;
    (void)step;
    (void)dialect;
}

static void on_note(void *user, const char *text)
{
    (void)user;
    (void)text;
}

static char path[128];

/* A login by form, with all that a person may bring along. */
static int fill_heads(struct headers *request, struct headers *answer)
{
    static const char *const asked[] = {"Content-Type: application/x-www-form-urlencoded",
                                        "Authorization: Basic YW5uOnNlc2FtZQ==",
                                        "Cookie: sso=brought-along; theme=dark", "X-Said: yes"};
    static const char *const told[] = {"Content-Type: text/html", "Set-Cookie: sid=1; Path=/"};
    int rc = 0;

    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]) && rc == 0; i++)
        rc = headers_add_line(request, asked[i], strlen(asked[i]));
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]) && rc == 0; i++)
        rc = headers_add_line(answer, told[i], strlen(told[i]));
    return rc;
}

static void record_login(struct capture *c, const struct headers *request,
                         const struct headers *answer, bool left)
{
    static const char body[] = "user=ann&password=open+sesame";
    static const char page[] = "<base href=\"_w_0123456789abcdef/\"><img src=\"//other.example/\">";
    struct request_facts post = {"POST", "/p?api_key=k-12345", request, true, clock_monotonic_us()};
    struct capture_request *r;

    capture_mark(c, "login");
    r = capture_request_begin(c, &post);
    capture_request_body(r, body, sizeof(body) - 1);
    capture_request_answered(r, 200, answer);
    capture_request_answer(r, page, sizeof(page) - 1);
    if (left)
        capture_request_left(r, clock_monotonic_us());
    else
        capture_request_end(r, clock_monotonic_us());
}

/* The password, before anybody could know that it is one. */
static void record_early(struct capture *c, const struct headers *request,
                         const struct headers *answer)
{
    static const char body[] = "note=open+sesame";
    struct request_facts post = {"POST", "/q?open%20sesame", request, true, clock_monotonic_us()};
    struct capture_request *r = capture_request_begin(c, &post);

    capture_request_body(r, body, sizeof(body) - 1);
    capture_request_answered(r, 200, answer);
    capture_request_answer(r, "open sesame", 11);
    capture_request_end(r, clock_monotonic_us());
}

static void record_socket(struct capture *c, const struct headers *headers)
{
    struct request_facts open = {"GET", "/websocket/", headers, false, clock_monotonic_us()};
    struct socket_end gone = {.code = 1001, .reason = "bye", .reason_bytes = 3};
    struct capture_socket *s = capture_socket_open(c, &open, clock_monotonic_us());

    capture_socket_message(s, false, "{\"config\":{\"sessionId\":\"0123456789\"}}", 38, false,
                           clock_monotonic_us());
    capture_socket_message(s, true, "0123456789", 10, false, clock_monotonic_us());
    capture_socket_message(s, true, "\0bytes", 6, true, clock_monotonic_us());
    capture_socket_end(s, &gone, clock_monotonic_us());
    capture_socket_free(s);
}

/* 0 or -E_NOMEM: of the heads themselves. */
static int record_some(struct capture *c)
{
    struct headers request = {0};
    struct headers answer = {0};
    int rc = fill_heads(&request, &answer);

    if (rc == 0) {
        record_early(c, &request, &answer);
        record_login(c, &request, &answer, false);
        record_login(c, &request, &answer, true);
        record_socket(c, &request);
    }
    headers_release(&request);
    headers_release(&answer);
    return rc;
}

static int record_a_session(void *user)
{
    struct capture_watcher watcher = {on_step, on_note, NULL};
    struct capture_options options = {
        .path = path, .target_url = "http://t", .overwrite = true, .trace = true};
    struct error err = ERROR_NONE;
    struct capture *c = NULL;

    (void)user;
    if (capture_open(&c, &options, &watcher, &err) == 0) {
        if (record_some(c) < 0)
            error_nomem(&err);
        if (capture_failure(c, &err) == 0)
            capture_finish(c, &err);
        capture_close(c);
    }
    return -err.code;
}

static void test_rewrite(void **state)
{
    (void)state;
    refuse_in_turn("rewrite", rewrite_a_head, NULL);
}

static void test_capture(void **state)
{
    static const char *const endings[] = {"", ".trace", ".post.0", ".post.1", ".post.2", ".part"};
    char folder[] = "/tmp/memory-XXXXXX";

    (void)state;
    shipped("plain");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s.log", folder);
    refuse_onward_in_turn("capture", record_a_session, NULL);
    refuse_in_turn("capture, once", record_a_session, NULL);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        char file[160];

        snprintf(file, sizeof(file), "%s%s", path, endings[i]);
        unlink(file);
    }
    assert_int_equal(rmdir(folder), 0);
}

static const char har_text[] =
    "{\"log\":{\"creator\":{\"name\":\"x\"},\"entries\":[{\"startedDateTime\":"
    "\"2026-11-21T01:48:37Z\",\"time\":5,\"request\":{\"method\":\"POST\",\"url\":\"http://a/\","
    "\"headers\":[{\"name\":\"Content-Type\",\"value\":\"application/x-www-form-urlencoded\"}],"
    "\"cookies\":[{\"name\":\"a\",\"value\":\"1\"}],\"postData\":{\"params\":[{\"name\":\"b\","
    "\"value\":\"c d\"}]}},\"response\":{\"status\":200,\"cookies\":[{\"name\":\"s\",\"value\":"
    "\"2\"}],\"content\":{\"text\":\"aGk=\",\"encoding\":\"base64\"}},\"_webSocketMessages\":"
    "[{\"type\":\"send\",\"time\":1,\"data\":\"x\"}]}]}}";

static int read_har(void *user)
{
    struct error err = ERROR_NONE;
    struct har har;
    int rc = har_parse(&har, "x.har", har_text, sizeof(har_text) - 1, &err);

    (void)user;
    har_release(&har);
    return rc;
}

static void test_har(void **state)
{
    (void)state;
    refuse_in_turn("har", read_har, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rewrite),
                                       cmocka_unit_test(test_capture), cmocka_unit_test(test_har)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
