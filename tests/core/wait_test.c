#include "tests/core/testing.h"

#include "core/wait.h"
#include "tests/core/dialects.h"

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

#define MS(n) (INT64_C(1000) * (n))
#define REQUEST(kind, path, from, till)                                                            \
    {                                                                                              \
        .type = (kind), .url = (path), .begin_us = MS(from), .end_us = MS(till), .method = "GET"   \
    }
#define GET(path, from, till) REQUEST(STEP_REQ_GET, path, from, till)
#define HOME(from, till) REQUEST(STEP_REQ_HOME, "/", from, till)
#define LEFT(path, from, till, mark)                                                               \
    {                                                                                              \
        .type = STEP_REQ_GET, .url = (path), .begin_us = MS(from), .end_us = MS(till),             \
        .method = "GET", .left = true, .until = (mark)                                             \
    }
#define OPEN(at)                                                                                   \
    {                                                                                              \
        .type = STEP_WS_OPEN, .url = "/websocket/", .begin_us = MS(at), .end_us = MS(at)           \
    }
#define TEXT(kind, at, words, number)                                                              \
    {                                                                                              \
        .type = (kind), .begin_us = MS(at), .end_us = MS(at), .message = (words),                  \
        .message_bytes = sizeof(words) - 1, .socket = (number)                                     \
    }
#define SEND(at) TEXT(STEP_WS_SEND, at, "{}", 0)
#define RECV(at) TEXT(STEP_WS_RECV, at, "{}", 0)
#define INIT(at) TEXT(STEP_WS_RECV_INIT, at, "{}", 0)
#define CLOSE(at) TEXT(STEP_WS_CLOSE, at, "", 0)

#define STEPS 8

/* A script out of steps; the array is lent. */
static struct script script_of(struct step *steps, size_t count)
{
    struct script script = {.steps = steps, .count = count};

    for (size_t i = 0; i < count; i++) {
        if (steps[i].type == STEP_WS_OPEN)
            script.sockets++;
    }
    return script;
}

static size_t count_steps(const struct step *steps)
{
    size_t n = 0;

    while (n < STEPS && (steps[n].url || steps[n].message))
        n++;
    return n;
}

static struct {
    const char *name;
    struct step steps[STEPS];
    size_t last;
    bool only_last;
} page_loads[] = {
    {"up to the socket",
     {HOME(0, 50), GET("/a.js", 60, 70), OPEN(90), INIT(95), RECV(500)},
     2,
     true},
    {"the first of two sockets", {HOME(0, 50), OPEN(60), OPEN(70)}, 1, true},
    {"a socket first of all", {OPEN(0), RECV(10)}, 0, true},
    {"a socket ends it even after a pause",
     {HOME(0, 50), GET("/a.js", 5000, 5001), OPEN(5100)},
     2,
     true},
    {"one request", {HOME(0, 50)}, 0, false},
    {"a burst", {HOME(0, 50), GET("/a.js", 60, 70), GET("/b.js", 900, 910)}, 2, false},
    {"a burst, then silence", {HOME(0, 50), GET("/a.js", 60, 70), GET("/x", 3000, 3100)}, 1, false},
    {"a second of silence is not over a second",
     {HOME(0, 50), GET("/a.js", 1050, 1051), GET("/x", 2051, 2060)},
     2,
     false},
    {"a long request bridges the silence",
     {HOME(0, 5000), GET("/a.js", 60, 70), GET("/x", 5500, 5600), GET("/y", 7000, 7001)},
     2,
     false},
    {"a stream that was left does not",
     {HOME(0, 50), LEFT("/beat", 60, 9000, NULL), GET("/x", 5500, 5600)},
     1,
     false},
};

static void test_page_load(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(page_loads); i++) {
        struct script script = script_of(page_loads[i].steps, count_steps(page_loads[i].steps));
        bool only_last = !page_loads[i].only_last;
        size_t last = script_page_load_last(&script, &only_last);

        if (last != page_loads[i].last || only_last != page_loads[i].only_last)
            fail_msg("%s: %zu", page_loads[i].name, last);
    }
}

#define NONE (-1)

