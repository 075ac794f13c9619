/* Every allocation of core's refused in turn: an error comes back, nothing crashes, nothing leaks
 * (the sanitizers look). */
#include "tests/core/testing.h"

#include "core/base64.h"
#include "core/error.h"
#include "core/run.h"
#include "core/script.h"
#include "core/values.h"
#include "tests/core/dialects.h"
#include "tests/core/refusal.h"

#define BEGIN "\"begin\":\"2026-11-21T00:00:00.000Z\""

static const char script_text[] =
    "# version: 2\n# target_url: http://a.example\n"
    "{\"type\":\"REQ_HOME\"," BEGIN
    ",\"status\":200,\"url\":\"/\",\"headers\":[\"A: b\",\"C: d\"]}\n"
    "{\"type\":\"REQ_POST\"," BEGIN ",\"status\":200,\"url\":\"/\",\"datafile\":\"b\"}\n"
    "{\"type\":\"WS_OPEN\"," BEGIN ",\"url\":\"/websocket/\"}\n"
    "{\"type\":\"WS_SEND\"," BEGIN ",\"message\":\"{}\"}\n"
    "{\"type\":\"WS_RECV\"," BEGIN ",\"message_base64\":\"AAECAwQ=\"}\n";

static int parse_script(void *user)
{
    struct error err = ERROR_NONE;
    struct script *script;
    int rc = script_parse(&script, "s.log", script_text, sizeof(script_text) - 1, &err);

    (void)user;
    /* on error *out is NULL, and there is a sentence */
    assert_true(rc == 0 ? script != NULL : script == NULL);
    assert_int_equal(err.code, -rc);
    assert_int_equal(rc == 0, !*err.text);
    script_free(script);
    return rc;
}

static void test_script_parse(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("script_parse", parse_script, NULL) > 3);
}

static int load_script(void *user)
{
    struct error err = ERROR_NONE;
    struct script *script;
    int rc = script_load(&script, user, true, &err);

    assert_true(rc == 0 ? script != NULL : script == NULL);
    assert_int_equal(err.code, -rc);
    assert_int_equal(rc == 0, !*err.text);
    script_free(script);
    return rc;
}

static void test_script_load(void **state)
{
    char folder[] = "/tmp/stretto-refusal-XXXXXX";
    char path[60];
    char command[100];
    FILE *f;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/b", folder);
    f = fopen(path, "w");
    fputs("body", f);
    fclose(f);
    snprintf(path, sizeof(path), "%s/s.log", folder);
    f = fopen(path, "w");
    fputs(script_text, f);
    fclose(f);
    assert_true(refuse_in_turn("script_load", load_script, path) > 3);
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

static int write_step(void *user)
{
    static const char *const headers[] = {"A: b", NULL};
    static const struct step get = {
        .type = STEP_REQ_GET, .status = 200, .url = "/", .headers = headers};
    struct buf out;
    int rc;

    (void)user;
    buf_init(&out, 1 << 20);
    rc = script_write_header(&out, 1, "http://a.example", "R/Shiny", "shiny");
    if (rc == 0)
        rc = step_write(&out, &get, 0);
    buf_release(&out);
    return rc;
}

static void test_step_write(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("step_write", write_step, NULL) > 0);
}

static int use_values(void *user)
{
    static const char text[] = "/session/0123456789abcdef/x";
    struct values values = {0};
    struct buf there;
    struct buf back;
    int rc;

    (void)user;
    buf_init(&there, 1 << 20);
    buf_init(&back, 1 << 20);
    rc = values_set(&values, "SESSION", "old");
    if (rc == 0)
        rc = values_set(&values, "SESSION", "0123456789abcdef");
    if (rc == 0)
        rc = values_set(&values, "WORKER", "");
    if (rc == 0)
        rc = values_templatize(&values, text, sizeof(text) - 1, &there);
    if (rc == 0)
        rc = values_expand(&values, there.data, there.len, &back);
    if (rc == 0)
        assert_string_equal(back.data, text);
    buf_release(&there);
    buf_release(&back);
    values_release(&values);
    return rc;
}

static void test_values(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("values", use_values, NULL) >= 9);
}

/* One message a dialect: what needs the most. */
struct message_text {
    const char *dialect;
    const char *text;
};

