#include "tests/core/testing.h"

#include "tests/core/dialects.h"

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
    {"SignalR by what is negotiated",
     "{\"type\":\"REQ_POST\"," BEGIN
     ",\"status\":200,\"url\":\"/chat/negotiate?negotiateVersion=1\",\"datafile\":\"s.post.0\"}\n"
     "{\"type\":\"WS_OPEN\"," BEGIN ",\"url\":\"/chat?id=${CONNECTION}\"}\n",
     "signalr"},
    {"Blazor's own hub",
     "{\"type\":\"REQ_POST\"," BEGIN ",\"status\":200,\"url\":\"/_blazor/"
                                     "negotiate?negotiateVersion=1\",\"datafile\":\"s.post.0\"}\n",
     "blazor"},
    {"an unknown name",
     "# dialect: klingon\n{\"type\":\"WS_OPEN\"," BEGIN ",\"url\":\"/__sockjs__/x\"}\n", "sockjs"},
};

static void test_dialect_of_scripts(void **state)
{
    (void)state;
    shipped("plain");
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
    {"/chat?id=7f3a", "plain"}, /* as SignalR's, and as anybody's */
    {"/", "plain"},
};

static void test_dialect_of_sockets(void **state)
{
    (void)state;
    shipped("plain");
    for (size_t i = 0; i < COUNT(sockets); i++) {
        if (strcmp(dialect_of_handshake(sockets[i].path, NULL)->name, sockets[i].want) != 0)
            fail_msg("%s: %s", sockets[i].path, dialect_of_handshake(sockets[i].path, NULL)->name);
    }
}

static void test_find(void **state)
{
    (void)state;
    assert_string_equal(shipped("sockjs")->name, "sockjs");
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
        if (dialect_request_is_noise(shipped("plain"), "GET", noises[i].path) != noises[i].noise)
            fail_msg("%s", noises[i].path);
    }
}

/* --- sends --- */

static const struct {
    const char *name;
    const char *dialect;
    const char *text;
    bool noise;
} sends[] = {
    {"an ACK", "sockjs", "[\"ACK 12\"]", true},
    {"CONTINUE", "sockjs", "[\"CONTINUE 6\"]", true},
    {"opening a channel", "sockjs", "[\"0#0|o|\"]", false},
    {"a message", "sockjs", "[\"1#0|m|{\\\"method\\\":\\\"init\\\"}\"]", false},
    {"a torn ACK", "sockjs", "[\"ACK", false},
    {"nothing", "sockjs", "", false},
    {"an ACK that somebody typed", "shiny", "[\"ACK 12\"]", false},
    {"an ACK in no dialect", "plain", "[\"ACK 12\"]", false},
};

static void test_reflexes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sends); i++) {
        if (dialect_send_is_noise(shipped(sends[i].dialect), sends[i].text, strlen(sends[i].text),
                                  false) != sends[i].noise)
            fail_msg("%s", sends[i].name);
    }
}

/* --- session values --- */

static const struct {
    const char *name;
    const char *path;
    const char *body;
    const char *value_name;
    const char *want; /* NULL: nothing is learnt */
} bodies[] = {
    {"a worker", "/app/", "<head><base href=\"_w_5a7e02ff/\"></head>", "WORKER", "5a7e02ff"},
    {"a worker at the body's end", "/app/", "<base href=\"_w_5a7e", "WORKER", "5a7e"},
    {"another base", "/app/", "<base href=\"/app/\">", "WORKER", NULL},
    {"an empty worker", "/app/", "<base href=\"_w_/\">", "WORKER", NULL},
    {"an empty page", "/app/", "", "WORKER", NULL},
    {"a worker in a script", "/app/a.js", "<base href=\"_w_5a7e02ff/\">", "WORKER", NULL},
    {"a token", "/app/__token__?_=1", "q9w8e7", "TOKEN", "q9w8e7"},
    {"an empty token", "/app/__token__?_=1", "", "TOKEN", NULL},
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
        assert_int_equal(dialect_learn_answer(shipped("sockjs"), "GET", bodies[i].path, NULL, body,
                                              len, &values),
                         0);
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

        assert_int_equal(dialect_learn_sent(shipped("plain"), SENT_PATH, paths[i].path,
                                            strlen(paths[i].path), &values),
                         0);
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

/* What a browser makes up, each session makes afresh: same alphabet, same length, and the same
 * wherever the script has it. */
static void test_ids_that_a_browser_makes_up(void **state)
{
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char path[] = "${ROBUST_ID}/${SOCKJSID}/${ROBUST_ID}/${SOCKJSID}";
    char before[20] = "";

    (void)state;
    for (uint64_t seed = 1; seed < 500; seed++) {
        struct values values = {.makers = &shipped("sockjs")->makers, .random = seed};
        struct buf out;

        buf_init(&out, 1000);
        assert_int_equal(values_expand(&values, path, sizeof(path) - 1, &out), 0);
        assert_int_equal(out.len, 2 * (18 + 1 + 12) + 1);
        assert_memory_equal(out.data, out.data + 32, 31);
        assert_int_equal(strspn(out.data + 19, "0123456789"), 3);
        assert_int_equal(out.data[22], '/');
        out.data[18] = out.data[31] = 0;
        assert_true(made_of(out.data, 18, letters));
        assert_true(made_of(out.data + 23, 8, "abcdefghijklmnopqrstuvwxyz012345"));
        assert_string_not_equal(out.data, before);
        snprintf(before, sizeof(before), "%s", out.data);
        buf_release(&out);
        values_release(&values);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dialect_of_scripts),
        cmocka_unit_test(test_dialect_of_sockets),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_request_types),
        cmocka_unit_test(test_request_noise),
        cmocka_unit_test(test_reflexes),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_ids_that_a_browser_makes_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
