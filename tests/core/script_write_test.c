/* What is written reads back the same. */
#include "tests/core/testing.h"

#include "core/script.h"
#include "core/units.h"

#define WALL_US INT64_C(1795221212723456)

static const char *const two_headers[] = {"Accept: text/css", "X-Name: \xC3\xA9 \"q\" \\", NULL};
static const char *const no_headers[] = {NULL};

static const char *const secret_header[] = {"X-Key: ${env:APP_API_KEY}", NULL};

static const struct extraction from_page[] = {
    {.name = "CSRF",
     .from = EXTRACT_BODY,
     .before = "value=\"",
     .after = "\"",
     .nth = 2,
     .decode = "html"},
    {.name = "NEXT", .from = EXTRACT_HEADER, .header = "Location", .optional = true},
};
static const struct extraction from_message[] = {
    {.name = "ID", .from = EXTRACT_MESSAGE, .json = "a|b[0]"},
};

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
    {"the server closes",
     {.type = STEP_WS_CLOSE, .from_server = true, .code = 1001, .reason = "going \"away\""},
     1},
    {"a size and a mark",
     {.type = STEP_REQ_GET,
      .status = 200,
      .method = "GET",
      .url = "/a",
      .bytes = INT64_C(1) << 40,
      .mark = "log in \xC3\xA9"},
     1},
    {"an answer that is left",
     {.type = STEP_REQ_GET, .status = 200, .method = "GET", .url = "/a", .left = true},
     2},
    {"left after something had come",
     {.type = STEP_REQ_GET,
      .status = 200,
      .method = "GET",
      .url = "/a",
      .left = true,
      .until = "process_completed"},
     2},
    {"what a page names",
     {.type = STEP_REQ_GET, .status = 200, .method = "GET", .url = "/a.css", .named = true},
     1},
    {"the result of a job",
     {.type = STEP_REQ_GET,
      .status = 200,
      .method = "GET",
      .url = "/job?id=7",
      .poll = "[{\"done\":true},{\"error.text\":\"*\"}]",
      .poll_every_us = 500000},
     2},
    {"values of a page",
     {.type = STEP_REQ_HOME,
      .status = 200,
      .method = "GET",
      .url = "/",
      .extracts = from_page,
      .extract_count = 2},
     2},
    {"a value of a message",
     {.type = STEP_WS_RECV,
      .message = "{}",
      .message_bytes = 2,
      .extracts = from_message,
      .extract_count = 1},
     2},
    {"a body with placeholders",
     {.type = STEP_REQ_POST,
      .status = 200,
      .method = "POST",
      .url = "/",
      .datafile = "s.log.post.0",
      .body_expand = true},
     2},
    {"a coded placeholder",
     {.type = STEP_REQ_GET, .status = 200, .method = "GET", .url = "/?a=${CSRF|url}"},
     2},
    {"a secret in a message",
     {.type = STEP_WS_SEND, .message = "a\0${env:PIN}", .message_bytes = 12},
     2},
    {"a dollar sign that was typed",
     {.type = STEP_WS_SEND, .message = "${$}{SESSION}", .message_bytes = 13},
     2},
    {"what came is no template",
     {.type = STEP_WS_RECV, .message = "${env:PIN}", .message_bytes = 10},
     1},
    {"headers are no matter of a version",
     {.type = STEP_REQ_GET, .status = 200, .method = "GET", .url = "/a", .headers = secret_header},
     1},
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

static bool same_extracts(const struct step *a, const struct step *b)
{
    bool same = a->extract_count == b->extract_count;

    for (size_t i = 0; i < a->extract_count && same; i++) {
        json_t *x = extraction_write(&a->extracts[i]);
        json_t *y = extraction_write(&b->extracts[i]);

        same = json_equal(x, y);
        json_decref(x);
        json_decref(y);
    }
    return same;
}

static bool same_own_fields(const struct step *a, const struct step *b)
{
    return a->bytes == b->bytes && a->left == b->left && a->named == b->named &&
           same_text(a->until, b->until) && same_text(a->poll, b->poll) &&
           a->poll_every_us == b->poll_every_us && same_text(a->mark, b->mark) &&
           a->body_expand == b->body_expand && a->from_server == b->from_server &&
           a->code == b->code && same_text(a->reason, b->reason) && same_extracts(a, b);
}

