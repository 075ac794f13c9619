#include "tests/core/testing.h"

#include <ctype.h>

#include "core/dialect.h"

#define NOISE MESSAGE_NOISE
#define OPTIONAL MESSAGE_OPTIONAL
#define DATA MESSAGE_DATA
#define INIT MESSAGE_INIT
#define UPLOAD MESSAGE_BEGIN_UPLOAD
#define GONE MESSAGE_GONE

struct message_case {
    const char *name;
    const char *text;
    enum message_kind kind;
    const char *parts;  /* joined by " | " */
    const char *learnt; /* NAME=value, joined by a space */
    const char *reason; /* part of it; NULL: none */
};

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

static void join_parts(const struct message *m, char *out, size_t size)
{
    out[0] = 0;
    for (size_t i = 0; i < m->part_count; i++)
        snprintf(out + strlen(out), size - strlen(out), "%s%s", i ? " | " : "", m->parts[i]);
}

static void join_learnt(const struct message *m, char *out, size_t size)
{
    out[0] = 0;
    for (size_t i = 0; i < m->learnt.count; i++)
        snprintf(out + strlen(out), size - strlen(out), "%s%s=%s", i ? " " : "",
                 m->learnt.items[i].name, m->learnt.items[i].value);
}

static void check_messages(const struct dialect *dialect, const struct message_case *cases,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct message_case *c = &cases[i];
        size_t len = strlen(c->text);
        char *text = malloc(len ? len : 1); /* no terminator: none is promised */
        struct message m = {0};
        char joined[500];

        memcpy(text, c->text, len);
        assert_int_equal(dialect_read(dialect, &m, text, len, false), 0);
        if (m.kind != c->kind)
            fail_msg("%s, %s: kind %d", dialect->name, c->name, (int)m.kind);
        join_parts(&m, joined, sizeof(joined));
        if (strcmp(joined, c->parts) != 0)
            fail_msg("%s, %s: parts '%s'", dialect->name, c->name, joined);
        join_learnt(&m, joined, sizeof(joined));
        if (strcmp(joined, c->learnt) != 0)
            fail_msg("%s, %s: learns '%s'", dialect->name, c->name, joined);
        if (c->reason ? !m.reason || !strstr(m.reason, c->reason) : m.reason != NULL)
            fail_msg("%s, %s: reason '%s'", dialect->name, c->name, m.reason ? m.reason : "");
        message_release(&m);
        free(text);
    }
}

static void test_plain_messages(void **state)
{
    (void)state;
    check_messages(&dialect_plain, plain_messages, COUNT(plain_messages));
}

static void test_shiny_messages(void **state)
{
    (void)state;
    check_messages(&dialect_shiny, shiny_messages, COUNT(shiny_messages));
}

static void test_sockjs_messages(void **state)
{
    (void)state;
    check_messages(&dialect_sockjs, sockjs_messages, COUNT(sockjs_messages));
}

static void test_binary_messages(void **state)
{
    static const struct dialect *const all[] = {&dialect_plain, &dialect_shiny, &dialect_sockjs};

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
    assert_int_equal(dialect_read(&dialect_shiny, &m, text.data, text.len, false), 0);
    assert_int_equal(m.part_count, 2);
    message_release(&m);
    assert_int_equal(dialect_read(&dialect_plain, &m, text.data, text.len, false), 0);
    message_release(&m);
    buf_release(&text);
}

/* --- sends --- */

static const struct {
    const char *name;
    const struct dialect *dialect;
    const char *text;
    bool noise;
} sends[] = {
    {"an ACK", &dialect_sockjs, "[\"ACK 12\"]", true},
    {"CONTINUE", &dialect_sockjs, "[\"CONTINUE 6\"]", true},
    {"opening a channel", &dialect_sockjs, "[\"0#0|o|\"]", false},
    {"a message", &dialect_sockjs, "[\"1#0|m|{\\\"method\\\":\\\"init\\\"}\"]", false},
    {"a torn ACK", &dialect_sockjs, "[\"ACK", false},
    {"nothing", &dialect_sockjs, "", false},
    {"an ACK that somebody typed", &dialect_shiny, "[\"ACK 12\"]", false},
    {"an ACK in no dialect", &dialect_plain, "[\"ACK 12\"]", false},
};

static void test_reflexes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sends); i++) {
        if (dialect_send_is_noise(sends[i].dialect, sends[i].text, strlen(sends[i].text)) !=
            sends[i].noise)
            fail_msg("%s", sends[i].name);
    }
}

