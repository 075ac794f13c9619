/* Sends that only begin a message: they open no set, begin no calculation, and what was recorded
 * between them answers the message before. */
#include "tests/core/testing.h"

#include "core/wait.h"
#include "player/expect.h"
#include "tests/core/dialects.h"

#define STEPS 14

#define TEXT_ON(number, kind, words)                                                               \
    {                                                                                              \
        .type = (kind), .socket = (number), .message = (words), .message_bytes = sizeof(words) - 1 \
    }
#define TEXT(kind, words) TEXT_ON(0, kind, words)
#define OPEN TEXT(STEP_WS_OPEN, "")
#define SEND(words) TEXT(STEP_WS_SEND, words)
#define BYTES(words)                                                                               \
    {                                                                                              \
        .type = STEP_WS_SEND, .message = (words), .message_bytes = sizeof(words) - 1,              \
        .binary = true                                                                             \
    }
#define OK_ON(number, id)                                                                          \
    TEXT_ON(number, STEP_WS_RECV,                                                                  \
            "{\"header\":{\"msgtype\":\"OK\",\"reqid\":\"" id                                      \
            "\"},\"metadata\":{},\"content\":{}}")
#define OK(id) OK_ON(0, id)
#define HEADER_TEXT(id) "{\"msgid\":\"" id "\",\"msgtype\":\"PATCH-DOC\"}"
#define CONTENT_TEXT "{\"events\":[]}"
#define HEADER(id) SEND(HEADER_TEXT(id))
#define HEADER_WITH(id, buffers)                                                                   \
    SEND("{\"msgid\":\"" id "\",\"msgtype\":\"PATCH-DOC\",\"num_buffers\":" buffers "}")
#define META SEND("{}")
#define CONTENT SEND(CONTENT_TEXT)
#define SEND_1(words) TEXT_ON(1, STEP_WS_SEND, words)

/* Per step: 'p' a send that only begins, 's' one that completes, '.' else; and which set each
 * receive is of, and which calculation, both as digits. */
static const struct {
    const char *name;
    const char *dialect;
    struct step steps[STEPS];
    const char *sends;
    const char *sets;
    const char *calculations;
} cases[] = {
    {"header, metadata, content",
     "bokeh",
     {OPEN, HEADER("1"), META, CONTENT, OK("1"), HEADER("2"), META, CONTENT, OK("2")},
     ".pps.pps.",
     "....1...2",
     "....0...1"},
    {"an answer between two frames is the message's before",
     "bokeh",
     {OPEN, HEADER("1"), META, CONTENT, HEADER("2"), OK("1"), META, CONTENT, OK("2")},
     ".ppsp.ps.",
     ".....1..2",
     ".....0..1"},
    {"buffers belong to their message",
     "bokeh",
     {OPEN, HEADER_WITH("1", "2"), META, CONTENT, SEND("{\"id\":\"a\"}"), BYTES("\x01"),
      SEND("{\"id\":\"b\"}"), BYTES(""), OK("1"), HEADER("2"), META, CONTENT, OK("2")},
     ".pppppps.pps.",
     "........1...2",
     "........0...1"},
    {"each socket has its own messages",
     "bokeh",
     {OPEN, TEXT_ON(1, STEP_WS_OPEN, ""), HEADER("1"), SEND_1(HEADER_TEXT("1")), META, CONTENT,
      OK("1"), SEND_1("{}"), SEND_1(CONTENT_TEXT), OK_ON(1, "1")},
     "..ppps.ps.",
     "......1..1",
     "......0..1"},
    {"what no frame of a message can be is a message by itself",
     "bokeh",
     {OPEN, SEND("hello"), OK("1"), HEADER("2"), SEND("{"), OK("2"), HEADER("3"), META, CONTENT,
      OK("3")},
     ".s.ps.pps.",
     "..1..2...3",
     "..0..1...2"},
    {"a message that never ends asks for nothing",
     "bokeh",
     {OPEN, HEADER("1"), META, CONTENT, HEADER("2"), META, OK("1")},
     ".ppspp.",
     "......1",
     "......0"},
    {"other frameworks say a message in a frame",
     "plain",
     {OPEN, HEADER("1"), OK("1"), META, OK("2"), CONTENT, OK("3")},
     ".s.s.s.",
     "..1.2.3",
     "..0.1.2"},
};

/* A script out of the case's steps, which are copied. */
static struct script script_of(size_t c, struct step *steps)
{
    struct script script = {.steps = steps};

    memcpy(steps, cases[c].steps, sizeof(cases[c].steps));
    for (size_t i = 0; i < STEPS && steps[i].message; i++, script.count++)
        script.sockets += steps[i].type == STEP_WS_OPEN;
    return script;
}

static void list_sends(const struct script *script, char *out)
{
    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = script_at(script, i);

        out[i] = step->type != STEP_WS_SEND ? '.' : step->partial ? 'p' : 's';
    }
}

static void list_sets(const struct script *script, const struct dialect *dialect, char *out)
{
    for (unsigned socket = 0; socket < script->sockets; socket++) {
        struct expect_sets sets;

        assert_int_equal(expect_sets_init(&sets, script, socket, dialect), 0);
        for (size_t k = 0; k < sets.count; k++) {
            for (size_t i = 0; i < sets.sets[k].step_count; i++)
                out[sets.sets[k].steps[i].step] = (char)('0' + k);
        }
        expect_sets_release(&sets);
    }
}

static void list_calculations(const struct script *script, char *out)
{
    int groups[STEPS];

    script_calculations(script, groups);
    for (size_t i = 0; i < script->count; i++)
        out[i] = groups[i] < 0 ? '.' : (char)('0' + groups[i]);
}

static void check(const char *name, const char *what, const char *got, const char *want)
{
    if (strcmp(got, want) != 0)
        fail_msg("%s: %s: %s", name, what, got);
}

static void test_sends_that_only_begin(void **state)
{
    (void)state;
    for (size_t c = 0; c < COUNT(cases); c++) {
        const struct dialect *dialect = shipped(cases[c].dialect);
        struct step steps[STEPS];
        struct script script = script_of(c, steps);
        char sends[STEPS + 1] = "";
        char sets[STEPS + 1] = "";
        char calculations[STEPS + 1] = "";

        assert_int_equal(dialect_mark_partial(dialect, &script), 0);
        memset(sets, '.', script.count);
        list_sends(&script, sends);
        list_sets(&script, dialect, sets);
        list_calculations(&script, calculations);
        check(cases[c].name, "sends", sends, cases[c].sends);
        check(cases[c].name, "sets", sets, cases[c].sets);
        check(cases[c].name, "calculations", calculations, cases[c].calculations);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sends_that_only_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
