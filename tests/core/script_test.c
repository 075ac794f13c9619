#include "tests/core/testing.h"

#include "core/script.h"

/* Lines of a script that is right. */
#define AT(ms) "\"begin\":\"2026-11-21T00:00:0" ms "Z\""
#define TILL(ms) ",\"end\":\"2026-11-21T00:00:0" ms "Z\""
#define HOME "{\"type\":\"REQ_HOME\"," AT("0.000") TILL("0.100") ",\"status\":200,\"url\":\"/\"}\n"
#define GET                                                                                        \
    "{\"type\":\"REQ_GET\"," AT("0.200") TILL("0.250") ",\"status\":200,\"url\":\"/a.js\"}\n"
#define OPEN "{\"type\":\"WS_OPEN\"," AT("1.000") ",\"url\":\"/websocket/\"}\n"
#define SEND "{\"type\":\"WS_SEND\"," AT("1.100") ",\"message\":\"{}\"}\n"
#define RECV "{\"type\":\"WS_RECV\"," AT("1.200") ",\"message\":\"{}\"}\n"
#define CLOSE "{\"type\":\"WS_CLOSE\"," AT("1.300") "}\n"

/* Lines with fields of their own. */
#define REQUEST(fields)                                                                            \
    "{\"type\":\"REQ_GET\"," AT("0.200") ",\"status\":200,\"url\":\"/a\"," fields "}\n"
#define MESSAGE(fields) "{\"type\":\"WS_RECV\"," AT("1.200") ",\"message\":\"{}\"," fields "}\n"
#define CLOSED(fields) "{\"type\":\"WS_CLOSE\"," AT("1.300") "," fields "}\n"

static int parse(struct script **script, const char *text, struct error *err)
{
    return script_parse(script, "s.log", text, strlen(text), err);
}

/* --- what is right --- */

static const struct {
    const char *name;
    const char *text;
    size_t count;
    unsigned sockets;
} good[] = {
    {"one request", HOME, 1, 0},
    {"a whole conversation", "# version: 1\n" HOME GET OPEN SEND RECV CLOSE, 6, 1},
    {"no newline at the end",
     HOME "{\"type\":\"REQ_GET\"," AT("0.2") ",\"status\":200,\"url\":\"/\"}", 2, 0},
    {"Windows line ends",
     "# version: 1\r\n" /**/
     "{\"type\":\"REQ_HOME\"," AT("0.0") ",\"status\":200,\"url\":\"/\"}\r\n\r\n",
     1, 0},
    {"a byte order mark", "\xEF\xBB\xBF# version: 1\n" HOME, 1, 0},
    {"empty lines and comments between", "\n# hello\n\n" HOME "\n#\n# a: b\n" GET "   \n", 2, 0},
    {"unknown fields",
     "{\"type\":\"WS_OPEN\"," AT("1.0") ",\"url\":\"/w\",\"new\":[1,{}],\"x\":null}\n", 1, 1},
    {"fields in another order",
     "{\"url\":\"/\",\"status\":200," AT("0.0") ",\"type\":\"REQ_GET\"}\n", 1, 0},
    {"two sockets",
     OPEN "{\"type\":\"WS_OPEN\"," AT("1.0") ",\"url\":\"/w\",\"socket\":1}\n"
                                             "{\"type\":\"WS_SEND\"," AT(
                                                 "1.1") ",\"message\":\"x\",\"socket\":1}\n" SEND,
     4, 2},
    {"steps that are written in the wrong order", SEND OPEN, 2, 1},
    {"no end known", "{\"type\":\"REQ_GET\"," AT("0.0") ",\"status\":200,\"url\":\"/\"}\n", 1, 0},
    {"an empty message", OPEN "{\"type\":\"WS_SEND\"," AT("1.1") ",\"message\":\"\"}\n", 2, 1},
    {"an empty binary one", OPEN "{\"type\":\"WS_SEND\"," AT("1.1") ",\"message_base64\":\"\"}\n",
     2, 1},
    {"flags that say no", REQUEST("\"left\":false,\"bytes\":0,\"extract\":[],\"expand\":false"), 1,
     0},
    {"fields of requests elsewhere", OPEN MESSAGE("\"left\":7,\"bytes\":\"x\",\"close_code\":-1"),
     2, 1},
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct error err = ERROR_NONE;
        struct script *script;

        if (parse(&script, good[i].text, &err) != 0)
            fail_msg("%s: %s", good[i].name, err.text);
        if (script->count != good[i].count || script->sockets != good[i].sockets)
            fail_msg("%s: %zu steps, %u sockets", good[i].name, script->count, script->sockets);
        if (script->text.len != strlen(good[i].text))
            fail_msg("%s: its own bytes are not kept", good[i].name);
        script_free(script);
    }
}

