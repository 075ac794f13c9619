#include "tests/core/testing.h"

#include "player/expect.h"
#include "tests/core/dialects.h"

/* Messages of Shiny's. */
#define V(p) "{\"values\":{\"" p "\":1}}"
#define V2(p, q) "{\"values\":{\"" p "\":1,\"" q "\":2}}"
#define E(p) "{\"errors\":{\"" p "\":{}}}"
#define INPUT(p) "{\"inputMessages\":[{\"id\":\"" p "\"}]}"
#define FROZEN "{\"frozen\":{\"ids\":[]}}"
#define BUSY "{\"busy\":\"busy\"}"
#define CONFIG "{\"config\":{\"sessionId\":\"${SESSION}\"}}"

#define SHINY "shiny"
/* What Phoenix sends: the answer to the n-th message, and something unasked. */
#define REPLY(n) "[\"4\",\"" n "\",\"lv:x\",\"phx_reply\",{\"status\":\"ok\"}]"
#define PUSH(p) "[\"4\",null,\"lv:x\",\"" p "\",{}]"

#define ENTRIES 12
#define OPEN "OPEN"       /* in a script: the socket opens */
#define SEND "SEND"       /* in a script: the browser sends */
#define NEXT "NEXT"       /* in a session: the socket has opened, or a send has gone out */
#define GIVE "GIVE"       /* in a session: patience with repeats is over */
#define CHATTER "CHATTER" /* in a session: the server says much that nobody waits for */
#define CHATTER_LENGTH 100

/* Receives are numbered from 0, in the order of the script.  `ended` says which had ended after
 * each event of the session: "-" none. */