static struct {
    const char *name;
    struct step steps[STEPS];
    enum wait_kind kinds[STEPS];
    int groups[STEPS]; /* the calculation that a step belongs to */
    size_t count;
} waits[] = {
    {"a conversation",
     {HOME(0, 50), GET("/a.js", 60, 70), OPEN(90), SEND(95), INIT(96), RECV(200), SEND(900),
      RECV(950)},
     {WAIT_HOME, WAIT_ASSET, WAIT_START, WAIT_NONE, WAIT_START, WAIT_CALC, WAIT_NONE, WAIT_CALC},
     {NONE, NONE, NONE, NONE, NONE, 0, NONE, 1},
     2},
    {"receives without a send between them are one",
     {OPEN(0), SEND(10), RECV(20), RECV(30), CLOSE(40)},
     {WAIT_START, WAIT_NONE, WAIT_CALC, WAIT_CALC, WAIT_NONE},
     {NONE, NONE, 0, 0, NONE},
     1},
    {"answers that were left",
     {HOME(0, 50), LEFT("/beat", 60, 9000, NULL), LEFT("/data", 3000, 4000, "done")},
     {WAIT_HOME, WAIT_NONE, WAIT_CALC},
     {NONE, NONE, 0},
     1},
    {"two sends in a row",
     {OPEN(0), SEND(10), SEND(11), RECV(30), SEND(40)},
     {WAIT_START, WAIT_NONE, WAIT_NONE, WAIT_CALC, WAIT_NONE},
     {NONE, NONE, NONE, 0, NONE},
     1},
    {"sockets are told apart",
     {OPEN(0), TEXT(STEP_WS_OPEN, 1, "", 1), RECV(5), TEXT(STEP_WS_SEND, 6, "", 1), RECV(7),
      TEXT(STEP_WS_RECV, 8, "", 1)},
     {WAIT_START, WAIT_START, WAIT_CALC, WAIT_NONE, WAIT_CALC, WAIT_CALC},
     {NONE, NONE, 0, NONE, 0, 1},
     2},
    {"SockJS opens",
     {REQUEST(STEP_REQ_SINF, "/__sockjs__/info", 0, 1), OPEN(2), TEXT(STEP_WS_RECV, 3, "o", 0),
      REQUEST(STEP_REQ_TOK, "/__token__", 4, 5)},
     {WAIT_START, WAIT_START, WAIT_START, WAIT_START},
     {NONE, NONE, NONE, NONE},
     0},
    {"an app without a socket computes in its answers",
     {HOME(0, 50), GET("/a.js", 60, 70), GET("/api/sum", 5000, 5900),
      GET("/late.css?v=1", 6000, 6001), REQUEST(STEP_REQ_POST, "/api/do", 9000, 9500)},
     {WAIT_HOME, WAIT_ASSET, WAIT_CALC, WAIT_ASSET, WAIT_CALC},
     {NONE, NONE, 0, NONE, 1},
     2},
    {"with a socket a post is a file",
     {HOME(0, 50), OPEN(60), REQUEST(STEP_REQ_POST, "/session/x", 5000, 5100)},
     {WAIT_HOME, WAIT_START, WAIT_ASSET},
     {NONE, NONE, NONE},
     0},
};

static void test_kinds_and_calculations(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(waits); i++) {
        struct script script = script_of(waits[i].steps, count_steps(waits[i].steps));
        int groups[STEPS];
        size_t count = script_calculations(&script, groups);

        if (count != waits[i].count)
            fail_msg("%s: %zu calculations", waits[i].name, count);
        for (size_t s = 0; s < script.count; s++) {
            if (wait_of_step(&script, s) != waits[i].kinds[s])
                fail_msg("%s: step %zu is %s", waits[i].name, s,
                         wait_kind_name(wait_of_step(&script, s)));
            if (groups[s] != waits[i].groups[s])
                fail_msg("%s: step %zu in calculation %d", waits[i].name, s, groups[s]);
        }
    }
}

static const struct {
    const char *file;
    unsigned open_line;
    size_t calculations;
} recordings[] = {
    /* the first answer, whales, hours, detail, who, top_n, its who, day, its who, traffic */
    {"whales-sync.log", 33, 10},
    {"ss-whales-sync.log", 37, 10},
};