static bool same_step(const struct step *a, const struct step *b)
{
    return same_own_fields(a, b) && a->type == b->type && a->socket == b->socket &&
           a->status == b->status && same_text(a->url, b->url) && same_text(a->method, b->method) &&
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

static struct script *load(const char *path)
{
    struct error err = ERROR_NONE;
    struct script *script;

    if (script_load(&script, path, false, &err) < 0)
        fail_msg("%s", err.text);
    return script;
}

/* Every recording there is, as a whole; what is written twice is the same byte for byte, lines in
 * the order of the file. */
static void test_recordings_there_and_back(void **state)
{
    static const char *const files[] = {"whales-sync.log", "ss-whales-sync.log", "connect.log"};

    (void)state;
    for (size_t f = 0; f < COUNT(files); f++) {
        struct error err = ERROR_NONE;
        struct script *first;
        struct script *second;
        struct buf text;
        struct buf again;
        char path[4096];

        first = load(data_path(path, sizeof(path), files[f]));
        buf_init(&text, 64u << 20);
        buf_init(&again, 64u << 20);
        assert_int_equal(script_write(first, &text), 0);
        assert_int_equal(script_parse(&second, "again", text.data, text.len, &err), 0);
        assert_int_equal(second->version, first->version);
        assert_int_equal(second->count, first->count);
        assert_int_equal(second->begin_wall_us, first->begin_wall_us);
        assert_int_equal(second->length_us, first->length_us);
        assert_string_equal(second->target_url, first->target_url);
        assert_string_equal(second->target_type, first->target_type);
        assert_string_equal(second->dialect, first->dialect);
        for (size_t i = 0; i < first->count; i++) {
            const struct step *a = script_at(first, i);
            const struct step *b = script_at(second, i);

            assert_true(same_step(a, b));
            assert_int_equal(a->ordinal, b->ordinal);
            assert_int_equal(a->begin_us, b->begin_us);
            assert_int_equal(a->end_us, b->end_us);
        }
        assert_int_equal(script_write(second, &again), 0);
        assert_string_equal(again.data, text.data);
        buf_release(&text);
        buf_release(&again);
        script_free(first);
        script_free(second);
    }
}

static const char whole_script[] =
    "# version: 2\n"
    "# target_url: http://a.example\n"
    "# target_type: R/Shiny\n"
    "# dialect: shiny\n"
    "# value: {\"name\":\"SEQ\",\"kind\":\"counter\",\"from\":1,\"step\":1}\n"
    "# value: {\"name\":\"BASIC_AUTH\",\"kind\":\"computed\",\"of\":\"${env:U}:${env:P}\","
    "\"coding\":\"base64\"}\n"
    "{\"type\":\"REQ_GET\",\"begin\":\"2026-11-21T00:00:01.000Z\",\"end\":\"2026-11-21T00:00:01."
    "002Z\",\"status\":200,\"url\":\"/b\",\"begin_us\":1,\"end_us\":2,\"headers\":[\"A: b\"],"
    "\"bytes\":12,\"left\":true,\"until\":\"done\",\"extract\":[{\"name\":\"A\",\"from\":"
    "\"body\",\"json\":\"a\"}],\"mark\":\"first\"}\n"
    "{\"type\":\"REQ_HOME\",\"begin\":\"2026-11-21T00:00:00.000Z\",\"end\":\"2026-11-21T00:00:02."
    "000Z\",\"status\":200,\"url\":\"/\",\"begin_us\":0,\"end_us\":0}\n"
    "{\"type\":\"WS_OPEN\",\"begin\":\"2026-11-21T00:00:03.000Z\",\"url\":\"/w\",\"begin_us\":0}\n"
    "{\"type\":\"WS_CLOSE\",\"begin\":\"2026-11-21T00:00:04.000Z\",\"begin_us\":0,"
    "\"from_server\":true,\"close_code\":1000,\"close_reason\":\"bye\"}\n";

/* A file of ours comes out as it went in, byte for byte. */
static void test_a_whole_script(void **state)
{
    struct error err = ERROR_NONE;
    struct script *script;
    struct buf text;

    (void)state;
    if (script_parse(&script, "s.log", whole_script, sizeof(whole_script) - 1, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(script_at(script, 0)->url, "/"); /* by time, and not as in the file */
    buf_init(&text, 1 << 20);
    assert_int_equal(script_write(script, &text), 0);
    assert_string_equal(text.data, whole_script);
    buf_release(&text);
    script_free(script);
}

/* Whoever adds to a script need not think of its version. */
static void test_the_version_is_raised(void **state)
{
    static const char line[] = "{\"type\":\"REQ_GET\",\"begin\":\"2026-11-21T00:00:00.000Z\","
                               "\"status\":200,\"url\":\"/\"}\n";
    static const char counter[] = "{\"name\":\"A\",\"kind\":\"counter\"}";
    struct error err = ERROR_NONE;
    struct script *script;
    struct buf text;

    (void)state;
    buf_init(&text, 1 << 20);
    assert_int_equal(script_parse(&script, "s.log", line, sizeof(line) - 1, &err), 0);
    script_write(script, &text);
    assert_int_equal(text.data[SCRIPT_VERSION_AT], '1');
    assert_null(strstr(text.data, "dialect")); /* it tells none */
    buf_clear(&text);
    script->steps[0].extracts = from_page;
    script->steps[0].extract_count = 1;
    script_write(script, &text);
    assert_int_equal(text.data[SCRIPT_VERSION_AT], '2');
    buf_clear(&text);
    script->steps[0].extract_count = 0;
    assert_int_equal(makers_add(&script->makers, counter, strlen(counter), &err), 0);
    script_write(script, &text);
    assert_int_equal(text.data[SCRIPT_VERSION_AT], '2');
    buf_release(&text);
    script_free(script);
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
        cmocka_unit_test(test_a_whole_script),
        cmocka_unit_test(test_the_version_is_raised),
        cmocka_unit_test(test_a_line_is_shinyloadtests),
        cmocka_unit_test(test_the_versions_place),
        cmocka_unit_test(test_text_that_is_no_utf8),
        cmocka_unit_test(test_a_full_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
