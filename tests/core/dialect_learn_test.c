/* What a dialect learns, how much of it a play needs, and what it costs. */
#include "tests/core/testing.h"

#include "core/buf.h"
#include "core/names.h"
#include "tests/core/dialect_added.h"

/* The address sanitizer measures the text at each regexec() by itself. */
#ifdef __SANITIZE_ADDRESS__
#define ECHO_BYTES (64 << 10)
#else
#define ECHO_BYTES (3 << 19)
#endif

/* A frame with an id at every third byte: what is left of it must not be measured at each. */
static void test_many_echoes(void **state)
{
    enum { BYTES = ECHO_BYTES };
    const struct dialect *d = added("{\"name\":\"a\",\"codec\":\"text\",\"values\":[{\"name\":"
                                    "\"ID\",\"kind\":\"echo\",\"pattern\":\"p[0-9]\"}]}");
    char *text = malloc(BYTES);
    struct message m = {0};

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < BYTES; i++)
        text[i] = i % 3 ? i % 3 == 1 ? 'p' : '7' : ' ';
    assert_int_equal(dialect_read(d, &m, text, BYTES, false), 0);
    assert_int_equal(m.learnt.count, 1);
    assert_string_equal(values_get(&m.learnt, "ID_1"), "p7");
    message_release(&m);
    free(text);
}

/* Compared each with each, this would last minutes. */
static void test_many_parts(void **state)
{
    enum { KEYS = 150000 };
    const struct dialect *d = added("{\"name\":\"a\"}");
    struct message m = {0};
    struct buf text;

    (void)state;
    buf_init(&text, (size_t)KEYS * 20);
    for (int i = 0; i < KEYS; i++)
        buf_addf(&text, "%c\"key%d\":0", i ? ',' : '{', i);
    buf_addc(&text, '}');
    assert_int_equal(dialect_read(d, &m, text.data, text.len, false), 0);
    assert_int_equal(m.part_count, MESSAGE_PARTS_MAX);
    assert_string_equal(m.parts[MESSAGE_PARTS_MAX - 1], "key key4095");
    message_release(&m);
    buf_release(&text);
}

static void test_what_is_needed(void **state)
{
    static const struct {
        const char *dialect;
        const char *needed; /* the one name that the script uses */
        const char *path;
        bool wants;
    } cases[] = {
        {"plain", "OTHER", "/", false},  {"plain", "WORKER", "/", true},
        {"plain", "TOKEN", "/", true},   {"plain", "WORKER", "/app.js", false},
        {"sockjs", "WORKER", "/", true}, {"sockjs", "TOKEN", "/__token__", true},
        {"sockjs", "OTHER", "/", false}, {"shiny", "WORKER", "/", false},
        {"gradio", "EVENT", "/", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct names needs = {0};

        assert_int_equal(names_add(&needs, cases[i].needed, strlen(cases[i].needed)), 0);
        if (dialect_tells_needed(shipped(cases[i].dialect), "GET", cases[i].path, &needs) !=
            cases[i].wants)
            fail_msg("%s, %s: %s", cases[i].dialect, cases[i].path, cases[i].needed);
        names_release(&needs);
    }
    assert_true(dialect_wants_answer(shipped("plain"), "GET", "/"));
}

static void test_a_counter_that_starts_where_the_server_is(void **state)
{
    const struct dialect *d = added("{\"name\":\"a\",\"values\":[{\"name\":\"SEQ\",\"kind\":"
                                    "\"counter\",\"start\":\"${LAST}\"}]}");

    (void)state;
    assert_string_equal(makers_find(&d->makers, "SEQ", 3)->start, "${LAST}");
}

static int start_afresh(void **state)
{
    (void)state;
    dialects_release();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_many_echoes, start_afresh),
        cmocka_unit_test_teardown(test_many_parts, start_afresh),
        cmocka_unit_test_teardown(test_what_is_needed, start_afresh),
        cmocka_unit_test_teardown(test_a_counter_that_starts_where_the_server_is, start_afresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
