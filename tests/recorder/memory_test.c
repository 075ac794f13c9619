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

static long countdown; /* 0: refuse nothing */
static bool refused;

static bool refuses(void)
{
    if (countdown && --countdown == 0)
        refused = true;
    return refused && countdown == 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);

void *__wrap_malloc(size_t size)
{
    return refuses() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refuses() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return refuses() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return refuses() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t len)
{
    return refuses() ? NULL : __real_strndup(text, len);
}

/* Runs the deed with the nth allocation and all after it refused, for n from 1 on; the deed answers
 * whether it was told.  Ends when a deed went through without a refusal. */
static void sweep(bool (*deed)(void))
{
    for (long n = 1;; n++) {
        bool told;

        countdown = n;
        refused = false;
        told = deed();
        countdown = 0;
        if (!refused) {
            assert_false(told);
            return;
        }
        refused = false;
        if (!told)
            fail_msg("allocation %ld was refused, and nobody was told", n);
    }
}

static char url[] = "http://app.example/base";
static char authority[] = "app.example";
static char base[] = "/base";
static const struct target target = {.authority = authority, .base = base, .url = url};

static bool rewrite_a_head(void)
{
    static const char *const lines[] = {"Host: p:1", "Referer: http://p:1/x", "Cookie: a=1",
                                        "Set-Cookie: a=1; Path=/base", "Location: /base/x"};
    struct sides sides = {&target, "p:1"};
    struct headers in = {0};
    struct headers request = {0};
    struct headers answer = {0};
    int rc = 0;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]) && rc == 0; i++)
        rc = headers_add_line(&in, lines[i], strlen(lines[i]));
    if (rc == 0)
        rc = rewrite_request(&request, &in, &sides, HEAD_HTTP);
    if (rc == 0)
        rc = rewrite_response(&answer, &in, &sides);
    headers_release(&in);
    headers_release(&request);
    headers_release(&answer);
    return rc < 0;
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
    struct capture_socket *s;

    capture_request_body(r, "body", 4);
    capture_request_end(r, clock_monotonic_us());
    s = capture_socket_open(c, &open, clock_monotonic_us());
    capture_socket_message(s, false, "{\"config\":{\"sessionId\":\"0123456789\"}}", 38, false,
                           clock_monotonic_us());
    capture_socket_message(s, true, "0123456789", 10, false, clock_monotonic_us());
    capture_socket_end(s, clock_monotonic_us());
    capture_socket_free(s);
}

static bool record_a_session(void)
{
    struct capture_watcher watcher = {on_step, on_note, NULL};
    struct error err = ERROR_NONE;
    struct capture *c = NULL;

    if (capture_open(&c, path, "http://t", true, &watcher, &err) == 0) {
        record_some(c);
        capture_failure(c, &err);
        capture_close(c);
    }
    return err.code == E_NOMEM;
}

static void test_rewrite(void **state)
{
    (void)state;
    sweep(rewrite_a_head);
}

static void test_capture(void **state)
{
    char folder[] = "/tmp/memory-XXXXXX";
    char body[160];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s.log", folder);
    sweep(record_a_session);
    unlink(path);
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
