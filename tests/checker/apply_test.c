#include "tests/core/testing.h"

#include "checker/apply.h"
#include "tests/checker/compare.h"

#define PAGE_A ANSWER(0, "<input name='csrf' value='9f3k77a1'>")
#define PAGE_B ANSWER(0, "<input name='csrf' value='x8s2m4q6'>")
#define SEND(n, message)                                                                           \
    "{\"type\":\"WS_OPEN\",\"begin\":\"2026-11-21T04:00:0" #n                                      \
    ".000Z\",\"url\":\"/ws\"}\n{\"type\":\"WS_SEND\",\"begin\":\"2026-11-21T04:00:0" #n            \
    ".500Z\",\"message\":\"" message "\"}\n"

/* What must stand in the new script, as it is written. */
static const struct {
    const char *name;
    const char *script;
    const char *a;
    const char *b;
    const char *has;
} cases[] = {
    {"a query", SCRIPT HOME(0, "/") GET(1, "/save?csrf=9f3k77a1&x=1"), PAGE_A, PAGE_B,
     "\"url\":\"/save?csrf=${CSRF|url}&x=1\""},
    {"its source", SCRIPT HOME(0, "/") GET(1, "/save?csrf=9f3k77a1&x=1"), PAGE_A, PAGE_B,
     "\"extract\":[{\"name\":\"CSRF\",\"from\":\"body\",\"before\":\"csrf' value='\",\"after\":"
     "\"'\"}]"},
    {"a path keeps numbers plain", SCRIPT HOME(0, "/orders") GET(1, "/orders/17"),
     ANSWER(0, "{\\\"id\\\":17}"), ANSWER(0, "{\\\"id\\\":18}"), "\"url\":\"/orders/${ORDER_ID}\""},
    {"a message", SCRIPT HOME(0, "/") SEND(1, "{\\\"k\\\":\\\"9f3k77a1\\\"}"), PAGE_A, PAGE_B,
     "\"message\":\"{\\\"k\\\":\\\"${K}\\\"}\""},
    {"a header", SCRIPT HOME(0, "/") GET_WITH(1, "/a", "X-Csrf: t 9f3k77a1"), PAGE_A, PAGE_B,
     "\"X-Csrf: t ${CSRF}\""},
    {"a header that the script left out", SCRIPT HOME(0, "/") GET(1, "/a"),
     PAGE_A "{\"what\":\"request\",\"step\":1,\"at_us\":1,\"method\":\"GET\",\"url\":\"/a\","
            "\"headers\":[\"X-Csrf: 9f3k77a1\"]}\n",
     PAGE_B, "\"headers\":[\"X-Csrf: ${CSRF}\"]"},
    {"what is made", SCRIPT HOME(0, "/") GET(1, "/a?rid=k3j9x2p7q4zz"), PAGE_A, PAGE_B,
     "# value: {\"name\":\"RID\",\"kind\":\"minted\",\"alphabet\":"},
    {"base64 is computed", SCRIPT HOME(0, "/") GET_WITH(1, "/a", "X-Auth: a2V5OjlmM2s3N2Ex"),
     PAGE_A, PAGE_B, "\"of\":\"key:${CSRF}\",\"coding\":\"base64\""},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct compared c;
        struct applied applied = {0};
        struct error err = ERROR_NONE;
        struct script *back = NULL;
        struct buf out;

        assert_int_equal(compare_texts(&c, cases[i].script, cases[i].a, cases[i].b, NULL, &err), 0);
        assert_int_equal(apply(&applied, c.script, &c.sents, &c.findings), 0);
        buf_init(&out, 1 << 20);
        assert_int_equal(script_write(&applied.script, &out), 0);
        if (!strstr(out.data, cases[i].has))
            fail_msg("%s: not in\n%s", cases[i].name, out.data);
        if (script_parse(&back, "new", out.data, out.len, &err) < 0)
            fail_msg("%s: %s", cases[i].name, err.text);
        script_free(back);
        buf_release(&out);
        applied_release(&applied);
        compared_release(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
