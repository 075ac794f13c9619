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
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_pictures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