static const struct {
    const char *name;
    const char *dialect; /* NULL: shiny */
    const char *script[ENTRIES];
    const char *session[ENTRIES];
    const char *ended;
    const char *missing;
    unsigned long extra;
    bool only_repeats;
} conversations[] = {
    {.name = "as recorded",
     .script = {OPEN, CONFIG, SEND, V("p"), SEND, V("q")},
     .session = {NEXT, CONFIG, NEXT, V("p"), NEXT, V("q")},
     .ended = "- 0 - 1 - 2"},
    {.name = "in another order",
     .script = {OPEN, SEND, V("p"), V("q"), V("r")},
     .session = {NEXT, NEXT, V("r"), V("p"), V("q")},
     .ended = "- - 2 0 1"},
    {.name = "one message split in two",
     .script = {OPEN, SEND, V2("p", "q")},
     .session = {NEXT, NEXT, V("q"), V("p")},
     .ended = "- - - 0"},
    {.name = "two messages merged into one",
     .script = {OPEN, SEND, V("p"), V("q")},
     .session = {NEXT, NEXT, V2("p", "q")},
     .ended = "- - 0,1"},
    {.name = "an error answers as a value",
     .script = {OPEN, SEND, V("p")},
     .session = {NEXT, NEXT, E("p")},
     .ended = "- - 0"},
    {.name = "a value where an error was recorded",
     .script = {OPEN, SEND, E("p")},
     .session = {NEXT, NEXT, V("p")},
     .ended = "- - 0"},
    {.name = "an answer that the recording shows three sends later",
     .script = {OPEN, SEND, SEND, SEND, V("p")},
     .session = {NEXT, NEXT, V("p"), NEXT, NEXT},
     .ended = "- - - - 0"},
    {.name = "noise says nothing",
     .script = {OPEN, SEND, V("p")},
     .session = {NEXT, NEXT, BUSY, V("p"), BUSY},
     .ended = "- - - 0 -"},
    {.name = "repeats are counted",
     .script = {OPEN, SEND, V("p"), V("p")},
     .session = {NEXT, NEXT, V("p"), V("p")},
     .ended = "- - 0 1"},
    {.name = "one of two repeats is missing",
     .script = {OPEN, SEND, V("p"), V("p")},
     .session = {NEXT, NEXT, V("p")},
     .ended = "- - 0",
     .missing = "output p",
     .only_repeats = true},
    {.name = "repeats merged by a busy server, given up",
     .script = {OPEN, SEND, V("p"), V("p")},
     .session = {NEXT, NEXT, V("p"), GIVE},
     .ended = "- - 0 1"},
    {.name = "repeats, but something else is missing too",
     .script = {OPEN, SEND, V("p"), V("p"), V("q")},
     .session = {NEXT, NEXT, V("p")},
     .ended = "- - 0",
     .missing = "output p"},
    {.name = "a message with a repeat inside",
     .script = {OPEN, SEND, V("p"), V2("p", "q")},
     .session = {NEXT, NEXT, V2("p", "q"), V("p")},
     .ended = "- - 0 1"},
    {.name = "an answer overtakes its send",
     .script = {OPEN, CONFIG, SEND, V("p")},
     .session = {NEXT, V("p"), CONFIG, NEXT},
     .ended = "- - 0 1"},
    {.name = "an answer comes before the socket counts as open",
     .script = {OPEN, CONFIG, SEND, V("p")},
     .session = {CONFIG, NEXT, NEXT, V("p")},
     .ended = "- 0 - 1"},
    {.name = "what nobody wants is kept for one set, then dropped",
     .script = {OPEN, CONFIG, SEND, V("p"), SEND, V("z")},
     .session = {NEXT, V("z"), CONFIG, NEXT, V("p"), NEXT},
     .ended = "- - 0 - 1 -",
     .missing = "output z",
     .extra = 1},
    {.name = "extra parts are counted",
     .script = {OPEN, SEND, V("p")},
     .session = {NEXT, NEXT, V2("y", "z"), V("p"), V("p")},
     .ended = "- - - 0 -",
     .extra = 3},
    {.name = "an optional message comes",
     .script = {OPEN, SEND, FROZEN, V("p")},
     .session = {NEXT, NEXT, FROZEN, V("p")},
     .ended = "- - 0 1"},
    {.name = "an optional message does not come",
     .script = {OPEN, SEND, FROZEN, V("p")},
     .session = {NEXT, NEXT, V("p")},
     .ended = "- - 0,1"},
    {.name = "nothing but an optional one is waited for",
     .script = {OPEN, SEND, FROZEN},
     .session = {NEXT, NEXT},
     .ended = "- 0"},
    {.name = "an optional one that nobody recorded is nothing extra",
     .script = {OPEN, SEND, V("p")},
     .session = {NEXT, NEXT, FROZEN, V("p")},
     .ended = "- - - 0"},
    {.name = "what is missing is what a step needs",
     .script = {OPEN, SEND, FROZEN, V2("p", "q")},
     .session = {NEXT, NEXT, V("p")},
     .ended = "- - -",
     .missing = "output q"},
    {.name = "noise that was recorded ends with its set",
     .script = {OPEN, SEND, BUSY, V("p")},
     .session = {NEXT, NEXT, V("p")},
     .ended = "- - 0,1"},
    {.name = "a send that nothing answers",
     .script = {OPEN, SEND, SEND, V("p")},
     .session = {NEXT, NEXT, NEXT, V("p")},
     .ended = "- - - 0"},
    {.name = "inputs and outputs",
     .script = {OPEN, SEND, "{\"values\":{\"p\":1},\"inputMessages\":[{\"id\":\"who\"}]}"},
     .session = {NEXT, NEXT, INPUT("who"), V("p")},
     .ended = "- - - 0"},
    {.name = "only the socket's opening says something",
     .script = {OPEN, V("p")},
     .session = {NEXT, V("p")},
     .ended = "- 0"},
    {.name = "a reply two sets early",
     .dialect = "liveview",
     .script = {OPEN, SEND, PUSH("a"), SEND, PUSH("b"), SEND, REPLY("1")},
     .session = {NEXT, NEXT, REPLY("1"), PUSH("a"), NEXT, PUSH("b"), NEXT},
     .ended = "- - - 0 - 1 2"},
    {.name = "replies in every order but the recorded one",
     .dialect = "liveview",
     .script = {OPEN, SEND, REPLY("1"), SEND, REPLY("2"), SEND, REPLY("3")},
     .session = {NEXT, REPLY("3"), REPLY("2"), NEXT, REPLY("1"), NEXT, NEXT},
     .ended = "- - - - 0 1 2"},
    {.name = "a push that comes two sets early is not for the later one",
     .dialect = "liveview",
     .script = {OPEN, SEND, PUSH("a"), SEND, PUSH("b"), SEND, PUSH("c")},
     .session = {NEXT, NEXT, PUSH("c"), PUSH("a"), NEXT, PUSH("b"), NEXT},
     .ended = "- - - 0 - 1 -",
     .missing = "c",
     .extra = 1},
    {.name = "chatter does not crowd out a reply",
     .dialect = "liveview",
     .script = {OPEN, SEND, PUSH("a"), SEND, REPLY("1")},
     .session = {NEXT, NEXT, CHATTER, REPLY("1"), PUSH("a"), NEXT},
     .ended = "- - - - 0 1",
     .extra = CHATTER_LENGTH},
    {.name = "a reply that nobody wants is nothing but extra",
     .dialect = "liveview",
     .script = {OPEN, SEND, REPLY("1")},
     .session = {NEXT, NEXT, REPLY("7"), REPLY("1"), REPLY("1")},
     .ended = "- - - 0 -",
     .extra = 2},
};

