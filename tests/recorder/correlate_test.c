#include "recorder/correlate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

#include "tests/core/dialects.h"

struct world {
    struct correlation c;
    struct buf out;
};

static int setup(void **state)
{
    static struct world world;

    shipped("plain");
    assert_int_equal(correlation_init(&world.c, NULL), 0);
    buf_init(&world.out, 1 << 20);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    correlation_release(&w->c);
    buf_release(&w->out);
    return 0;
}

static void test_sockjs_path(void **state)
{
    struct world *w = *state;
    const char *path = "/app/__sockjs__/n=AbCdEfGhIjKlMnOpQr/t=/w=/s=0/177/0r002vay/websocket";

    assert_int_equal(correlate_path(&w->c, path, &w->out), 0);
    assert_string_equal(w->out.data,
                        "/app/__sockjs__/n=${ROBUST_ID}/t=/w=/s=0/${SOCKJSID}/websocket");
}

static int recv_as(struct world *w, const char *dialect, const char *data, size_t len, bool binary,
                   enum step_type *type)
{
    struct conversation conversation;
    int rc;

    conversation_init(&conversation, shipped(dialect));
    rc = correlate_recv(&w->c, &conversation, data, len, &binary, 0, type, &w->out);
    conversation_release(&conversation);
    return rc;
}

static enum step_type recv_shiny(struct world *w, const char *text)
{
    enum step_type type = STEP_TYPES;

    buf_clear(&w->out);
    assert_int_equal(recv_as(w, "shiny", text, strlen(text), false, &type), 0);
    return type;
}

static void test_shiny_messages(void **state)
{
    struct world *w = *state;
    static const char session[] = "9b44d5edbc66f94a72bd14f069334cc6";

    assert_int_equal(recv_shiny(w, "{\"busy\":\"busy\"}"), STEP_TYPES);
    assert_int_equal(recv_shiny(w, "{\"config\":{\"workerId\":\"\",\"sessionId\":"
                                   "\"9b44d5edbc66f94a72bd14f069334cc6\",\"user\":null}}"),
                     STEP_WS_RECV_INIT);
    assert_non_null(strstr(w->out.data, "\"sessionId\":\"${SESSION}\""));
    assert_string_equal(values_get(&w->c.values, "SESSION"), session);

    /* an ordinary message keeps what really came */
    assert_int_equal(recv_shiny(w, "{\"errors\":{},\"values\":{\"d\":\"session/"
                                   "9b44d5edbc66f94a72bd14f069334cc6/x\"},\"inputMessages\":[]}"),
                     STEP_WS_RECV);
    assert_non_null(strstr(w->out.data, session));

    assert_int_equal(recv_shiny(w, "{\"response\":{\"tag\":0,\"value\":{\"jobId\":"
                                   "\"f33bf956dc7f6705f7d00181\",\"uploadUrl\":\"session/"
                                   "9b44d5edbc66f94a72bd14f069334cc6/upload/"
                                   "f33bf956dc7f6705f7d00181?w=\"}}}"),
                     STEP_WS_RECV_BEGIN_UPLOAD);
    assert_non_null(strstr(w->out.data, "\"uploadUrl\":\"${UPLOAD_URL}\""));
    buf_clear(&w->out);
    assert_int_equal(correlate_path(&w->c,
                                    "/session/9b44d5edbc66f94a72bd14f069334cc6/upload/"
                                    "f33bf956dc7f6705f7d00181?w=",
                                    &w->out),
                     0);
    assert_string_equal(w->out.data, "/${UPLOAD_URL}");
}

static void test_binary_message(void **state)
{
    struct world *w = *state;
    enum step_type type = STEP_TYPES;

    assert_int_equal(recv_as(w, "shiny", "\0\1", 2, true, &type), 0);
    assert_int_equal(type, STEP_WS_RECV);
    assert_int_equal(w->out.len, 2);
}

static const char page[] = "<html><head><base href=\"_w_0123456789abcdef/\"></head></html>";

static void test_pages(void **state)
{
    struct world *w = *state;

    assert_int_equal(correlate_answer(&w->c, "GET", "/", NULL, page, sizeof(page) - 1), 0);
    assert_string_equal(values_get(&w->c.values, "WORKER"), "0123456789abcdef");
    assert_true(heard_has(&w->c.heard, "0123456789abcdef", 16));
}

static const char *written(struct world *w, int rc)
{
    assert_true(rc >= 0);
    return w->out.data;
}

static const char *send_text(struct world *w, const char *text)
{
    buf_clear(&w->out);
    return written(w, correlate_send(&w->c, shipped("plain"), text, strlen(text), false, &w->out));
}

/* What looks like a placeholder and was typed stays what it is. */
static void test_what_a_user_typed(void **state)
{
    struct world *w = *state;

    assert_int_equal(values_set(&w->c.values, "SESSION", "0123456789abcdef"), 0);
    assert_string_equal(send_text(w, "{\"a\":\"${SESSION}\",\"b\":\"0123456789abcdef\"}"),
                        "{\"a\":\"\\u0024{SESSION}\",\"b\":\"${SESSION}\"}");
    assert_string_equal(send_text(w, "{\"a\":\"${env:HOME}\"}"), "{\"a\":\"\\u0024{env:HOME}\"}");
    assert_int_equal(w->c.wanted.count, 1);
}