static void test_recordings(void **state)
{
    (void)state;
    for (size_t r = 0; r < COUNT(recordings); r++) {
        struct script *script = load(recordings[r].file);
        int *groups = calloc(script->count, sizeof(*groups));
        size_t receives = 0;
        bool only_last;
        size_t last = script_page_load_last(script, &only_last);

        assert_true(only_last);
        assert_int_equal(script_at(script, last)->line, recordings[r].open_line);
        assert_int_equal(script_calculations(script, groups), recordings[r].calculations);
        for (size_t i = 0; i < script->count; i++) {
            const struct step *step = script_at(script, i);

            assert_int_equal(groups[i] >= 0, wait_of_step(script, i) == WAIT_CALC);
            receives += groups[i] >= 0;
            assert_true(groups[i] < 0 || step_is_recv(step));
        }
        assert_int_equal(receives, 13); /* all but the init and SockJS' "o" */
        free(groups);
        script_free(script);
    }
}

static const struct {
    const char *name;
    const char *dialect;
    struct step step;
    const char *want;
} labels[] = {
    {"a page", "plain", HOME(0, 1), "Homepage"},
    {"a file", "plain", GET("/lib/jquery.min.js?v=3/4", 0, 1), "Get: jquery.min.js"},
    {"a path that ends in a slash", "plain", GET("/api/", 0, 1), "Get: "},
    {"a post", "plain", REQUEST(STEP_REQ_POST, "/session/x/upload", 0, 1), "Post: upload"},
    {"info", "sockjs", REQUEST(STEP_REQ_SINF, "/__sockjs__/info", 0, 1), "SockJS info"},
    {"a token", "sockjs", REQUEST(STEP_REQ_TOK, "/__token__", 0, 1), "Token"},
    {"a socket", "shiny", OPEN(0), "Start session"},
    {"the end", "shiny", CLOSE(0), "Stop session"},
    {"the init's answer", "shiny", INIT(0), "Initialize session"},
    {"the init", "shiny", TEXT(STEP_WS_SEND, 0, "{\"method\":\"init\",\"data\":{}}", 0),
     "Initialize inputs"},
    {"an input", "shiny",
     TEXT(STEP_WS_SEND, 0, "{\"method\":\"update\",\"data\":{\"top_n:shiny.number\":8}}", 0),
     "Set: top_n"},
    {"inputs and what nobody typed", "shiny",
     TEXT(STEP_WS_SEND, 0,
          "{\"method\":\"update\",\"data\":{\"pane\":\"a\",\".clientdata_x\":1,\"day\":2}}", 0),
     "Set: pane, day"},
    {"only what nobody typed", "shiny",
     TEXT(STEP_WS_SEND, 0, "{\"method\":\"update\",\"data\":{\".clientdata_x\":1}}", 0),
     "Client state"},
    {"a call", "shiny", TEXT(STEP_WS_SEND, 0, "{\"method\":\"uploadInit\",\"args\":[]}", 0),
     "Upload"},
    {"an input over SockJS", "sockjs",
     TEXT(STEP_WS_SEND, 0,
          "[\"2#0|m|{\\\"method\\\":\\\"update\\\",\\\"data\\\":{\\\"who\\\":\\\"x\\\"}}\"]", 0),
     "Set: who"},
    {"a channel opens", "sockjs", TEXT(STEP_WS_SEND, 0, "[\"0#0|o|\"]", 0), "Open app"},
    {"words", "plain", TEXT(STEP_WS_SEND, 0, "hello", 0), "Send"},
    {"outputs", "shiny", TEXT(STEP_WS_RECV, 0, "{\"values\":{\"p\":1,\"t\":2}}", 0),
     "Updated: p, t"},
    {"outputs before inputs", "shiny",
     TEXT(STEP_WS_RECV, 0, "{\"values\":{\"p\":1},\"inputMessages\":[{\"id\":\"who\"}]}", 0),
     "Updated: p"},
    {"inputs changed", "shiny", TEXT(STEP_WS_RECV, 0, "{\"inputMessages\":[{\"id\":\"who\"}]}", 0),
     "Inputs changed: who"},
    {"a modal", "shiny", TEXT(STEP_WS_RECV, 0, "{\"modal\":{}}", 0), "Dialog"},
    {"an upload", "shiny",
     TEXT(STEP_WS_SEND, 0,
          "{\"method\":\"uploadInit\",\"args\":[[{\"name\":\"a.csv\",\"size\":3},{\"name\":"
          "\"b.csv\"}]]}",
          0),
     "Upload: a.csv, b.csv"},
    {"an upload is accepted", "shiny",
     TEXT(STEP_WS_RECV_BEGIN_UPLOAD, 0, "{\"response\":{\"value\":{\"jobId\":\"x\"}}}", 0),
     "Upload accepted"},
    {"a custom message", "shiny",
     TEXT(STEP_WS_RECV, 0, "{\"custom\":{\"toast\":{\"text\":\"hi\"}}}", 0),
     "Custom message: toast"},
    {"a notification goes", "shiny",
     TEXT(STEP_WS_RECV, 0, "{\"notification\":{\"type\":\"remove\",\"message\":\"4f\"}}", 0),
     "Notification removed"},
    {"UI is inserted", "shiny",
     TEXT(STEP_WS_RECV, 0, "{\"shiny-insert-ui\":{\"selector\":\"#here\",\"multiple\":false}}", 0),
     "UI inserted: #here"},
    {"a call that is refused", "shiny",
     TEXT(STEP_WS_RECV, 0, "{\"response\":{\"tag\":7,\"error\":\"no such\\nmethod\"}}", 0),
     "Call refused: no such method"},
    {"what nobody gave a name", "shiny", TEXT(STEP_WS_RECV, 0, "{\"x\":1,\"y\":2}", 0),
     "Message: x, y"},
    {"outputs of several messages", "sockjs",
     TEXT(STEP_WS_RECV, 0,
          "a[\"1#0|m|{\\\"values\\\":{\\\"p\\\":1}}\",\"2#0|m|{\\\"values\\\":{\\\"q\\\":1}}\"]",
          0),
     "Updated: p, q"},
    {"outputs of a sub-app", "sockjs",
     TEXT(STEP_WS_RECV, 0, "a[\"1#1|m|{\\\"values\\\":{\\\"p\\\":1}}\"]", 0),
     "Message: channel 1 output p"},
    {"the socket's first word", "sockjs", TEXT(STEP_WS_RECV, 0, "o", 0), "Connected"},
    {"a sub-app opens", "sockjs", TEXT(STEP_WS_SEND, 0, "[\"2#1|o|app1/s=1\"]", 0),
     "Open sub-app 1"},
    {"nothing new", "shiny", TEXT(STEP_WS_RECV, 0, "{\"busy\":\"busy\"}", 0), "Message"},
};