/* --- the genuine recordings --- */

static struct script *load(const char *name)
{
    struct error err = ERROR_NONE;
    struct script *script = NULL;
    char path[4096];

    data_path(path, sizeof(path), name);
    if (script_load(&script, path, false, &err) != 0)
        fail_msg("%s", err.text);
    return script;
}

/* Each receive: its kind as its step says, something that a step can wait for, nothing unread. */
static void check_receive(const struct dialect *dialect, const struct step *step)
{
    struct message m = {0};

    assert_int_equal(dialect_read(dialect, &m, step->message, step->message_bytes, false), 0);
    assert_true(m.part_count > 0);
    for (size_t i = 0; i < m.part_count; i++)
        assert_string_not_equal(m.parts[i], "message");
    if (step->type == STEP_WS_RECV_INIT) {
        assert_int_equal(m.kind, MESSAGE_INIT);
        assert_string_equal(values_get(&m.learnt, "SESSION"), "${SESSION}");
    } else {
        assert_true(m.kind == MESSAGE_DATA || m.kind == MESSAGE_OPTIONAL);
        assert_int_equal(m.learnt.count, 0);
    }
    message_release(&m);
}

static void test_every_message_of_both_recordings(void **state)
{
    static const struct {
        const char *file;
        const struct dialect *dialect;
        size_t messages;
    } recordings[] = {
        {"whales-sync.log", &dialect_shiny, 36},
        {"ss-whales-sync.log", &dialect_sockjs, 38},
    };

    (void)state;
    for (size_t r = 0; r < COUNT(recordings); r++) {
        struct script *script = load(recordings[r].file);
        size_t messages = 0;

        assert_ptr_equal(dialect_of(script), recordings[r].dialect);
        for (size_t i = 0; i < script->count; i++) {
            const struct step *step = script_at(script, i);

            if (step_is_recv(step))
                check_receive(recordings[r].dialect, step);
            else if (step->type == STEP_WS_SEND)
                assert_false(dialect_send_is_noise(recordings[r].dialect, step->message,
                                                   step->message_bytes));
            messages += step_is_recv(step) || step->type == STEP_WS_SEND;
        }
        assert_int_equal(messages, recordings[r].messages);
        script_free(script);
    }
}

/* The parts of the receives, one line a message. */
static void told(const struct script *script, struct buf *out)
{
    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = script_at(script, i);
        struct message m = {0};
        char joined[500];

        if (!step_is_recv(step))
            continue;
        dialect_read(dialect_of(script), &m, step->message, step->message_bytes, false);
        join_parts(&m, joined, sizeof(joined));
        if (strcmp(joined, "open") != 0)
            buf_addf(out, "%s\n", joined);
        message_release(&m);
    }
}

/* The same app, clicked through the same way, once served plainly and once over SockJS: the server
 * says the same things in both. */
static void test_the_envelope_changes_nothing(void **state)
{
    struct script *plain = load("whales-sync.log");
    struct script *sockjs = load("ss-whales-sync.log");
    struct buf a;
    struct buf b;

    (void)state;
    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    told(plain, &a);
    told(sockjs, &b);
    assert_string_equal(a.data, b.data);
    buf_release(&a);
    buf_release(&b);
    script_free(plain);
    script_free(sockjs);
}

/* --- which dialect --- */

#define BEGIN "\"begin\":\"2026-11-21T00:00:00.000Z\""

static const struct {
    const char *name;
    const char *text;
    const char *want;
} scripts[] = {
    {"only requests", "{\"type\":\"REQ_HOME\"," BEGIN ",\"status\":200,\"url\":\"/\"}\n", "plain"},
    {"some socket", "{\"type\":\"WS_OPEN\"," BEGIN ",\"url\":\"/chat\"}\n", "plain"},
    {"SockJS by its path",
     "{\"type\":\"WS_OPEN\"," BEGIN ",\"url\":\"/a/__sockjs__/n=x/1/b/websocket\"}\n", "sockjs"},
    {"Shiny by its init",
     "{\"type\":\"WS_OPEN\"," BEGIN ",\"url\":\"/websocket/\"}\n{\"type\":\"WS_RECV_INIT\"," BEGIN
     ",\"message\":\"{}\"}\n",
     "shiny"},
    {"named", "# dialect: shiny\n{\"type\":\"WS_OPEN\"," BEGIN ",\"url\":\"/__sockjs__/x\"}\n",
     "shiny"},
    {"an unknown name",
     "# dialect: klingon\n{\"type\":\"WS_OPEN\"," BEGIN ",\"url\":\"/__sockjs__/x\"}\n", "sockjs"},
};

