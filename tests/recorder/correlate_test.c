#include "recorder/correlate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>
#include <zlib.h>

#include "recorder/limits.h"
#include "tests/core/dialects.h"

struct world {
    struct values values;
    struct buf out;
};

static int setup(void **state)
{
    static struct world world;

    world = (struct world){0};
    buf_init(&world.out, 1 << 20);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    values_release(&w->values);
    buf_release(&w->out);
    return 0;
}

static void test_sockjs_path(void **state)
{
    struct world *w = *state;
    const char *path = "/app/__sockjs__/n=AbCdEfGhIjKlMnOpQr/t=/w=/s=0/177/0r002vay/websocket";

    assert_int_equal(correlate_path(&w->values, path, &w->out), 0);
    assert_string_equal(w->out.data,
                        "/app/__sockjs__/n=${ROBUST_ID}/t=/w=/s=0/${SOCKJSID}/websocket");
}

static enum step_type recv_shiny(struct world *w, const char *text)
{
    enum step_type type = STEP_TYPES;

    buf_clear(&w->out);
    assert_int_equal(
        correlate_recv(&w->values, shipped("shiny"), text, strlen(text), false, &type, &w->out), 0);
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
    assert_string_equal(values_get(&w->values, "SESSION"), session);

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
    assert_int_equal(correlate_path(&w->values,
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

    assert_int_equal(correlate_recv(&w->values, shipped("shiny"), "\0\1", 2, true, &type, &w->out),
                     0);
    assert_int_equal(type, STEP_WS_RECV);
    assert_int_equal(w->out.len, 2);
}

static const char page[] = "<html><head><base href=\"_w_0123456789abcdef/\"></head></html>";

static size_t squeeze(char *out, size_t max, int window_bits)
{
    z_stream z = {.next_in = (Bytef *)page,
                  .avail_in = sizeof(page) - 1,
                  .next_out = (Bytef *)out,
                  .avail_out = (uInt)max};

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return max - z.avail_out;
}

static void test_pages(void **state)
{
    struct world *w = *state;
    char squeezed[512];
    static const struct {
        const char *encoding;
        int window_bits; /* 0: as it is */
        size_t cut;
        const char *want;
    } cases[] = {
        {NULL, 0, 0, "0123456789abcdef"},
        {"gzip", 31, 0, "0123456789abcdef"},
        {"deflate", 15, 0, "0123456789abcdef"},
        {"gzip", 31, 9, "0123456789abcdef"}, /* only the beginning was looked at */
        {"br", 0, 0, NULL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *body = cases[i].window_bits ? squeezed : page;
        size_t len = cases[i].window_bits
                         ? squeeze(squeezed, sizeof(squeezed), cases[i].window_bits)
                         : sizeof(page) - 1;

        values_release(&w->values);
        assert_int_equal(
            correlate_body(&w->values, STEP_REQ_HOME, cases[i].encoding, body, len - cases[i].cut),
            0);
        if (cases[i].want)
            assert_string_equal(values_get(&w->values, "WORKER"), cases[i].want);
        else
            assert_null(values_get(&w->values, "WORKER"));
    }
}

static void test_garbage_is_no_page(void **state)
{
    struct world *w = *state;

    assert_int_equal(correlate_body(&w->values, STEP_REQ_HOME, "gzip", "not gzip at all", 15), 0);
    assert_int_equal(correlate_body(&w->values, STEP_REQ_HOME, "gzip", "", 0), 0);
    assert_int_equal(w->values.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sockjs_path, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shiny_messages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_binary_message, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_garbage_is_no_page, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
