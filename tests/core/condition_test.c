#include "tests/core/testing.h"

#include "core/condition.h"

static const struct {
    const char *name;
    const char *condition;
    const char *text;
    bool fits;
} cases[] = {
    {"there", "{\"response\":true}", "{\"response\":{}}", true},
    {"there, but null", "{\"response\":true}", "{\"response\":null}", true},
    {"not there", "{\"response\":true}", "{\"progress\":7}", false},
    {"gone", "{\"progress\":false}", "{\"response\":1}", true},
    {"a text", "{\"job.state\":\"do*\"}", "{\"job\":{\"state\":\"done\"}}", true},
    {"another text", "{\"job.state\":\"do*\"}", "{\"job\":{\"state\":\"running\"}}", false},
    {"a number", "{\"[1]\":100}", "[0,100]", true},
    {"all of them", "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":3}", false},
    {"one of them", "[{\"a\":1},{\"b\":2}]", "{\"a\":3,\"b\":2}", true},
    {"the whole answer", "{\"\":\"done\"}", "\"done\"", true},
    {"no JSON", "{\"response\":false}", "<html>", false},
    {"half of an answer", "{\"response\":true}", "{\"response\":1,\"x\":\"", false},
    {"nothing", "{\"response\":false}", "", false},
};

static void test_fits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len = strlen(cases[i].text);
        char *text = malloc(len ? len : 1); /* no terminator: none is promised */

        memcpy(text, cases[i].text, len);
        if (condition_fits(cases[i].condition, text, len) != cases[i].fits)
            fail_msg("%s", cases[i].name);
        free(text);
    }
}

static void test_sound(void **state)
{
    static const struct {
        const char *condition;
        bool sound;
    } some[] = {
        {"{\"a\":true}", true},  {"[{\"a\":1},{\"b\":\"x\"}]", true},
        {"{}", false},           {"[]", false},
        {"[{}]", false},         {"[{\"a\":1},7]", false},
        {"{\"a\":null}", false}, {"{\"a\":[1]}", false},
        {"\"a\"", false},        {"{\"a\":{\"b\":1}}", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(some); i++) {
        json_t *condition = json_loads(some[i].condition, JSON_DECODE_ANY, NULL);

        if (condition_is_sound(condition) != some[i].sound)
            fail_msg("%s", some[i].condition);
        json_decref(condition);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fits), cmocka_unit_test(test_sound)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