static void test_dialect_of_scripts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scripts); i++) {
        struct error err = ERROR_NONE;
        struct script *script;

        if (script_parse(&script, "s", scripts[i].text, strlen(scripts[i].text), &err) < 0)
            fail_msg("%s: %s", scripts[i].name, err.text);
        if (strcmp(dialect_of(script)->name, scripts[i].want) != 0)
            fail_msg("%s: %s", scripts[i].name, dialect_of(script)->name);
        script_free(script);
    }
}

static const struct {
    const char *path;
    const char *want;
} sockets[] = {
    {"/websocket/", "shiny"},
    {"/app/websocket/", "shiny"},
    {"/__sockjs__/n=WRoReSCJGYcO3QtEvs/177/0r002vay/websocket", "sockjs"},
    {"/app/__sockjs__/390/eyjsp5ep/websocket", "sockjs"},
    {"/chat", "plain"},
    {"/", "plain"},
};

static void test_dialect_of_sockets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sockets); i++) {
        if (strcmp(dialect_of_socket(sockets[i].path)->name, sockets[i].want) != 0)
            fail_msg("%s: %s", sockets[i].path, dialect_of_socket(sockets[i].path)->name);
    }
}

static void test_find(void **state)
{
    (void)state;
    assert_ptr_equal(dialect_find("sockjs"), &dialect_sockjs);
    assert_null(dialect_find(""));
    assert_null(dialect_find("Shiny"));
}

/* --- requests --- */

static const struct {
    const char *method;
    const char *path;
    bool navigation;
    enum step_type want;
} requests[] = {
    {"GET", "/", false, STEP_REQ_HOME},
    {"GET", "/app/?tab=2", false, STEP_REQ_HOME},
    {"GET", "/report.Rmd", false, STEP_REQ_HOME},
    {"GET", "/about", true, STEP_REQ_HOME},
    {"GET", "/about", false, STEP_REQ_GET},
    {"GET", "/a.js?x=/", false, STEP_REQ_GET},
    {"GET", "/app/__sockjs__/n=WRoReSCJGYcO3QtEvs/info?t=1795221170801", false, STEP_REQ_SINF},
    {"GET", "/__sockjs__/o=WRoReSCJGYcO3QtEvs/info?t=1", false, STEP_REQ_SINF},
    {"GET", "/__sockjs__/info?t=1795221170801", false, STEP_REQ_GET}, /* as shinyloadtest does */
    {"GET", "/_w_1/__token__?_=1", false, STEP_REQ_TOK},
    {"POST", "/session/x/upload/y?w=", false, STEP_REQ_POST},
    {"POST", "/", true, STEP_REQ_POST},
    {"PUT", "/x", false, STEP_REQ},
    {"HEAD", "/", false, STEP_REQ},
    {"get", "/x", false, STEP_REQ},
};

static void test_request_types(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        enum step_type type =
            dialect_request_type(requests[i].method, requests[i].path, requests[i].navigation);

        if (type != requests[i].want)
            fail_msg("%s %s: %s", requests[i].method, requests[i].path, step_type_name(type));
    }
}

static const struct {
    const char *path;
    bool noise;
} noises[] = {
    {"/favicon.ico", true},     {"/app/favicon.ico?v=2", true},
    {"/a.js.map", true},        {"/a.css.map?x=1", true},
    {"/a.js", false},           {"/favicon.ico.png", false},
    {"/?file=a.js.map", false}, {"/", false},
};

static void test_request_noise(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(noises); i++) {
        if (dialect_request_is_noise(noises[i].path) != noises[i].noise)
            fail_msg("%s", noises[i].path);
    }
}

/* --- session values --- */