#define BEGIN "\"begin\":\"2026-11-21T00:00:00.000Z\""

/* The script of a case: times do not matter here. */
static struct script *script_of(const char *const *entries)
{
    struct script *script = calloc(1, sizeof(*script));

    script->steps = calloc(ENTRIES, sizeof(*script->steps));
    for (size_t i = 0; i < ENTRIES && entries[i]; i++) {
        struct step *step = &script->steps[script->count++];

        step->line = (unsigned)i + 1;
        step->message = entries[i];
        step->message_bytes = strlen(entries[i]);
        step->type = strcmp(entries[i], OPEN) == 0   ? STEP_WS_OPEN
                     : strcmp(entries[i], SEND) == 0 ? STEP_WS_SEND
                                                     : STEP_WS_RECV;
    }
    script->sockets = 1;
    return script;
}

static void script_drop(struct script *script)
{
    free(script->steps);
    free(script);
}

/* Which receive a step of the script is. */
static size_t receive_number(const struct script *script, size_t step)
{
    size_t n = 0;

    for (size_t i = 0; i < step; i++)
        n += step_is_recv(script_at(script, i));
    return n;
}

static void comes(struct expect *expect, const char *dialect, const char *message)
{
    struct message m = {0};

    assert_int_equal(dialect_read(shipped(dialect), &m, message, strlen(message), false), 0);
    assert_int_equal(expect_message(expect, &m), 0);
    message_release(&m);
}

static void happens(struct expect *expect, const char *dialect, const char *event)
{
    if (strcmp(event, NEXT) == 0) {
        assert_int_equal(expect_open(expect), 0);
    } else if (strcmp(event, GIVE) == 0) {
        assert_true(expect_only_repeats(expect));
        expect_give_up_repeats(expect);
    } else if (strcmp(event, CHATTER) == 0) {
        for (int i = 0; i < CHATTER_LENGTH; i++)
            comes(expect, dialect, PUSH("chatter"));
    } else {
        comes(expect, dialect, event);
    }
}

/* Appends what has ended: "-", "0" or "0,1". */
static void log_ended(struct expect *expect, const struct script *script, struct buf *log)
{
    bool any = false;
    size_t step;

    buf_adds(log, log->len ? " " : "");
    while (expect_take_ended(expect, &step)) {
        buf_addf(log, "%s%zu", any ? "," : "", receive_number(script, step));
        any = true;
    }
    if (!any)
        buf_addc(log, '-');
}

static void test_conversations(void **state)
{
    (void)state;
    for (size_t c = 0; c < COUNT(conversations); c++) {
        const char *name = conversations[c].name;
        const char *missing = conversations[c].missing ? conversations[c].missing : "";
        const char *dialect = conversations[c].dialect ? conversations[c].dialect : SHINY;
        struct script *script = script_of(conversations[c].script);
        struct expect_sets sets;
        struct expect expect;
        struct buf log;
        size_t step;

        buf_init(&log, 1000);
        assert_int_equal(expect_sets_init(&sets, script, 0, shipped(dialect)), 0);
        expect_init(&expect, &sets);
        for (size_t i = 0; i < ENTRIES && conversations[c].session[i]; i++) {
            happens(&expect, dialect, conversations[c].session[i]);
            log_ended(&expect, script, &log);
        }
        if (strcmp(log.data, conversations[c].ended) != 0)
            fail_msg("%s: ended %s", name, log.data);
        if (strcmp(expect_missing(&expect), missing) != 0)
            fail_msg("%s: missing '%s'", name, expect_missing(&expect));
        if (expect.extra != conversations[c].extra)
            fail_msg("%s: %lu extra", name, expect.extra);
        if (expect_only_repeats(&expect) != conversations[c].only_repeats)
            fail_msg("%s: only repeats?", name);
        if ((expect.left > 0) != expect_pending(&expect, &step))
            fail_msg("%s: %zu left", name, expect.left);
        if ((expect.left > 0) != (*missing != 0))
            fail_msg("%s: %zu left, missing '%s'", name, expect.left, missing);
        expect_release(&expect);
        expect_sets_release(&sets);
        buf_release(&log);
        script_drop(script);
    }
}