static void test_header_lines(void **state)
{
    static const char text[] = "# version: 2\n"
                               "# target_url: http://127.0.0.1:3838/app\n"
                               "# target_type: Shiny Server or Shiny Server Pro\n"
                               "# dialect: sockjs\n"
                               "# rscApiKeyRequired: false\n" HOME;
    struct error err = ERROR_NONE;
    struct script *script;

    (void)state;
    assert_int_equal(parse(&script, text, &err), 0);
    assert_int_equal(script->version, 2);
    assert_string_equal(script->target_url, "http://127.0.0.1:3838/app");
    assert_string_equal(script->target_type, "Shiny Server or Shiny Server Pro");
    assert_string_equal(script->dialect, "sockjs");
    assert_int_equal(script_at(script, 0)->line, 6); /* header lines count */
    script_free(script);

    assert_int_equal(parse(&script, HOME, &err), 0);
    assert_int_equal(script->version, 1); /* when nothing is said */
    assert_string_equal(script->target_url, "");
    assert_string_equal(script->dialect, "");
    script_free(script);
}

static void test_fields_of_requests(void **state)
{
    static const char text[] = "{\"type\":\"REQ_GET\"," AT("0.5")
        TILL("0.7") ",\"begin_us\":12,\"end_us\":999,\"status\":304,\"url\":\"/a?b=${SESSION}\","
                    "\"headers\":[\"Accept: text/css\",\"X-A: \"]}\n"
                    "{\"type\":\"REQ_POST\"," AT(
                        "1.0") ",\"status\":200,\"url\":\"/p\",\"datafile\":\"s.log.post."
                               "0\"}\n"
                               "{\"type\":\"REQ\"," AT(
                                   "2.0") ",\"method\":\"DELETE\",\"status\":204,\"url\":\"/d\"}\n";
    struct error err = ERROR_NONE;
    struct script *script;
    const struct step *step;

    (void)state;
    assert_int_equal(parse(&script, text, &err), 0);
    step = script_at(script, 0);
    assert_int_equal(step->begin_us, 0);
    assert_int_equal(step->end_us, 200000 + 999 - 12);
    assert_int_equal(step->status, 304);
    assert_string_equal(step->method, "GET");
    assert_string_equal(step->url, "/a?b=${SESSION}");
    assert_string_equal(step->headers[0], "Accept: text/css");
    assert_string_equal(step->headers[1], "X-A: ");
    assert_null(step->headers[2]);
    assert_null(step->datafile);
    step = script_at(script, 1);
    assert_string_equal(step->method, "POST");
    assert_string_equal(step->datafile, "s.log.post.0");
    assert_null(step->body); /* bodies are not read from memory */
    assert_int_equal(step->end_us, step->begin_us);
    step = script_at(script, 2);
    assert_string_equal(step->method, "DELETE");
    assert_int_equal(step->begin_us, 1500000 - 12);
    assert_int_equal(script->length_us, 1500000 - 12);
    assert_int_equal(script->begin_wall_us, INT64_C(1795219200500012));
    script_free(script);
}