static int read_message(void *user)
{
    const struct message_text *t = user;
    struct message m = {0};
    int rc = dialect_read(shipped(t->dialect), &m, t->text, strlen(t->text), false);

    message_release(&m);
    message_release(&m);
    return rc;
}

static void test_dialect_read(void **state)
{
    static struct message_text texts[] = {
        {"plain", "{\"a\":1,\"b\":2}"},
        {"shiny", "{\"values\":{\"a\":1,\"b\":2},\"inputMessages\":[{\"id\":\"c\"}],\"x\":1}"},
        {"shiny", "{\"config\":{\"sessionId\":\"0123\"}}"},
        {"shiny", "{\"response\":{\"value\":{\"jobId\":\"1\",\"uploadUrl\":\"u\"}}}"},
        {"shiny", "{\"custom\":{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":1}}"},
        {"sockjs", "a[\"1#1|m|{\\\"values\\\":{\\\"a\\\":1}}\"]"},
        {"sockjs", "a[\"1#0|c|{\\\"code\\\":4503,\\\"reason\\\":\\\"r\\\"}\"]"},
        {"sockjs", "c[3000,\"r\"]"},
        {"sockjs", "o"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_true(refuse_in_turn(texts[i].text, read_message, &texts[i]) > 0);
}

static int learn(void *user)
{
    static const char page[] = "<base href=\"_w_0123/\">";
    struct values values = {0};
    const struct dialect *dialect = shipped("sockjs");
    static const char path[] = "/__sockjs__/n=abc/177/0r002vay/websocket";
    int rc = dialect_learn_answer(dialect, "GET", "/", NULL, page, sizeof(page) - 1, &values);

    (void)user;
    if (rc == 0)
        rc = dialect_learn_answer(dialect, "GET", "/__token__", NULL, "token", 5, &values);
    if (rc == 0)
        rc = dialect_learn_sent(dialect, SENT_PATH, path, sizeof(path) - 1, &values);
    values_release(&values);
    return rc;
}

static void test_learning(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("learning", learn, NULL) > 10);
}

static int write_row(void *user)
{
    static const struct run_row row = {1, 2, 3, RUN_SESSION_FAIL, STEP_REQ_HOME, 5, 6, "no \"x\"", NULL};
    struct buf out;
    int rc;

    (void)user;
    buf_init(&out, 1 << 20);
    rc = run_row_write(&out, &row);
    buf_release(&out);
    return rc;
}

static void test_row_write(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("run_row_write", write_row, NULL) > 0);
}

static int label(void *user)
{
    static const char set[] = "{\"method\":\"update\",\"data\":{\"a\":1}}";
    static const char recv[] = "{\"values\":{\"a\":1}}";
    static const struct step steps[] = {
        {.type = STEP_WS_SEND, .message = set, .message_bytes = sizeof(set) - 1},
        {.type = STEP_WS_RECV, .message = recv, .message_bytes = sizeof(recv) - 1},
    };
    int rc = 0;

    (void)user;
    for (size_t i = 0; i < COUNT(steps) && rc == 0; i++) {
        struct buf out;

        buf_init(&out, 1000);
        rc = dialect_label(shipped("shiny"), &steps[i], &out);
        buf_release(&out);
    }
    return rc;
}

static void test_labels(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("dialect_label", label, NULL) > 0);
}

static int code_base64(void *user)
{
    static const char text[] = "AAECAwQF";
    struct buf bytes;
    struct buf back;
    int rc;

    (void)user;
    buf_init(&bytes, 100);
    buf_init(&back, 100);
    rc = base64_decode(&bytes, text, sizeof(text) - 1);
    if (rc == 0)
        rc = base64_encode(&back, bytes.data, bytes.len);
    buf_release(&bytes);
    buf_release(&back);
    return rc;
}

static void test_base64(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("base64", code_base64, NULL) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_script_parse), cmocka_unit_test(test_script_load),
        cmocka_unit_test(test_step_write),   cmocka_unit_test(test_values),
        cmocka_unit_test(test_dialect_read), cmocka_unit_test(test_learning),
        cmocka_unit_test(test_row_write),    cmocka_unit_test(test_labels),
        cmocka_unit_test(test_base64),
    };

    shipped("plain"); /* read before anything is refused */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
