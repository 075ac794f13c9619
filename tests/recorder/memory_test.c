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

static void record_some(struct capture *c)
{
    struct headers none = {0};
    struct request_facts post = {"POST", "/p", &none, true, clock_monotonic_us()};
    struct request_facts open = {"GET", "/websocket/", &none, false, clock_monotonic_us()};
    struct capture_request *r = capture_request_begin(c, &post);
    struct socket_end gone = {.code = 1001};
    struct capture_socket *s;

    capture_request_body(r, "body", 4);
    capture_request_end(r, clock_monotonic_us());
    s = capture_socket_open(c, &open, clock_monotonic_us());
    capture_socket_message(s, false, "{\"config\":{\"sessionId\":\"0123456789\"}}", 38, false,
                           clock_monotonic_us());
    capture_socket_message(s, true, "0123456789", 10, false, clock_monotonic_us());
    capture_socket_end(s, &gone, clock_monotonic_us());
    capture_socket_free(s);
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
        record_some(c);
        capture_failure(c, &err);
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
    char folder[] = "/tmp/memory-XXXXXX";
    char body[160];

    (void)state;
    shipped("plain");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s.log", folder);
    refuse_onward_in_turn("capture", record_a_session, NULL);
    unlink(path);
    snprintf(body, sizeof(body), "%s.trace", path);
    unlink(body);
    snprintf(body, sizeof(body), "%s.post.0", path);
    unlink(body);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rewrite),
                                       cmocka_unit_test(test_capture)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