static void test_fields_of_messages(void **state)
{
    static const char text[] = OPEN "{\"type\":\"WS_SEND\"," AT(
        "1.1") ",\"message\":\"a\\u0000b \\u2028 \\uD83D\\uDC33\"}\n"
               "{\"type\":\"WS_RECV\"," AT("1.2") ",\"message_base64\":\"AAH/\"}\n";
    struct error err = ERROR_NONE;
    struct script *script;
    const struct step *step;

    (void)state;
    assert_int_equal(parse(&script, text, &err), 0);
    step = script_at(script, 1);
    assert_int_equal(step->message_bytes, 12);
    assert_memory_equal(step->message, "a\0b \xE2\x80\xA8 \xF0\x9F\x90\xB3", 13);
    assert_false(step->binary);
    step = script_at(script, 2);
    assert_true(step->binary);
    assert_int_equal(step->message_bytes, 3);
    assert_memory_equal(step->message, "\x00\x01\xff", 4);
    script_free(script);
}

static void test_what_a_step_tells_besides(void **state)
{
    static const char text[] = "# value: {\"name\":\"SEQ\",\"kind\":\"counter\",\"from\":7}\n" /**/
        CLOSED("\"from_server\":true,\"close_code\":4001,\"close_reason\":\"b\\u00fcy\"")
            MESSAGE("\"extract\":[{\"name\":\"ID\",\"from\":\"message\",\"json\":\"id\"},"
                    "{\"name\":\"ID2\",\"from\":\"message\"}],\"mark\":\"filter \\u00e9\"")
                REQUEST("\"left\":true,\"until\":\"process_completed\",\"bytes\":5000000000,"
                        "\"extract\":[{\"name\":\"CSRF\",\"before\":\"x\"}]") OPEN
        "{\"type\":\"REQ_POST\"," AT("2.0") ",\"status\":200,\"url\":\"/p\",\"datafile\":\"b\","
                                            "\"expand\":true}\n";
    struct error err = ERROR_NONE;
    struct script *script;
    const struct step *step;

    (void)state;
    if (parse(&script, text, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(script->makers.count, 1);
    assert_int_equal(makers_find(&script->makers, "SEQ", 3)->from, 7);
    step = script_at(script, 0);
    assert_int_equal(step->ordinal, 2);
    assert_true(step->left);
    assert_string_equal(step->until, "process_completed");
    assert_int_equal(step->bytes, INT64_C(5000000000));
    assert_int_equal(step->extract_count, 1);
    assert_string_equal(step->extracts[0].name, "CSRF");
    assert_int_equal(step->extracts[0].from, EXTRACT_BODY);
    assert_null(step->mark);
    assert_int_equal(script_at(script, 1)->ordinal, 3);
    step = script_at(script, 2);
    assert_int_equal(step->ordinal, 1);
    assert_int_equal(step->extract_count, 2);
    assert_string_equal(step->extracts[1].name, "ID2");
    assert_string_equal(step->mark, "filter \xC3\xA9");
    step = script_at(script, 3);
    assert_int_equal(step->ordinal, 0);
    assert_int_equal(step->line, 2);
    assert_true(step->from_server);
    assert_int_equal(step->code, 4001);
    assert_string_equal(step->reason, "b\xC3\xBCy");
    assert_true(script_at(script, 4)->body_expand);
    script_free(script);
}

/* --- what is wrong --- */

static const struct {
    const char *name;
    const char *text;
    const char *says;
} bad[] = {
    {"nothing at all", "", "s.log: no steps in it"},
    {"only header lines", "# version: 1\n\n# target_url: x\n", "s.log: no steps in it"},
    {"version 3", "# version: 3\n" HOME, "version 3 is newer"},
    {"version -1", "# version: -1\n" HOME, "is newer"},
    {"not JSON", HOME "hello\n", "s.log:2: not a JSON object"},
    {"not an object", HOME "\n[1]\n", "s.log:3: not a JSON object"},
    {"two objects in a line", "{} {}\n", "s.log:1: not a JSON object"},
    {"Latin-1", "{\"type\":\"\xE9\"}\n", "s.log:1: not a JSON object"},
    {"the last line torn", HOME "{\"type\":\"REQ_GE", "s.log:2: the last line is torn"},
    {"no type", HOME "{" AT("0.0") "}\n", "s.log:2: \"type\" is missing"},
    {"a type that is a number", "{\"type\":7," AT("0.0") "}\n",
     "s.log:1: \"type\" is not a string"},
    {"unknown type", HOME GET "{\"type\":\"REQ_PUSH\"," AT("0.0") "}\n",
     "s.log:3: unknown step type 'REQ_PUSH'"},
    {"no begin", "{\"type\":\"REQ_GET\",\"status\":200,\"url\":\"/\"}\n",
     "s.log:1: \"begin\" is missing"},
    {"begin is a number", "{\"type\":\"REQ_GET\",\"begin\":12,\"status\":200,\"url\":\"/\"}\n",
     "s.log:1: \"begin\" is not a string"},
    {"begin is no time", "{\"type\":\"REQ_GET\",\"begin\":\"noon\",\"status\":200,\"url\":\"/\"}\n",
     "s.log:1: \"begin\" is not a UTC time"},
    {"ends before it begins",
     "{\"type\":\"REQ_GET\"," AT("1.0") TILL("0.9") ",\"status\":200,\"url\":\"/\"}\n",
     "s.log:1: it ends before it begins"},
    {"too many microseconds",
     "{\"type\":\"WS_OPEN\"," AT("1.0") ",\"begin_us\":1000,\"url\":\"/\"}\n",
     "s.log:1: \"begin_us\" is not a number from 0 to 999"},
    {"microseconds as text",
     "{\"type\":\"WS_OPEN\"," AT("1.0") ",\"begin_us\":\"5\",\"url\":\"/\"}\n",
     "s.log:1: \"begin_us\""},
    {"no url", "{\"type\":\"REQ_GET\"," AT("1.0") ",\"status\":200}\n",
     "s.log:1: \"url\" is missing"},
    {"a socket without url", "{\"type\":\"WS_OPEN\"," AT("1.0") "}\n",
     "s.log:1: \"url\" is missing"},
    {"no status", "{\"type\":\"REQ_GET\"," AT("1.0") ",\"url\":\"/\"}\n",
     "s.log:1: \"status\" is missing"},
    {"status as text", "{\"type\":\"REQ_GET\"," AT("1.0") ",\"url\":\"/\",\"status\":\"200\"}\n",
     "s.log:1: \"status\""},
    {"no method", "{\"type\":\"REQ\"," AT("1.0") ",\"url\":\"/\",\"status\":200}\n",
     "s.log:1: \"method\" is missing"},
    {"no message", OPEN "{\"type\":\"WS_SEND\"," AT("1.1") "}\n",
     "s.log:2: \"message\" is missing"},
    {"a message that is an object", OPEN "{\"type\":\"WS_SEND\"," AT("1.1") ",\"message\":{}}\n",
     "s.log:2: \"message\" is not a string"},
    {"not base64", OPEN "{\"type\":\"WS_SEND\"," AT("1.1") ",\"message_base64\":\"AA*=\"}\n",
     "s.log:2: \"message_base64\" is not base64"},
    {"a body elsewhere",
     "{\"type\":\"REQ_POST\"," AT("1.0") ",\"status\":200,\"url\":\"/\",\"datafile\":\"../x\"}\n",
     "s.log:1: \"datafile\" must be the name of a file beside the script"},
    {"a body above",
     "{\"type\":\"REQ_POST\"," AT("1.0") ",\"status\":200,\"url\":\"/\",\"datafile\":\"..\"}\n",
     "s.log:1: \"datafile\" must be"},
    {"headers are no list",
     "{\"type\":\"REQ_GET\"," AT("1.0") ",\"status\":200,\"url\":\"/\",\"headers\":\"A: b\"}\n",
     "s.log:1: \"headers\" is not a list"},
    {"a header that smuggles another",
     "{\"type\":\"REQ_GET\"," AT(
         "1.0") ",\"status\":200,\"url\":\"/\",\"headers\":[\"A: b\\r\\nC: d\"]}\n",
     "s.log:1: \"headers\" is not a list"},
    {"a send before its socket opens", SEND, "s.log:1: WS_SEND, but WebSocket 0 is not open yet"},
    {"a receive of another socket",
     OPEN "{\"type\":\"WS_RECV\"," AT("1.2") ",\"message\":\"\",\"socket\":1}\n",
     "s.log:2: WS_RECV, but WebSocket 1 is not open yet"},
    {"a close without a socket", HOME CLOSE, "s.log:2: WS_CLOSE, but WebSocket 0 is not open yet"},
    {"opened twice", OPEN OPEN, "s.log:2: WS_OPEN, but WebSocket 0 is already opened"},
    {"a send after the close", OPEN CLOSE "{\"type\":\"WS_SEND\"," AT("1.4") ",\"message\":\"\"}\n",
     "s.log:3: WS_SEND, but WebSocket 0 is"},
    {"a negative socket", "{\"type\":\"WS_OPEN\"," AT("1.0") ",\"url\":\"/\",\"socket\":-1}\n",
     "s.log:1: \"socket\" is not a number from 0 to 1000"},
    {"a socket too many", "{\"type\":\"WS_OPEN\"," AT("1.0") ",\"url\":\"/\",\"socket\":1001}\n",
     "s.log:1: \"socket\" is not a number from 0 to 1000"},
    {"a value that is none", HOME "# value: {\"name\":\"A\"}\n",
     "s.log:2: value A: \"kind\" is not minted, clock, counter or computed"},
    {"a value that is no JSON", "# value: A\n" HOME, "s.log:1: a value is not a JSON object"},
    {"an extraction without a list", REQUEST("\"extract\":{}"),
     "s.log:1: \"extract\" is not a list, or stands where nothing comes in"},
    {"an extraction from what is sent",
     OPEN "{\"type\":\"WS_SEND\"," AT("1.1") ",\"message\":\"\",\"extract\":[]}\n",
     "s.log:2: \"extract\" is not a list, or stands where nothing comes in"},
    {"an extraction without a name", REQUEST("\"extract\":[{}]"),
     "s.log:1: \"name\" of an extraction is not"},
    {"an extraction from a message of a request",
     REQUEST("\"extract\":[{\"name\":\"A\",\"from\":\"message\"}]"),
     "s.log:1: extraction of A: a request has no such \"from\""},
    {"an extraction from a body of a message", OPEN MESSAGE("\"extract\":[{\"name\":\"A\"}]"),
     "s.log:2: extraction of A: a message has no such \"from\""},
    {"a mark that is a number", REQUEST("\"mark\":1"), "s.log:1: \"mark\" is not a string"},
    {"a mark of nothing", REQUEST("\"mark\":\"\""), "s.log:1: \"mark\" is empty"},
    {"a mark of two lines", REQUEST("\"mark\":\"a\\nb\""),
     "s.log:1: \"mark\" has control characters in it"},
    {"left perhaps", REQUEST("\"left\":1"), "s.log:1: \"left\" is neither true nor false"},
    {"until, but not left", REQUEST("\"until\":\"x\""), "s.log:1: \"until\" without \"left\""},
    {"until what", REQUEST("\"left\":true,\"until\":[]"), "s.log:1: \"until\" is not a string"},
    {"less than no bytes", REQUEST("\"bytes\":-1"), "s.log:1: \"bytes\" is not a number from 0"},
    {"bytes as text", REQUEST("\"bytes\":\"1\""), "s.log:1: \"bytes\" is not a number from 0"},
    {"no body to expand", REQUEST("\"expand\":true"), "s.log:1: \"expand\" without a \"datafile\""},
    {"a code that no frame has", OPEN CLOSED("\"close_code\":65536"),
     "s.log:2: \"close_code\" is not a number from 0 to 65535"},
    {"a reason that is none", OPEN CLOSED("\"close_reason\":7"),
     "s.log:2: \"close_reason\" is not a string"},
    {"until nothing", REQUEST("\"left\":true,\"until\":\"\""), "s.log:1: \"until\" is empty"},
    {"polled for nothing", REQUEST("\"poll\":{},\"poll_every_ms\":5"),
     "s.log:1: \"poll\" is no condition such as {\"response\":true}"},
    {"polled for a list", REQUEST("\"poll\":[{\"a\":1},{\"b\":[]}],\"poll_every_ms\":5"),
     "s.log:1: \"poll\" is no condition"},
    {"polled as fast as can be", REQUEST("\"poll\":{\"a\":true},\"poll_every_ms\":0"),
     "s.log:1: \"poll_every_ms\" is not a number from 1 to 86400000"},
    {"polled, but not how often", REQUEST("\"poll\":{\"a\":true}"),
     "s.log:1: \"poll_every_ms\" is not a number from 1"},
    {"how often, but no poll", REQUEST("\"poll_every_ms\":5"),
     "s.log:1: \"poll_every_ms\" without \"poll\""},
    {"a poll that was left", REQUEST("\"left\":true,\"poll\":{\"a\":1},\"poll_every_ms\":5"),
     "s.log:1: \"poll\" with \"left\""},
    {"a value in a circle",
     "# value: {\"name\":\"A\",\"kind\":\"computed\",\"of\":\"${B}\"}\n"
     "# value: {\"name\":\"B\",\"kind\":\"computed\",\"of\":\"${A}\"}\n" HOME,
     "s.log: value A is computed of itself by way of B"},
    {"closed by whom", OPEN CLOSED("\"from_server\":\"yes\""),
     "s.log:2: \"from_server\" is neither true nor false"},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct error err = ERROR_NONE;
        struct script *script = NULL;
        int rc = parse(&script, bad[i].text, &err);

        if (rc != -E_FORMAT || err.code != E_FORMAT || script)
            fail_msg("%s: %d", bad[i].name, rc);
        if (!strstr(err.text, bad[i].says))
            fail_msg("%s: says '%s'", bad[i].name, err.text);
    }
}

/* 5,000 objects inside each other, and a line of 8 MB. */
static void test_deep_and_long_lines(void **state)
{
    struct error err = ERROR_NONE;
    struct script *script;
    struct buf text;

    (void)state;
    buf_init(&text, 64u << 20);
    for (int i = 0; i < 5000; i++)
        buf_adds(&text, "{\"a\":");
    assert_int_equal(parse(&script, text.data, &err), -E_FORMAT);
    buf_clear(&text);

    buf_adds(&text, OPEN "{\"type\":\"WS_RECV\"," AT("1.2") ",\"message\":\"");
    for (int i = 0; i < 1 << 20; i++)
        buf_adds(&text, "A\xE2\x80\xA8\\\"");
    buf_adds(&text, "\"}\n" CLOSE);
    err = ERROR_NONE;
    assert_int_equal(parse(&script, text.data, &err), 0);
    assert_int_equal(script->count, 3);
    assert_int_equal(script_at(script, 1)->message_bytes, 5 << 20);
    script_free(script);
    buf_release(&text);
}

/* --- the rest --- */

static void test_type_names(void **state)
{
    (void)state;
    for (int t = 0; t < STEP_TYPES; t++)
        assert_int_equal(step_type_find(step_type_name((enum step_type)t)), t);
    assert_int_equal(step_type_find("REQ_"), -1);
    assert_int_equal(step_type_find(""), -1);
    assert_int_equal(step_type_find("ws_open"), -1);
}

static void test_free_accepts_nothing(void **state)
{
    (void)state;
    script_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_header_lines),
        cmocka_unit_test(test_fields_of_requests),
        cmocka_unit_test(test_fields_of_messages),
        cmocka_unit_test(test_what_a_step_tells_besides),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_deep_and_long_lines),
        cmocka_unit_test(test_type_names),
        cmocka_unit_test(test_free_accepts_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
