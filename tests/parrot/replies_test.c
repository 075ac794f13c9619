/* Sets of replies: which send they answer, when, and in how many messages. */
#include "parrot/replies.h"

#include "parrot/split.h"
#include "tests/core/testing.h"

static const char script_text[] =
    "# dialect: shiny\n"
    "{\"type\":\"WS_OPEN\",\"begin\":\"2026-11-21T00:00:00.000Z\",\"end\":\"2026-11-21T00:00:00."
    "100Z\",\"url\":\"/websocket/\"}\n"
    "{\"type\":\"WS_RECV_INIT\",\"begin\":\"2026-11-21T00:00:00.150Z\",\"message\":\"{"
    "\\\"config\\\""
    ":{\\\"sessionId\\\":\\\"${SESSION}\\\"}}\"}\n"
    "{\"type\":\"WS_SEND\",\"begin\":\"2026-11-21T00:00:01.000Z\",\"message\":\"a\"}\n"
    "{\"type\":\"WS_SEND\",\"begin\":\"2026-11-21T00:00:02.000Z\",\"message\":\"b\"}\n"
    "{\"type\":\"WS_RECV\",\"begin\":\"2026-11-21T00:00:02.010Z\",\"message\":\"{\\\"values\\\":{"
    "\\\"x\\\":1,\\\"y\\\":2},\\\"errors\\\":{},\\\"inputMessages\\\":[]}\"}\n"
    "{\"type\":\"WS_RECV\",\"begin\":\"2026-11-21T00:00:09.000Z\",\"message\":\"0123456789\"}\n"
    "{\"type\":\"WS_CLOSE\",\"begin\":\"2026-11-21T00:00:09.500Z\",\"from_server\":true,\"close_"
    "code\":4000,\"close_reason\":\"over\"}\n";

static struct script *parse(void)
{
    struct error err = ERROR_NONE;
    struct script *script;

    assert_int_equal(script_parse(&script, "s", script_text, sizeof(script_text) - 1, &err), 0);
    return script;
}

static void test_sets(void **state)
{
    struct script *script = parse();
    const struct reply_maker maker = {dialect_find("shiny"), 0.5, false};
    struct replies r;

    (void)state;
    assert_int_equal(replies_init(&r, &maker, script, 0), 0);
    assert_int_equal(r.count, 3);
    assert_int_equal(r.sets[0].count, 1);
    assert_int_equal(r.sets[0].items[0].after_us, 25000); /* from the end of the handshake */
    assert_true(r.sets[0].items[0].fresh);
    assert_true(r.sets[0].items[0].begins);
    assert_true(r.any_fresh);
    assert_int_equal(r.sets[1].count, 0);
    assert_int_equal(r.sets[2].count, 3);
    assert_int_equal(r.sets[2].items[0].after_us, 5000);
    assert_false(r.sets[2].items[0].fresh);
    assert_int_equal(r.sets[2].items[1].after_us, 3500000); /* however late */
    assert_int_equal(r.sets[2].items[1].count, 12);
    assert_memory_equal(r.sets[2].items[1].bytes,
                        "\x81\x0a"
                        "0123456789",
                        12);
    assert_true(r.sets[2].items[2].closes);
    assert_memory_equal(r.sets[2].items[2].bytes, "\x88\x06\x0f\xa0over", 8);
    replies_release(&r);
    script_free(script);
}

static void test_sets_that_are_split(void **state)
{
    struct script *script = parse();
    const struct reply_maker maker = {dialect_find("shiny"), 1, true};
    struct replies r;

    (void)state;
    assert_int_equal(replies_init(&r, &maker, script, 0), 0);
    assert_int_equal(r.sets[2].count, 4); /* x, y, the other one, the close */
    assert_memory_equal(r.sets[2].items[2].bytes,
                        "\x01\x03"
                        "012"
                        "\x00\x03"
                        "345"
                        "\x80\x04"
                        "6789",
                        16);
    replies_release(&r);
    script_free(script);
}

static void test_splitting(void **state)
{
    static const struct {
        const char *name;
        const char *dialect;
        const char *text;
        const char *pieces; /* one a line; "": it stays whole */
    } rows[] = {
        {"an output each", "shiny",
         "{\"errors\":{},\"values\":{\"a\":1,\"b\":{\"c\":2}},\"inputMessages\":[]}",
         "{\"errors\":{},\"values\":{\"a\":1},\"inputMessages\":[]}\n"
         "{\"errors\":{},\"values\":{\"b\":{\"c\":2}},\"inputMessages\":[]}\n"},
        {"what is no output goes last", "shiny",
         "{\"errors\":{\"e\":{}},\"values\":{\"a\":1},\"inputMessages\":[{\"id\":\"i\"}]}",
         "{\"errors\":{\"e\":{}},\"values\":{},\"inputMessages\":[]}\n"
         "{\"errors\":{},\"values\":{\"a\":1},\"inputMessages\":[{\"id\":\"i\"}]}\n"},
        {"one output", "shiny", "{\"errors\":{},\"values\":{\"a\":1},\"inputMessages\":[]}", ""},
        {"what begins a session", "shiny", "{\"config\":{\"sessionId\":\"1\",\"user\":null}}", ""},
        {"a part that both would have", "plain", "{\"id\":7,\"result\":{\"a\":1,\"b\":2}}", ""},
        {"an envelope", "sockjs",
         "a[\"6#0|m|{\\\"errors\\\":{},\\\"values\\\":{\\\"a\\\":1,\\\"b\\\":2},"
         "\\\"inputMessages\\\":[]}\"]",
         "a[\"6#0|m|{\\\"errors\\\":{},\\\"values\\\":{\\\"a\\\":1},\\\"inputMessages\\\":[]}\"]\n"
         "a[\"6#0|m|{\\\"errors\\\":{},\\\"values\\\":{\\\"b\\\":2},\\\"inputMessages\\\":[]}\"]"
         "\n"},
        {"no object", "shiny", "[1,2]", ""},
        {"no JSON", "shiny", "o", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pieces pieces;
        char all[1000] = "";

        print_message("%s\n", rows[i].name);
        assert_int_equal(split_message(dialect_find(rows[i].dialect), rows[i].text,
                                       strlen(rows[i].text), &pieces),
                         0);
        for (size_t k = 0; k < pieces.count; k++) {
            strcat(all, pieces.items[k]);
            strcat(all, "\n");
        }
        assert_string_equal(all, rows[i].pieces);
        pieces_release(&pieces);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_sets_that_are_split),
        cmocka_unit_test(test_splitting),
    };
    struct error err = ERROR_NONE;
    int rc;

    if (dialects_init(&err) < 0)
        return 1;
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    dialects_release();
    return rc;
}
