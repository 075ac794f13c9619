#include "tests/core/dialect_cases.h"

static const struct message_case plain_messages[] = {
    {"an object has the shape of its keys", "{\"b\":1,\"a\":{\"c\":2}}", DATA, "key b | key a", "",
     NULL},
    {"values do not matter", "{\"b\":\"x\",\"a\":null}", DATA, "key b | key a", "", NULL},
    {"an empty object", "{}", DATA, "message", "", NULL},
    {"a list", "[1,2]", DATA, "message", "", NULL},
    {"words", "hello", DATA, "message", "", NULL},
    {"nothing", "", DATA, "message", "", NULL},
    {"busy means nothing here", "{\"busy\":\"busy\"}", DATA, "key busy", "", NULL},
};

static const struct message_case shiny_messages[] = {
    /* noise */
    {"busy", "{\"busy\":\"busy\"}", NOISE, "", "", NULL},
    {"idle", "{\"busy\":\"idle\"}", NOISE, "", "", NULL},
    {"recalculating", "{\"recalculating\":{\"name\":\"p_top\",\"status\":\"recalculating\"}}",
     NOISE, "", "", NULL},
    {"recalculated", "{\"recalculated\":{\"name\":\"p_top\"}}", NOISE, "", "", NULL},
    {"progress", "{\"progress\":{\"type\":\"binding\",\"message\":{\"id\":\"p_top\"}}}", NOISE, "",
     "", NULL},
    {"reactlog", "{\"custom\":{\"reactlog\":{\"action\":\"enter\"}}}", NOISE, "", "", NULL},
    {"no values at all", "{\"errors\":{},\"values\":{},\"inputMessages\":[]}", NOISE, "", "", NULL},
    {"an empty object", "{}", NOISE, "", "", NULL},
    /* what a step may do without */
    {"frozen", "{\"frozen\":{\"ids\":[\"who\"]}}", OPTIONAL, "frozen", "", NULL},
    {"notification",
     "{\"notification\":{\"type\":\"show\",\"message\":{\"id\":\"4237d88078076684\"}}}", OPTIONAL,
     "notification", "", NULL},
    {"allowReconnect", "{\"allowReconnect\":true}", OPTIONAL, "allowReconnect", "", NULL},
    /* what a step waits for */
    {"values", "{\"errors\":{},\"values\":{\"p\":{\"src\":\"x\"},\"t\":null},\"inputMessages\":[]}",
     DATA, "output p | output t", "", NULL},
    {"an error answers as a value does",
     "{\"errors\":{\"t\":{\"message\":\"no\"}},\"values\":{\"p\":1}}", DATA, "output t | output p",
     "", NULL},
    {"both of one output", "{\"errors\":{\"p\":{}},\"values\":{\"p\":1}}", DATA, "output p", "",
     NULL},
    {"inputs set by the server",
     "{\"errors\":{},\"values\":{},\"inputMessages\":[{\"id\":\"who\",\"message\":{}},{\"id\":"
     "\"n\"}]}",
     DATA, "input who | input n", "", NULL},
    {"values and inputs", "{\"values\":{\"p\":1},\"inputMessages\":[{\"id\":\"who\"}]}", DATA,
     "output p | input who", "", NULL},
    {"a custom message", "{\"custom\":{\"toast\":{\"text\":\"hi\"}}}", DATA, "custom toast", "",
     NULL},
    {"an empty custom message", "{\"custom\":{}}", DATA, "custom", "", NULL},
    {"a modal", "{\"modal\":{\"type\":\"show\"}}", DATA, "modal", "", NULL},
    {"an answer to a call", "{\"response\":{\"tag\":3,\"value\":null}}", DATA, "response", "",
     NULL},
    {"an answer that says no", "{\"response\":{\"tag\":7,\"error\":\"no such method\"}}", DATA,
     "response", "", NULL},
    {"session$reload()", "{\"reload\":true}", DATA, "reload", "", NULL},
    {"the config",
     "{\"config\":{\"workerId\":\"\",\"sessionId\":\"9b44d5edbc66f94a72bd14f069334cc6\",\"user\":"
     "null}}",
     INIT, "config", "SESSION=9b44d5edbc66f94a72bd14f069334cc6", NULL},
    {"a config without an id", "{\"config\":{\"workerId\":\"\"}}", INIT, "config", "", NULL},
    {"a config whose id is a number", "{\"config\":{\"sessionId\":7}}", INIT, "config", "", NULL},
    {"an upload begins",
     "{\"response\":{\"tag\":1,\"value\":{\"jobId\":\"f33bf956dc7f6705f7d00181\","
     "\"uploadUrl\":\"session/9b44/upload/f33b?w=\"}}}",
     UPLOAD, "response",
     "UPLOAD_JOB_ID=f33bf956dc7f6705f7d00181 UPLOAD_URL=session/9b44/upload/f33b?w=", NULL},
    /* odd ones */
    {"not JSON", "garbage", DATA, "message", "", NULL},
    {"torn JSON", "{\"values\":{\"p\":", DATA, "message", "", NULL},
    {"nothing", "", DATA, "message", "", NULL},
    {"a list", "[1]", DATA, "message", "", NULL},
    {"values that are a list", "{\"values\":[1]}", NOISE, "", "", NULL},
    {"custom that is a word", "{\"custom\":\"x\"}", DATA, "custom", "", NULL},
    {"inputs without ids", "{\"inputMessages\":[{},7]}", NOISE, "", "", NULL},
    {"a key that is empty", "{\"\":1}", DATA, "", "", NULL},
};