static void test_secrets_of_a_body(void **state)
{
    struct world *w = *state;
    static const char form[] = "user=ann&password=open+sesame";
    int rc =
        correlate_body(&w->c, "application/x-www-form-urlencoded", form, strlen(form), &w->out);

    assert_int_equal(rc, 1);
    assert_string_equal(w->out.data, "user=${env:APP_USER|form}&password=${env:APP_PASSWORD|form}");
    /* from then on everywhere */
    buf_clear(&w->out);
    assert_string_equal(written(w, correlate_path(&w->c, "/x?q=open%20sesame", &w->out)),
                        "/x?q=${env:APP_PASSWORD|url}");
    assert_string_equal(send_text(w, "{\"said\":\"open sesame\"}"),
                        "{\"said\":\"${env:APP_PASSWORD|json}\"}");
    assert_true(names_has(&w->c.wanted, "env:APP_PASSWORD"));
}

/* A body that is no text and holds none of them keeps every byte, whatever it looks like. */
static void test_other_bodies(void **state)
{
    struct world *w = *state;
    static const char bytes[] = "\0\1${SESSION}0123456789abcdef";
    int rc;

    assert_int_equal(values_set(&w->c.values, "SESSION", "0123456789abcdef"), 0);
    rc = correlate_body(&w->c, "application/octet-stream", bytes, sizeof(bytes), &w->out);
    assert_int_equal(rc, 0);
    assert_int_equal(w->out.len, sizeof(bytes));
    assert_memory_equal(w->out.data, bytes, sizeof(bytes));
}

static void test_headers(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *header;
        const char *want;
    } cases[] = {
        {"X-Lang: de", "X-Lang: de"},
        {"X-Session: 0123456789abcdef", "X-Session: ${SESSION}"},
        {"X-Api-Key: k-123456", "X-Api-Key: ${env:APP_API_KEY}"},
        {"Authorization: Bearer mine-alone", "Authorization: Bearer ${env:APP_TOKEN}"},
        /* the server told it */
        {"Authorization: Bearer told.by.server", "Authorization: Bearer told.by.server"},
        {"Authorization: Basic YW5uOnNlc2FtZQ==", "Authorization: Basic ${BASIC_AUTH}"},
    };

    assert_int_equal(values_set(&w->c.values, "SESSION", "0123456789abcdef"), 0);
    assert_int_equal(correlate_answer(&w->c, "GET", "/t", NULL, "{\"t\":\"told.by.server\"}", 22),
                     0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        buf_clear(&w->out);
        assert_string_equal(written(w, correlate_header(&w->c, cases[i].header, &w->out)),
                            cases[i].want);
    }
    assert_true(names_has(&w->c.wanted, "env:APP_USER"));
    assert_true(names_has(&w->c.wanted, "env:APP_PASSWORD"));
}

static void test_brought_cookies(void **state)
{
    struct world *w = *state;

    assert_string_equal(
        written(w, correlate_cookie(&w->c, "sid.x", 5, "longer-value", 12, &w->out)),
        "sid.x=${env:COOKIE_SID_X}");
    buf_clear(&w->out);
    assert_string_equal(written(w, correlate_cookie(&w->c, "theme", 5, "dark", 4, &w->out)),
                        "theme=${env:COOKIE_THEME}");
    /* short ones are found in their place only */
    assert_string_equal(send_text(w, "dark longer-value"), "dark ${env:COOKIE_SID_X}");
}

/* Blazor's: the length in front of each text follows. */
static void test_values_inside_a_binary_message(void **state)
{
    static const char sent[] = "\x0a\x92\xa7s3ss10n\x01";
    static const char held[] = "\x0d\x92\xaa${SESSION}\x01";
    struct world *w = *state;

    assert_int_equal(values_set(&w->c.values, "SESSION", "s3ss10n"), 0);
    assert_int_equal(
        correlate_send(&w->c, shipped("blazor"), sent, sizeof(sent) - 1, true, &w->out), 0);
    assert_int_equal(w->out.len, sizeof(held) - 1);
    assert_memory_equal(w->out.data, held, sizeof(held) - 1);
}

/* Bokeh's, of three frames: a script holds it as one text. */
static void test_a_message_of_several_frames(void **state)
{
    static const char *const frames[] = {"{\"msgtype\":\"ACK\",\"num_buffers\":0}", "{}", "{}"};
    struct world *w = *state;
    struct conversation conversation;
    enum step_type type = STEP_TYPES;

    conversation_init(&conversation, shipped("bokeh"));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(type, STEP_TYPES);
        assert_int_equal(w->out.len, 0);
        assert_int_equal(correlate_recv(&w->c, &conversation, frames[i], strlen(frames[i]),
                                        &(bool){false}, 0, &type, &w->out),
                         0);
    }
    assert_int_equal(type, STEP_WS_RECV);
    assert_string_equal(w->out.data, "{\"header\":{\"msgtype\":\"ACK\",\"num_buffers\":0},"
                                     "\"metadata\":{},\"content\":{}}");
    conversation_release(&conversation);
}

static void test_binary_messages_are_blanked(void **state)
{
    struct world *w = *state;

    assert_int_equal(secrets_set(&w->c.secrets, "PW", "sesame"), 0);
    assert_int_equal(correlate_send(&w->c, shipped("plain"), "\6sesame\0sesame", 14, true, &w->out),
                     0);
    assert_memory_equal(w->out.data, "\6******\0******", 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sockjs_path, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shiny_messages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_binary_message, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_a_user_typed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_secrets_of_a_body, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_bodies, setup, teardown),
        cmocka_unit_test_setup_teardown(test_headers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_brought_cookies, setup, teardown),
        cmocka_unit_test_setup_teardown(test_values_inside_a_binary_message, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_message_of_several_frames, setup, teardown),
        cmocka_unit_test_setup_teardown(test_binary_messages_are_blanked, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
