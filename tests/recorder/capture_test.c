/* Scripted traffic in, the script's text out. */
#include "recorder/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/units.h"
#include "tests/core/dialects.h"

struct world {
    char folder[64];
    char path[96];
    struct capture *capture;
    unsigned steps;
    char note[256];
    int64_t now_us;
};

static void on_step(void *user, const struct step *step, const struct dialect *dialect)
{
    struct world *w = user;

    assert_non_null(step);
    assert_non_null(dialect);
    w->steps++;
}

static void on_note(void *user, const char *text)
{
    struct world *w = user;

    snprintf(w->note, sizeof(w->note), "%s", text);
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof(*w));
    struct error err = ERROR_NONE;
    struct capture_watcher watcher = {on_step, on_note, w};
    struct capture_options options = {.target_url = "http://t", .trace = true};

    shipped("plain");
    snprintf(w->folder, sizeof(w->folder), "/tmp/capture-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->path, sizeof(w->path), "%s/s.log", w->folder);
    options.path = w->path;
    assert_int_equal(capture_open(&w->capture, &options, &watcher, &err), 0);
    w->now_us = clock_monotonic_us();
    *state = w;
    return 0;
}

static void remove_file(struct world *w, const char *ending)
{
    char path[128];

    snprintf(path, sizeof(path), "%s%s", w->path, ending);
    unlink(path);
}

static int teardown(void **state)
{
    struct world *w = *state;

    capture_close(w->capture);
    remove_file(w, "");
    for (int i = 0; i < 10; i++) {
        char ending[24];

        snprintf(ending, sizeof(ending), ".post.%d", i);
        remove_file(w, ending);
    }
    remove_file(w, ".trace");
    assert_int_equal(rmdir(w->folder), 0);
    free(w);
    return 0;
}

static struct request_facts ask(const char *method, const char *path, struct headers *headers,
                                int64_t begin_us)
{
    return (struct request_facts){method, path, headers, false, begin_us};
}

static struct script *load(struct world *w)
{
    struct error err = ERROR_NONE;
    struct script *script = NULL;

    if (script_load(&script, w->path, true, &err) < 0)
        fail_msg("%s", err.text);
    return script;
}

static void test_side_by_side(void **state)
{
    struct world *w = *state;
    struct headers none = {0};
    struct request_facts a = ask("GET", "/", &none, w->now_us);
    struct request_facts b = ask("GET", "/a.js", &none, w->now_us + 1500);
    struct capture_request *ra = capture_request_begin(w->capture, &a);
    struct capture_request *rb = capture_request_begin(w->capture, &b);
    struct script *script;

    capture_request_answered(rb, 200, &none);
    capture_request_end(rb, w->now_us + 2000);
    capture_request_answered(ra, 304, &none);
    capture_request_end(ra, w->now_us + 3001);
    script = load(w);
    assert_int_equal(script->version, 1);
    assert_int_equal(script->count, 2);
    assert_int_equal(w->steps, 2);
    /* by their beginnings, though they were written by their ends */
    assert_string_equal(script_at(script, 0)->url, "/");
    assert_int_equal(script_at(script, 0)->type, STEP_REQ_HOME);
    assert_int_equal(script_at(script, 0)->status, 304);
    assert_int_equal(script_at(script, 0)->end_us, 3001);
    assert_int_equal(script_at(script, 1)->begin_us, 1500);
    assert_int_equal(script_at(script, 1)->end_us, 2000);
    script_free(script);
}