static const struct message_case sockjs_messages[] = {
    {"the socket is open", "o", DATA, "open", "", NULL},
    {"heartbeat", "h", NOISE, "", "", NULL},
    {"ACK", "a[\"ACK 5\"]", NOISE, "", "", NULL},
    {"CONTINUE", "a[\"CONTINUE 2\"]", NOISE, "", "", NULL},
    {"no frames", "a[]", NOISE, "", "", NULL},
    {"busy", "a[\"1#0|m|{\\\"busy\\\":\\\"busy\\\"}\"]", NOISE, "", "", NULL},
    {"frozen", "a[\"D#0|m|{\\\"frozen\\\":{\\\"ids\\\":[\\\"who\\\"]}}\"]", OPTIONAL, "frozen", "",
     NULL},
    {"the config",
     "a[\"0#0|m|{\\\"config\\\":{\\\"workerId\\\":\\\"\\\",\\\"sessionId\\\":\\\"34fc\\\"}}\"]",
     INIT, "config", "SESSION=34fc", NULL},
    {"the config, reconnect off", "a[\"0|m|{\\\"config\\\":{\\\"sessionId\\\":\\\"34fc\\\"}}\"]",
     INIT, "config", "SESSION=34fc", NULL},
    {"values with a hexadecimal number", "a[\"1F#0|m|{\\\"values\\\":{\\\"p\\\":1}}\"]", DATA,
     "output p", "", NULL},
    {"an upload begins",
     "a[\"9#0|m|{\\\"response\\\":{\\\"value\\\":{\\\"jobId\\\":\\\"f3\\\",\\\"uploadUrl\\\":"
     "\\\"u\\\"}}}\"]",
     UPLOAD, "response", "UPLOAD_JOB_ID=f3 UPLOAD_URL=u", NULL},
    {"U+2028 inside", "a[\"2#0|m|{\\\"values\\\":{\\\"p\\\":\\\"\xE2\x80\xA8\\\"}}\"]", DATA,
     "output p", "", NULL},
    {"two frames",
     "a[\"2#0|m|{\\\"values\\\":{\\\"p\\\":1}}\",\"3#0|m|{\\\"values\\\":{\\\"q\\\":1}}\"]", DATA,
     "output p | output q", "", NULL},
    {"noise before values",
     "a[\"2#0|m|{\\\"busy\\\":\\\"idle\\\"}\",\"3#0|m|{\\\"values\\\":{\\\"q\\\":1}}\"]", DATA,
     "output q", "", NULL},
    {"an optional one before values",
     "a[\"2#0|m|{\\\"frozen\\\":{}}\",\"3#0|m|{\\\"values\\\":{\\\"q\\\":1}}\"]", DATA,
     "frozen | output q", "", NULL},
    /* sub-apps */
    {"a sub-app's config is not ours",
     "a[\"6#1|m|{\\\"config\\\":{\\\"sessionId\\\":\\\"beef\\\"}}\"]", DATA, "channel 1 config", "",
     NULL},
    {"a sub-app's values", "a[\"7#12|m|{\\\"values\\\":{\\\"p\\\":1}}\"]", DATA,
     "channel 12 output p", "", NULL},
    {"a sub-app closes", "a[\"8#1|c|{\\\"code\\\":1000,\\\"reason\\\":\\\"\\\"}\"]", NOISE, "", "",
     NULL},
    /* the end */
    {"closed by the server", "c[3000,\"No response from heartbeat\"]", GONE, "", "",
     "code 3000 No response from heartbeat"},
    {"resuming failed", "c[4705,\"Unable to open connection (RobustSockJS collision)\"]", GONE, "",
     "", "code 4705 Unable to open"},
    {"the app exited",
     "a[\"9#0|c|{\\\"code\\\":4503,\\\"reason\\\":\\\"The application unexpectedly exited\\\"}\"]",
     GONE, "", "", "code 4503 The application unexpectedly exited"},
    {"out of capacity, reconnect off",
     "a[\"0|c|{\\\"code\\\":4501,\\\"reason\\\":\\\"Out of capacity\\\"}\"]", GONE, "", "",
     "code 4501 Out of capacity"},
    {"closed without words", "c[]", GONE, "", "", "code 0"},
    {"the app's end, torn", "a[\"9#0|c|\"]", GONE, "", "", "code 0"},
    {"words after the end",
     "a[\"9#0|c|{\\\"code\\\":4503}\",\"A#0|m|hello\",\"B#0|m|{\\\"values\\\":{\\\"p\\\":1}}\"]",
     GONE, "", "", "code 4503"},
    /* odd ones */
    {"nothing", "", DATA, "message", "", NULL},
    {"another letter", "x[1]", DATA, "message", "", NULL},
    {"torn", "a[\"1#0|m|", DATA, "message", "", NULL},
    {"not a string", "a[7,null,{}]", NOISE, "", "", NULL},
    {"no envelope", "a[\"hello\"]", NOISE, "", "", NULL},
    {"half an envelope", "a[\"1#0|\"]", NOISE, "", "", NULL},
    {"payload that is no JSON", "a[\"1#0|m|hello\"]", DATA, "message", "", NULL},
    {"empty payload", "a[\"1#0|m|\"]", DATA, "message", "", NULL},
};

