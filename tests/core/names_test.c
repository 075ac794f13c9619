#include "tests/core/testing.h"

#include "core/names.h"

#define BEGIN "\"begin\":\"2026-11-21T00:00:00.000Z\""

static void expect(const struct names *names, const char *const *want, size_t count)
{
    assert_int_equal(names->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(names->items[i], want[i]);
        assert_true(names_has(names, want[i]));
    }
}

static void test_a_set(void **state)
{
    static const char *const want[] = {"A", "B", "BA", "C"};
    struct names names = {0};

    (void)state;
    assert_false(names_has(&names, "A"));
    assert_int_equal(names_add(&names, "Bxx", 1), 0);
    assert_int_equal(names_add(&names, "C", 1), 0);
    assert_int_equal(names_add(&names, "A", 1), 0);
    assert_int_equal(names_add(&names, "BA", 2), 0);
    assert_int_equal(names_add(&names, "B", 1), 0);
    expect(&names, want, COUNT(want));
    assert_false(names_has(&names, "Bx"));
    assert_false(names_has(&names, "D"));
    names_release(&names);
    assert_int_equal(names.count, 0);
}

static const char script_text[] =
    "# version: 2\n"
    "# value: {\"name\":\"SUM\",\"kind\":\"computed\",\"of\":\"${IN_MAKER}\"}\n"
    "{\"type\":\"REQ_GET\"," BEGIN ",\"status\":200,\"url\":\"/${IN_URL|url}/${IN_URL}\","
    "\"headers\":[\"X-A: ${env:IN_HEADER}\"]}\n"
    "{\"type\":\"REQ_POST\"," BEGIN
    ",\"status\":200,\"url\":\"/\",\"datafile\":\"a\",\"expand\":true}\n"
    "{\"type\":\"REQ_POST\"," BEGIN ",\"status\":200,\"url\":\"/\",\"datafile\":\"b\"}\n"
    "{\"type\":\"WS_OPEN\"," BEGIN ",\"url\":\"/${IN_SOCKET}\"}\n"
    "{\"type\":\"WS_SEND\"," BEGIN ",\"message\":\"a\\u0000${IN_SEND}${$}{TYPED}\"}\n"
    "{\"type\":\"WS_RECV\"," BEGIN ",\"message\":\"${CAME}\"}\n";

/* What a session sends, and nothing that only came. */
static void test_what_a_script_needs(void **state)
{
    static const char *const want[] = {"IN_BODY",   "IN_MAKER", "IN_SEND",
                                       "IN_SOCKET", "IN_URL",   "env:IN_HEADER"};
    struct error err = ERROR_NONE;
    struct names names = {0};
    struct script *script;

    (void)state;
    if (script_parse(&script, "s.log", script_text, sizeof(script_text) - 1, &err) < 0)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < script->count; i++) {
        if (script->steps[i].datafile) { /* as script_load() reads them */
            script->steps[i].body = *script->steps[i].datafile == 'a' ? "${IN_BODY}" : "${UPLOAD}";
            script->steps[i].body_bytes = strlen(script->steps[i].body);
        }
    }
    assert_int_equal(script_needs(script, &names), 0);
    expect(&names, want, COUNT(want));
    names_release(&names);
    script_free(script);
}

static void test_what_makers_need(void **state)
{
    static const char *const want[] = {"A", "B"};
    static const char *const json[] = {
        "{\"name\":\"X\",\"kind\":\"computed\",\"of\":\"${A|url}-${A}\"}",
        "{\"name\":\"Y\",\"kind\":\"counter\",\"start\":\"${B}\"}",
        "{\"name\":\"Z\",\"kind\":\"counter\"}"};
    struct makers makers = {0};
    struct error err = ERROR_NONE;
    struct names names = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(json); i++)
        assert_int_equal(makers_add(&makers, json[i], strlen(json[i]), &err), 0);
    assert_int_equal(names_add_makers(&names, &makers), 0);
    expect(&names, want, COUNT(want));
    names_release(&names);
    makers_release(&makers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_set),
        cmocka_unit_test(test_what_a_script_needs),
        cmocka_unit_test(test_what_makers_need),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