/* Before anything has opened nothing is waited for, and nothing crashes. */
static void test_before_the_first_set(void **state)
{
    static const char *const entries[ENTRIES] = {OPEN, V("p")};
    struct script *script = script_of(entries);
    struct expect_sets sets;
    struct expect expect;
    size_t step;

    (void)state;
    assert_int_equal(expect_sets_init(&sets, script, 0, shipped("shiny")), 0);
    expect_init(&expect, &sets);
    assert_false(expect_take_ended(&expect, &step));
    assert_false(expect_pending(&expect, &step));
    assert_false(expect_only_repeats(&expect));
    assert_string_equal(expect_missing(&expect), "");
    expect_release(&expect);
    expect_release(&expect);
    expect_sets_release(&sets);
    expect_sets_release(&sets);
    script_drop(script);
}

/* A server that says too much does not fill our memory: what no set will want is not kept, what one
 * will want is kept so often. */
static void test_kept_parts_are_bounded(void **state)
{
    static const char *const entries[ENTRIES] = {OPEN, CONFIG, SEND, V("p")};
    struct script *script = script_of(entries);
    struct expect_sets sets;
    struct expect expect;

    (void)state;
    assert_int_equal(expect_sets_init(&sets, script, 0, shipped("shiny")), 0);
    expect_init(&expect, &sets);
    happens(&expect, SHINY, NEXT);
    for (int i = 0; i < 1000; i++)
        happens(&expect, SHINY, V("chatter"));
    assert_int_equal(expect.extra, 1000);
    assert_int_equal(expect.early.count, 0);
    assert_null(expect.early.parts);
    for (int i = 0; i < 1000; i++)
        happens(&expect, SHINY, V("p"));
    assert_int_equal(expect.extra, 2000);
    assert_in_range(expect.early.count, 1, 100);
    happens(&expect, SHINY, NEXT);
    assert_int_equal(expect.extra, 1999);
    assert_null(expect.early.parts);
    expect_release(&expect);
    expect_sets_release(&sets);
    script_drop(script);
}

/* Which receives a message concerns: "0! 2": the first has now ended, the third has not; behind a
 * bar those of the next set. */
static const struct {
    const char *name;
    const char *script[ENTRIES];
    const char *session[ENTRIES]; /* before the message, which is the last */
    const char *concerned;
    const char *dialect;
} concerns[] = {
    {"one of two", {OPEN, SEND, V("p"), V("q")}, {NEXT, NEXT, V("q")}, "1!|", SHINY},
    {"a part of one", {OPEN, SEND, V2("p", "q")}, {NEXT, NEXT, V("q")}, "0|", SHINY},
    {"both of a pair", {OPEN, SEND, V("p"), V("q")}, {NEXT, NEXT, V2("p", "q")}, "0! 1!|", SHINY},
    {"a repeat that is not yet due",
     {OPEN, SEND, V("p"), V("p")},
     {NEXT, NEXT, V("p")},
     "0! 1|",
     SHINY},
    {"what has been taken is over",
     {OPEN, SEND, V("p"), V("p")},
     {NEXT, NEXT, V("p"), V("p")},
     "1!|",
     SHINY},
    {"early", {OPEN, CONFIG, SEND, V("p")}, {NEXT, V("p")}, "|1", SHINY},
    {"early by two sends", {OPEN, SEND, SEND, V("p")}, {NEXT, V("p")}, "|0", SHINY},
    {"nobody's", {OPEN, SEND, V("p")}, {NEXT, NEXT, V("z")}, "|", SHINY},
    {"the last set has none after it", {OPEN, V("p")}, {NEXT, V("p")}, "0!|", SHINY},
    {"a reply two sets early",
     {OPEN, SEND, PUSH("a"), SEND, REPLY("1")},
     {NEXT, REPLY("1")},
     "|1",
     "liveview"},
    {"a push two sets early is for the next",
     {OPEN, SEND, PUSH("a"), SEND, PUSH("b")},
     {NEXT, PUSH("b")},
     "|",
     "liveview"},
};