static void test_plain_messages(void **state)
{
    (void)state;
    check_messages(shipped("plain"), plain_messages, COUNT(plain_messages));
}

static void test_shiny_messages(void **state)
{
    (void)state;
    check_messages(shipped("shiny"), shiny_messages, COUNT(shiny_messages));
}

static void test_sockjs_messages(void **state)
{
    (void)state;
    check_messages(shipped("sockjs"), sockjs_messages, COUNT(sockjs_messages));
}

static void test_binary_messages(void **state)
{
    const struct dialect *const all[] = {shipped("plain"), shipped("shiny"), shipped("sockjs")};

    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct message m = {0};

        assert_int_equal(dialect_read(all[i], &m, "{}", 2, true), 0);
        assert_int_equal(m.kind, MESSAGE_DATA);
        assert_int_equal(m.part_count, 1);
        assert_string_equal(m.parts[0], "binary message");
        message_release(&m);
    }
}

static void test_a_name_of_any_length(void **state)
{
    struct message m = {0};
    struct buf text;

    (void)state;
    buf_init(&text, 1 << 20);
    buf_adds(&text, "{\"values\":{\"");
    for (int i = 0; i < 5000; i++)
        buf_addc(&text, 'n');
    buf_adds(&text, "\":1},\"");
    for (int i = 0; i < 5000; i++)
        buf_addc(&text, 'k');
    buf_adds(&text, "\":1}");
    assert_int_equal(dialect_read(shipped("shiny"), &m, text.data, text.len, false), 0);
    assert_int_equal(m.part_count, 2);
    message_release(&m);
    assert_int_equal(dialect_read(shipped("plain"), &m, text.data, text.len, false), 0);
    message_release(&m);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_messages),       cmocka_unit_test(test_shiny_messages),
        cmocka_unit_test(test_sockjs_messages),      cmocka_unit_test(test_binary_messages),
        cmocka_unit_test(test_a_name_of_any_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