static const struct {
    const char *name;
    enum step_type type;
    const char *body;
    const char *value_name;
    const char *want; /* NULL: nothing is learnt */
} bodies[] = {
    {"a worker", STEP_REQ_HOME, "<head><base href=\"_w_5a7e02ff/\"></head>", "WORKER", "5a7e02ff"},
    {"a worker at the body's end", STEP_REQ_HOME, "<base href=\"_w_5a7e", "WORKER", "5a7e"},
    {"another base", STEP_REQ_HOME, "<base href=\"/app/\">", "WORKER", NULL},
    {"an empty worker", STEP_REQ_HOME, "<base href=\"_w_/\">", "WORKER", NULL},
    {"an empty page", STEP_REQ_HOME, "", "WORKER", NULL},
    {"a worker in a script", STEP_REQ_GET, "<base href=\"_w_5a7e02ff/\">", "WORKER", NULL},
    {"a token", STEP_REQ_TOK, "q9w8e7", "TOKEN", "q9w8e7"},
    {"an empty token", STEP_REQ_TOK, "", "TOKEN", NULL},
};

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void test_bodies(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        size_t len = strlen(bodies[i].body);
        char *body = malloc(len ? len : 1);
        struct values values = {0};

        memcpy(body, bodies[i].body, len);
        assert_int_equal(dialect_learn_body(bodies[i].type, body, len, &values), 0);
        if (!same_text(values_get(&values, bodies[i].value_name), bodies[i].want))
            fail_msg("%s: %s", bodies[i].name, values_get(&values, bodies[i].value_name));
        values_release(&values);
        free(body);
    }
}

static const struct {
    const char *path;
    const char *robust;
    const char *sockjs;
} paths[] = {
    {"/app/__sockjs__/n=WRoReSCJGYcO3QtEvs/177/0r002vay/websocket", "WRoReSCJGYcO3QtEvs",
     "177/0r002vay"},
    {"/app/__sockjs__/n=WRoReSCJGYcO3QtEvs/info?t=1795221170801", "WRoReSCJGYcO3QtEvs", NULL},
    {"/__sockjs__/390/eyjsp5ep/websocket", NULL, "390/eyjsp5ep"},
    {"/__sockjs__/info?t=1", NULL, NULL},
    {"/__sockjs__/websocket", NULL, NULL},
    {"/__sockjs__/x/websocket", NULL, NULL},
    {"/__sockjs__/n=", NULL, NULL},
    {"/websocket/", NULL, NULL},
    {"/a/b/websocket", NULL, NULL},
};

static void test_paths(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct values values = {0};

        assert_int_equal(dialect_learn_path(paths[i].path, &values), 0);
        if (!same_text(values_get(&values, "ROBUST_ID"), paths[i].robust) ||
            !same_text(values_get(&values, "SOCKJSID"), paths[i].sockjs))
            fail_msg("%s", paths[i].path);
        values_release(&values);
    }
}

static bool made_of(const char *text, size_t len, const char *alphabet)
{
    return strlen(text) == len && strspn(text, alphabet) == len;
}

static void test_mint(void **state)
{
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint64_t seed = 17;
    char before[20] = "";

    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct values values = {0};
        const char *robust;
        const char *sockjs;

        assert_int_equal(dialect_mint(&values, &seed), 0);
        robust = values_get(&values, "ROBUST_ID");
        sockjs = values_get(&values, "SOCKJSID");
        assert_true(made_of(robust, 18, letters));
        assert_int_equal(strlen(sockjs), 12);
        assert_int_equal(sockjs[3], '/');
        assert_int_equal(strspn(sockjs, "0123456789"), 3);
        assert_true(made_of(sockjs + 4, 8, "abcdefghijklmnopqrstuvwxyz012345"));
        assert_string_not_equal(robust, before);
        snprintf(before, sizeof(before), "%s", robust);
        values_release(&values);
    }
}

static void test_minting_repeats_with_its_seed(void **state)
{
    struct values a = {0};
    struct values b = {0};
    uint64_t seed_a = 5;
    uint64_t seed_b = 5;

    (void)state;
    dialect_mint(&a, &seed_a);
    dialect_mint(&b, &seed_b);
    assert_string_equal(values_get(&a, "ROBUST_ID"), values_get(&b, "ROBUST_ID"));
    assert_string_equal(values_get(&a, "SOCKJSID"), values_get(&b, "SOCKJSID"));
    values_release(&a);
    values_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_messages),
        cmocka_unit_test(test_shiny_messages),
        cmocka_unit_test(test_sockjs_messages),
        cmocka_unit_test(test_binary_messages),
        cmocka_unit_test(test_a_name_of_any_length),
        cmocka_unit_test(test_reflexes),
        cmocka_unit_test(test_every_message_of_both_recordings),
        cmocka_unit_test(test_the_envelope_changes_nothing),
        cmocka_unit_test(test_dialect_of_scripts),
        cmocka_unit_test(test_dialect_of_sockets),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_request_types),
        cmocka_unit_test(test_request_noise),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_mint),
        cmocka_unit_test(test_minting_repeats_with_its_seed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