static void test_labels(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(labels); i++) {
        struct buf out;

        buf_init(&out, 1000);
        assert_int_equal(dialect_label(shipped(labels[i].dialect), &labels[i].step, &out), 0);
        if (strcmp(out.data, labels[i].want) != 0)
            fail_msg("%s: '%s'", labels[i].name, out.data);
        buf_release(&out);
    }
}

static void test_every_step_of_a_recording_has_a_label(void **state)
{
    static const char *const files[] = {"whales-sync.log", "ss-whales-sync.log"};

    (void)state;
    shipped("plain");
    for (size_t f = 0; f < COUNT(files); f++) {
        struct script *script = load(files[f]);

        for (size_t i = 0; i < script->count; i++) {
            struct buf out;

            buf_init(&out, 1000);
            assert_int_equal(dialect_label(dialect_of(script), script_at(script, i), &out), 0);
            assert_true(out.len > 0);
            assert_null(strchr(out.data, '\n'));
            buf_release(&out);
        }
        script_free(script);
    }
}

static void test_pictures(void **state)
{
    static const struct {
        struct step step;
        bool want;
    } cases[] = {
        {GET("/a/whale.svg", 0, 1), true},
        {GET("/font.WOFF2?v=3", 0, 1), true},
        {GET("/app.js", 0, 1), false},
        {GET("/style.css?icon=.png", 0, 1), false},
        {GET("/png", 0, 1), false},
        {GET("/.png", 0, 1), true},
        {REQUEST(STEP_REQ_HOME, "/whale.png", 0, 1), false}, /* a person opened it as a page */
        {OPEN(0), false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (step_is_picture(&cases[i].step) != cases[i].want)
            fail_msg("%s", cases[i].step.url);
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(wait_kind_name(WAIT_HOME), "homepage");
    assert_string_equal(wait_kind_name(WAIT_CALC), "calculation");
    assert_string_equal(wait_kind_name(WAIT_NONE), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_load),
        cmocka_unit_test(test_kinds_and_calculations),
        cmocka_unit_test(test_recordings),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_every_step_of_a_recording_has_a_label),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_pictures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