static void list_concerned(const struct expect *expect, const struct script *script,
                           const struct message *m, struct buf *out)
{
    for (int early = 0; early < 2; early++) {
        bool first = true;
        size_t at = 0;
        size_t step;
        bool ended;

        buf_adds(out, early ? "|" : "");
        while (expect_concerned(expect, m, early, &at, &step, &ended)) {
            size_t number = 0;

            for (size_t i = 0; i < step; i++)
                number += step_is_recv(script_at(script, i));
            buf_addf(out, "%s%zu%s", first ? "" : " ", number, ended ? "!" : "");
            first = false;
        }
    }
}

static void test_concerns(void **state)
{
    (void)state;
    for (size_t c = 0; c < COUNT(concerns); c++) {
        struct script *script = script_of(concerns[c].script);
        struct expect_sets sets;
        struct expect expect;
        struct buf out;
        size_t step;

        buf_init(&out, 100);
        assert_int_equal(expect_sets_init(&sets, script, 0, shipped(concerns[c].dialect)), 0);
        expect_init(&expect, &sets);
        for (size_t i = 0; i < ENTRIES && concerns[c].session[i]; i++) {
            const char *event = concerns[c].session[i];
            struct message m = {0};

            while (expect_take_ended(&expect, &step))
                continue;
            happens(&expect, concerns[c].dialect, event);
            if (strcmp(event, NEXT) == 0 || (i + 1 < ENTRIES && concerns[c].session[i + 1]))
                continue;
            dialect_read(shipped(concerns[c].dialect), &m, event, strlen(event), false);
            list_concerned(&expect, script, &m, &out);
            message_release(&m);
        }
        if (strcmp(out.data, concerns[c].concerned) != 0)
            fail_msg("%s: '%s'", concerns[c].name, out.data);
        expect_release(&expect);
        expect_sets_release(&sets);
        buf_release(&out);
        script_drop(script);
    }
}

static void test_optional_steps(void **state)
{
    static const char *const entries[ENTRIES] = {OPEN, FROZEN, V("p")};
    struct script *script = script_of(entries);
    struct expect_sets sets;
    struct expect expect;

    (void)state;
    assert_int_equal(expect_sets_init(&sets, script, 0, shipped("shiny")), 0);
    expect_init(&expect, &sets);
    assert_false(expect_is_optional(&expect, 1));
    happens(&expect, SHINY, NEXT);
    assert_true(expect_is_optional(&expect, 1));
    assert_false(expect_is_optional(&expect, 2));
    expect_release(&expect);
    expect_sets_release(&sets);
    script_drop(script);
}

static void test_sockets_have_their_own_sets(void **state)
{
    static const char text[] =
        "{\"type\":\"WS_OPEN\"," BEGIN ",\"url\":\"/a\"}\n"
        "{\"type\":\"WS_OPEN\"," BEGIN ",\"url\":\"/b\",\"socket\":1}\n"
        "{\"type\":\"WS_SEND\"," BEGIN ",\"message\":\"x\",\"socket\":1}\n"
        "{\"type\":\"WS_RECV\"," BEGIN ",\"message\":\"{\\\"a\\\":1}\",\"socket\":1}\n"
        "{\"type\":\"WS_RECV\"," BEGIN ",\"message_base64\":\"AAAA\"}\n";
    struct error err = ERROR_NONE;
    struct script *script;
    struct expect_sets sets[2];

    (void)state;
    assert_int_equal(script_parse(&script, "s", text, strlen(text), &err), 0);
    for (unsigned k = 0; k < 2; k++)
        assert_int_equal(expect_sets_init(&sets[k], script, k, shipped("plain")), 0);
    assert_int_equal(sets[0].count, 1);
    assert_int_equal(sets[0].sets[0].step_count, 1);
    assert_string_equal(sets[0].sets[0].parts[0].name, "binary message");
    assert_int_equal(sets[1].count, 2);
    assert_int_equal(sets[1].sets[0].step_count, 0);
    assert_string_equal(sets[1].sets[1].parts[0].name, "key a");
    for (unsigned k = 0; k < 2; k++)
        expect_sets_release(&sets[k]);
    script_free(script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conversations),
        cmocka_unit_test(test_before_the_first_set),
        cmocka_unit_test(test_kept_parts_are_bounded),
        cmocka_unit_test(test_concerns),
        cmocka_unit_test(test_optional_steps),
        cmocka_unit_test(test_sockets_have_their_own_sets),
    };

    shipped("plain");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
