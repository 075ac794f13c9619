/* What is written reads back the same. */
#include "tests/core/testing.h"

#include "core/script.h"
#include "core/units.h"

#define WALL_US INT64_C(1795221212723456)

static const char *const two_headers[] = {"Accept: text/css", "X-Name: \xC3\xA9 \"q\" \\", NULL};
static const char *const no_headers[] = {NULL};

static const struct {
    const char *name;
    struct step step;
    unsigned version;
} steps[] = {
    {"a homepage",
     {.type = STEP_REQ_HOME, .end_us = 25001, .status = 200, .method = "GET", .url = "/"},
     1},
    {"times that share a millisecond",
     {.type = STEP_REQ_GET,
      .begin_us = 1,
      .end_us = 2,
      .status = 304,
      .method = "GET",
      .url = "/a"},
     1},
    {"a request that took no time",
     {.type = STEP_REQ_GET,
      .begin_us = 7,
      .end_us = 7,
      .status = 200,
      .method = "GET",
      .url = "/a"},
     1},
    {"SockJS' info",
     {.type = STEP_REQ_SINF,
      .status = 200,
      .method = "GET",
      .url = "/__sockjs__/n=${ROBUST_ID}/info"},
     1},
    {"a token", {.type = STEP_REQ_TOK, .status = 200, .method = "GET", .url = "/__token__"}, 1},
    {"a post with a body",
     {.type = STEP_REQ_POST,
      .status = 200,
      .method = "POST",
      .url = "/session/${SESSION}/x?w=&y=\"",
      .datafile = "s.log.post.0"},
     1},
    {"another method",
     {.type = STEP_REQ,
      .status = 204,
      .method = "DELETE",
      .url = "/x",
      .end_us = INT64_C(86400000000)},
     2},
    {"headers worth sending again",
     {.type = STEP_REQ_GET, .status = 200, .method = "GET", .url = "/a", .headers = two_headers},
     1},
    {"no header",
     {.type = STEP_REQ_GET, .status = 200, .method = "GET", .url = "/a", .headers = no_headers},
     1},
    {"a socket opens", {.type = STEP_WS_OPEN, .end_us = 9999, .url = "/websocket/"}, 1},
    {"the second socket opens", {.type = STEP_WS_OPEN, .url = "/w", .socket = 1}, 2},
    {"a send", {.type = STEP_WS_SEND, .message = "{\"a\":\"\\u00e9\"}", .message_bytes = 13}, 1},
    {"an empty one", {.type = STEP_WS_SEND, .message = "", .message_bytes = 0}, 1},
    {"U+2028 and U+2029",
     {.type = STEP_WS_RECV, .message = "a\xE2\x80\xA8\xE2\x80\xA9z", .message_bytes = 8},
     1},
    {"an astral character",
     {.type = STEP_WS_RECV, .message = "\xF0\x9F\x90\xB3", .message_bytes = 4},
     1},
    {"a zero byte", {.type = STEP_WS_RECV, .message = "a\0b", .message_bytes = 3}, 1},
    {"control characters, quotes, newlines",
     {.type = STEP_WS_RECV, .message = "\x01\x1f\"\\/\r\n\t\x7f", .message_bytes = 9},
     1},
    {"the values of an init",
     {.type = STEP_WS_RECV_INIT, .message = "{\"config\":\"${SESSION}\"}", .message_bytes = 23},
     1},
    {"where an upload goes",
     {.type = STEP_WS_RECV_BEGIN_UPLOAD, .message = "${UPLOAD_URL}", .message_bytes = 13},
     1},
    {"bytes",
     {.type = STEP_WS_SEND, .message = "\xff\x00\x80", .message_bytes = 3, .binary = true},
     2},
    {"no bytes", {.type = STEP_WS_SEND, .message = "", .message_bytes = 0, .binary = true}, 2},
    {"a socket closes", {.type = STEP_WS_CLOSE, .begin_us = 1234567, .end_us = 1234567}, 1},
};

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_headers(const char *const *a, const char *const *b)
{
    static const char *const none[] = {NULL};

    a = a ? a : none;
    b = b ? b : none;
    while (*a && *b && strcmp(*a, *b) == 0)
        a++, b++;
    return !*a && !*b;
}

static bool same_step(const struct step *a, const struct step *b)
{
    return a->type == b->type && a->socket == b->socket && a->status == b->status &&
           same_text(a->url, b->url) && same_text(a->method, b->method) &&
           same_text(a->datafile, b->datafile) && same_headers(a->headers, b->headers) &&
           a->binary == b->binary && a->message_bytes == b->message_bytes &&
           (!a->message) == (!b->message) &&
           (!a->message || memcmp(a->message, b->message, a->message_bytes) == 0);
}

/* The step alone, behind whatever opens its socket. */
static struct script *write_and_read(const struct step *step, struct error *err)
{
    struct script *script = NULL;
    struct step open = {.type = STEP_WS_OPEN, .url = "/first", .socket = step->socket};
    struct buf text;

    buf_init(&text, 1 << 20);
    assert_int_equal(script_write_header(&text, 2, "http://a.example", "R/Shiny", "shiny"), 0);
    if (!step_is_request(step) && step->type != STEP_WS_OPEN)
        assert_int_equal(step_write(&text, &open, WALL_US), 0);
    assert_int_equal(step_write(&text, step, WALL_US), 0);
    script_parse(&script, "s.log", text.data, text.len, err);
    buf_release(&text);
    return script;
}