static void test_bodies(void **state)
{
    struct world *w = *state;
    struct headers headers = {0};
    struct request_facts facts = ask("POST", "/p", &headers, w->now_us);
    struct capture_request *kept;
    struct capture_request *dropped;
    struct script *script;
    struct stat st;
    char path[128];

    headers_add(&headers, "Content-Type", "text/plain");
    headers_add(&headers, "Cookie", "secret");
    facts.has_body = true;
    dropped = capture_request_begin(w->capture, &facts);
    kept = capture_request_begin(w->capture, &facts);
    capture_request_body(dropped, "half", 4);
    capture_request_body(kept, "who", 3);
    capture_request_body(kept, "le", 2);
    capture_request_drop(dropped, "the browser hung up");
    assert_string_equal(w->note, "POST /p is not recorded: the browser hung up");
    capture_request_answered(kept, 200, &headers);
    capture_request_end(kept, w->now_us + 10);
    script = load(w);
    assert_int_equal(script->count, 1);
    assert_string_equal(script_at(script, 0)->datafile, "s.log.post.1");
    assert_string_equal(script_at(script, 0)->body, "whole");
    assert_string_equal(script_at(script, 0)->headers[0], "Content-Type: text/plain");
    assert_null(script_at(script, 0)->headers[1]);
    snprintf(path, sizeof(path), "%s.post.0", w->path);
    assert_int_not_equal(stat(path, &st), 0);
    script_free(script);
    headers_release(&headers);
}

static void test_what_raises_the_version(void **state)
{
    struct world *w = *state;
    struct headers none = {0};
    struct request_facts get = ask("GET", "/x", &none, w->now_us);
    struct request_facts delete = ask("DELETE", "/x", &none, w->now_us + 10);
    struct capture_request *r = capture_request_begin(w->capture, &get);
    struct script *script;

    capture_request_end(r, w->now_us + 5);
    script = load(w);
    assert_int_equal(script->version, 1);
    script_free(script);
    r = capture_request_begin(w->capture, &delete);
    capture_request_end(r, w->now_us + 15);
    script = load(w);
    assert_int_equal(script->version, 2);
    assert_string_equal(script_at(script, 1)->method, "DELETE");
    script_free(script);
}

static void send_text(struct capture_socket *s, bool from_browser, const char *text, int64_t at_us)
{
    capture_socket_message(s, from_browser, text, strlen(text), false, at_us);
}

static void test_shiny_socket(void **state)
{
    struct world *w = *state;
    struct headers none = {0};
    struct request_facts home = ask("GET", "/", &none, w->now_us);
    struct request_facts open = ask("GET", "/websocket/", &none, w->now_us + 100);
    struct socket_end gone = {.code = 1001};
    struct capture_totals totals;
    struct capture_socket *s;
    struct script *script;

    capture_request_end(capture_request_begin(w->capture, &home), w->now_us + 90);
    s = capture_socket_open(w->capture, &open, w->now_us + 150);
    send_text(s, true, "{\"method\":\"init\",\"data\":{}}", w->now_us + 200);
    send_text(s, false, "{\"config\":{\"sessionId\":\"0123456789abcdef\"}}", w->now_us + 300);
    send_text(s, false, "{\"busy\":\"busy\"}", w->now_us + 310);
    capture_totals(w->capture, &totals);
    assert_int_equal(totals.activity.sockets_open, 1);
    capture_socket_end(s, &gone, w->now_us + 400);
    capture_socket_end(s, &gone, w->now_us + 500);
    send_text(s, true, "too late", w->now_us + 600);
    capture_socket_free(s);
    capture_totals(w->capture, &totals);
    assert_int_equal(totals.steps, 5);
    assert_int_equal(totals.sockets, 1);
    assert_int_equal(totals.activity.sockets_open, 0);
    script = load(w);
    assert_int_equal(script->version, 1);
    assert_string_equal(script->dialect, "shiny");
    assert_string_equal(script->target_type, "R/Shiny");
    assert_string_equal(script->target_url, "http://t");
    assert_int_equal(script->count, 5);
    assert_int_equal(script_at(script, 1)->type, STEP_WS_OPEN);
    assert_int_equal(script_at(script, 3)->type, STEP_WS_RECV_INIT);
    assert_string_equal(script_at(script, 3)->message,
                        "{\"config\":{\"sessionId\":\"${SESSION}\"}}");
    assert_int_equal(script_at(script, 4)->type, STEP_WS_CLOSE);
    assert_int_equal(script_at(script, 4)->begin_us, 400);
    script_free(script);
}

static void test_noise(void **state)
{
    struct world *w = *state;
    struct headers none = {0};
    struct request_facts facts = ask("GET", "/favicon.ico", &none, w->now_us);
    struct capture_request *r = capture_request_begin(w->capture, &facts);
    struct capture_totals totals;

    capture_totals(w->capture, &totals);
    assert_int_equal(totals.activity.unanswered, 1);
    capture_request_end(r, w->now_us + 10);
    capture_totals(w->capture, &totals);
    assert_int_equal(totals.activity.unanswered, 0);
    assert_int_equal(totals.steps, 0);
}

/* A mark waits for a step that is recorded; an answer that was left is one when its head came. */
static void test_left_and_marked(void **state)
{
    struct world *w = *state;
    struct headers none = {0};
    struct request_facts facts = ask("GET", "/events", &none, w->now_us);
    struct capture_request *r;
    struct script *script;

    capture_mark(w->capture, " a\tb\n");
    assert_string_equal(w->note, "mark: what follows is 'a b'");
    r = capture_request_begin(w->capture, &facts);
    capture_request_left(r, w->now_us + 10);
    assert_string_equal(w->note, "GET /events is not recorded: the browser hung up before its "
                                 "answer began");
    r = capture_request_begin(w->capture, &facts);
    capture_request_answered(r, 200, &none);
    capture_request_answer(r, "data: 1\n\n", 9);
    capture_request_left(r, w->now_us + 20);
    script = load(w);
    assert_int_equal(script->count, 1);
    assert_int_equal(script->version, 2);
    assert_true(script_at(script, 0)->left);
    assert_int_equal(script_at(script, 0)->bytes, 9);
    assert_string_equal(script_at(script, 0)->mark, "a b");
    script_free(script);
}

/* Asks, and is answered at once. */
static void exchange(struct world *w, const char *path, int64_t at_us, const char *answer)
{
    struct headers none = {0};
    struct request_facts facts = ask("POST", path, &none, w->now_us + at_us);
    struct capture_request *r = capture_request_begin(w->capture, &facts);

    capture_request_answered(r, 200, &none);
    capture_request_answer(r, answer, strlen(answer));
    capture_request_end(r, w->now_us + at_us + 10000);
}

#define JOB(n) "/_dash-update-component?cacheKey=key-" n "&job=" n

/* What a browser asks again and again is one step; two jobs are two. */
static void test_polls(void **state)
{
    struct world *w = *state;
    struct error err = ERROR_NONE;
    struct script *script;

    exchange(w, "/_dash-update-component", 0, "{\"cacheKey\":\"key-1\",\"job\":\"1\"}");
    exchange(w, JOB("1"), 1000000, "{}");
    exchange(w, JOB("2"), 1100000, "{}");
    exchange(w, JOB("1"), 1500000, "no JSON");
    exchange(w, JOB("1"), 2200000, "{\"response\":null}");
    exchange(w, JOB("3"), 3000000, "{\"response\":1}");
    script = load(w);
    assert_int_equal(script->version, 2);
    assert_int_equal(script->count, 3);
    assert_null(script_at(script, 0)->poll);
    assert_string_equal(script_at(script, 1)->poll, "{\"response\":true}");
    assert_int_equal(script_at(script, 1)->begin_us, 1000000);
    assert_int_equal(script_at(script, 1)->end_us, 2210000);
    assert_int_equal(script_at(script, 1)->poll_every_us, 690000);
    assert_string_equal(script_at(script, 2)->poll, "{\"response\":true}");
    assert_int_equal(script_at(script, 2)->begin_us, 3000000);
    assert_int_equal(script_at(script, 2)->poll_every_us, 1000000);
    script_free(script);
    assert_int_equal(capture_finish(w->capture, &err), 0);
    assert_non_null(strstr(w->note, "job=2 is not recorded: the answer that ends it never came"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_side_by_side, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bodies, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_raises_the_version, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shiny_socket, setup, teardown),
        cmocka_unit_test_setup_teardown(test_noise, setup, teardown),
        cmocka_unit_test_setup_teardown(test_polls, setup, teardown),
        cmocka_unit_test_setup_teardown(test_left_and_marked, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