static void test_there_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(steps); i++) {
        const struct step want = steps[i].step;
        struct error err = ERROR_NONE;
        struct script *script = write_and_read(&want, &err);
        const struct step *got;

        if (!script)
            fail_msg("%s: %s", steps[i].name, err.text);
        got = script_at(script, script->count - 1);
        if (!same_step(got, &want))
            fail_msg("%s: reads back as another", steps[i].name);
        if (got->begin_us + script->begin_wall_us != WALL_US + want.begin_us ||
            got->end_us - got->begin_us != want.end_us - want.begin_us)
            fail_msg("%s: at another time", steps[i].name);
        if (step_version(&want) != steps[i].version)
            fail_msg("%s: version %u", steps[i].name, step_version(&want));
        script_free(script);
    }
}

/* Both genuine recordings, each step of them. */
static void test_recordings_there_and_back(void **state)
{
    static const char *const files[] = {"whales-sync.log", "ss-whales-sync.log"};

    (void)state;
    for (size_t f = 0; f < COUNT(files); f++) {
        struct error err = ERROR_NONE;
        struct script *first;
        struct script *second;
        struct buf text;
        char path[4096];

        data_path(path, sizeof(path), files[f]);
        assert_int_equal(script_load(&first, path, false, &err), 0);
        buf_init(&text, 64u << 20);
        script_write_header(&text, first->version, first->target_url, first->target_type, "");
        for (size_t i = 0; i < first->count; i++)
            assert_int_equal(step_write(&text, script_at(first, i), first->begin_wall_us), 0);
        assert_int_equal(script_parse(&second, "again", text.data, text.len, &err), 0);
        assert_int_equal(second->count, first->count);
        assert_int_equal(second->begin_wall_us, first->begin_wall_us);
        assert_int_equal(second->length_us, first->length_us);
        assert_string_equal(second->target_type, first->target_type);
        for (size_t i = 0; i < first->count; i++) {
            const struct step *a = script_at(first, i);
            const struct step *b = script_at(second, i);

            assert_true(same_step(a, b));
            assert_int_equal(a->begin_us, b->begin_us);
            assert_int_equal(a->end_us, b->end_us);
        }
        buf_release(&text);
        script_free(first);
        script_free(second);
    }
}

/* Shared fields come first and as shinyloadtest writes them. */
static void test_a_line_is_shinyloadtests(void **state)
{
    struct step get = {.type = STEP_REQ_GET,
                       .begin_us = 544,
                       .end_us = 1544,
                       .status = 200,
                       .method = "GET",
                       .url = "/a"};
    struct step close = {.type = STEP_WS_CLOSE, .begin_us = 544, .end_us = 544};
    struct buf text;

    (void)state;
    buf_init(&text, 1 << 20);
    step_write(&text, &get, WALL_US);
    assert_string_equal(text.data,
                        "{\"type\":\"REQ_GET\",\"begin\":\"2026-11-21T00:33:32.724Z\","
                        "\"end\":\"2026-11-21T00:33:32.725Z\",\"status\":200,\"url\":\"/a\","
                        "\"begin_us\":0,\"end_us\":0}\n");
    buf_clear(&text);
    step_write(&text, &close, WALL_US);
    assert_string_equal(text.data, "{\"type\":\"WS_CLOSE\",\"begin\":\"2026-11-21T00:33:32.724Z\","
                                   "\"begin_us\":0}\n");
    buf_release(&text);
}

/* A recorder that meets the first step that needs it changes one digit of the file. */
static void test_the_versions_place(void **state)
{
    struct buf text;

    (void)state;
    buf_init(&text, 1 << 20);
    script_write_header(&text, 1, "http://a.example", "R/Shiny", "shiny");
    assert_int_equal(text.data[SCRIPT_VERSION_AT], '1');
    buf_clear(&text);
    script_write_header(&text, 2, "http://a.example", "R/Shiny", "shiny");
    assert_int_equal(text.data[SCRIPT_VERSION_AT], '2');
    buf_release(&text);
}

/* A server may call anything text; the file stays JSON. */
static void test_text_that_is_no_utf8(void **state)
{
    struct step recv = {.type = STEP_WS_RECV, .message = "a\xff", .message_bytes = 2};
    struct error err = ERROR_NONE;
    struct script *script = write_and_read(&recv, &err);

    (void)state;
    assert_non_null(script);
    assert_string_equal(script_at(script, 1)->message, "\xEF\xBF\xBD");
    script_free(script);
}

static void test_a_full_buffer(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct buf whole;

        buf_init(&whole, 1 << 20);
        assert_int_equal(step_write(&whole, &steps[i].step, WALL_US), 0);
        for (size_t max = 0; max < whole.len; max++) {
            struct buf text;

            buf_init(&text, max);
            if (step_write(&text, &steps[i].step, WALL_US) != -E_NOMEM)
                fail_msg("%s: fits into %zu bytes", steps[i].name, max);
            buf_release(&text);
        }
        buf_release(&whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_recordings_there_and_back),
        cmocka_unit_test(test_a_line_is_shinyloadtests),
        cmocka_unit_test(test_the_versions_place),
        cmocka_unit_test(test_text_that_is_no_utf8),
        cmocka_unit_test(test_a_full_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
