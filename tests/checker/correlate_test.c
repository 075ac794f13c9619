/* The engine, by tables: a script, what passed when it was recorded and when it was replayed, and
 * what must be found.  tests/checker/apps has the whole way with real servers. */
#include "tests/core/testing.h"

#include "tests/checker/compare.h"

#define PAGE_A ANSWER(0, "<input name='csrf' value='9f3k77a1'>")
#define PAGE_B ANSWER(0, "<input name='csrf' value='x8s2m4q6'>")

static const struct {
    const char *name;
    const char *script;
    const char *a;
    const char *b;
    const char *rules;
    const char *want;
    size_t open;
} cases[] = {
    {"told otherwise: issued", SCRIPT HOME(0, "/") GET(1, "/save?csrf=9f3k77a1"), PAGE_A, PAGE_B,
     NULL, "CSRF issued", 0},
    {"told the same: a literal", SCRIPT HOME(0, "/") GET(1, "/save?csrf=9f3k77a1"), PAGE_A, PAGE_A,
     NULL, "", 0},
    {"the replay did not get it: open",
     SCRIPT HOME(0, "/") GET(1, "/save?csrf=b8f1d0c4-3c55-4e0b-9a9e-5d6c1f2e7a31"),
     ANSWER(0, "{\\\"csrf\\\":\\\"b8f1d0c4-3c55-4e0b-9a9e-5d6c1f2e7a31\\\"}"), "", NULL, "", 1},
    {"an error page tells nothing", SCRIPT HOME(0, "/") GET(1, "/save?csrf=9f3k77a1"), PAGE_A,
     "{\"what\":\"answer\",\"step\":0,\"at_us\":1,\"status\":500,\"body\":\"value='x'\"}\n", NULL,
     "", 0},
    {"the first place decides", SCRIPT HOME(0, "/") GET(1, "/a") GET(2, "/x?k=9f3k77a1"),
     ANSWER(0, "{\\\"k\\\":\\\"9f3k77a1\\\"}") ANSWER(1, "{\\\"last\\\":\\\"9f3k77a1\\\"}"),
     ANSWER(0, "{\\\"k\\\":\\\"9f3k77a1\\\"}") ANSWER(1, "{\\\"last\\\":\\\"zzzzzzz1\\\"}"), NULL,
     "", 0},
    {"what was told later is not from there",
     SCRIPT HOME(0, "/") GET(1, "/x?k=9f3k77a1") GET(2, "/a"),
     ANSWER(2, "{\\\"k\\\":\\\"9f3k77a1\\\"}"), ANSWER(2, "{\\\"k\\\":\\\"y2m4q6s8\\\"}"), NULL, "",
     0},
    {"a short id in a path, among other 17s", SCRIPT HOME(0, "/orders") GET(1, "/orders/17/items"),
     ANSWER(0, "{\\\"id\\\":17,\\\"pages\\\":17,\\\"user\\\":{\\\"age\\\":17}}"),
     ANSWER(0, "{\\\"id\\\":18,\\\"pages\\\":17,\\\"user\\\":{\\\"age\\\":17}}"), NULL,
     "ORDER_ID issued", 0},
    {"a short number that agrees with nothing", SCRIPT HOME(0, "/") GET(1, "/list?limit=17"),
     ANSWER(0, "{\\\"visitors\\\":17}"), ANSWER(0, "{\\\"visitors\\\":18}"), NULL, "", 0},
    {"a short id in a link", SCRIPT HOME(0, "/") GET(1, "/orders/17"),
     ANSWER(0, "<a href='/orders/17'>it</a><p>17</p>"),
     ANSWER(0, "<a href='/orders/18'>it</a><p>17</p>"), NULL, "ORDER_ID issued", 0},
    {"one value in two requests is one",
     SCRIPT HOME(0, "/") GET(1, "/a?csrf=9f3k77a1") GET(2, "/b/9f3k77a1"), PAGE_A, PAGE_B, NULL,
     "CSRF issued", 0},
    {"made by the page: an id", SCRIPT HOME(0, "/") GET(1, "/a?rid=k3j9x2p7q4zz"), PAGE_A, PAGE_B,
     NULL, "RID minted", 0},
    {"made by the page: the time", SCRIPT HOME(0, "/") GET(1, "/a?ts=1795233601000"), PAGE_A,
     PAGE_B, NULL, "TS clock", 0},
    {"typed by the user", SCRIPT HOME(0, "/") GET(1, "/find?order=k3j9x2p7q4zz"),
     ANSWER(0, "<input type='text' name='order'>"), ANSWER(0, "<input type='text' name='order'>"),
     NULL, "", 0},
    {"set by the page in a hidden input", SCRIPT HOME(0, "/") GET(1, "/find?order=k3j9x2p7q4zz"),
     ANSWER(0, "<input type='hidden' name='order'>"),
     ANSWER(0, "<input type='hidden' name='order'>"), NULL, "ORDER minted", 0},
    {"a file's name is no id", SCRIPT HOME(0, "/") GET(1, "/app.k3j9x2p7q4zz.js"), PAGE_A, PAGE_B,
     NULL, "", 0},
    {"a version of a file is no question", SCRIPT HOME(0, "/") GET(1, "/a.js?v=b8f1d0c4b8f1d0c4"),
     "", NULL, NULL, "", 0},
    {"a file in a data: URL is no id",
     SCRIPT HOME(0, "/") GET(1, "/a?f=data:text/csv;base64,eCx5CjEsMgoyLDMKMyw1Cg%3D%3D"), PAGE_A,
     PAGE_B, NULL, "", 0},
    {"base64 that says something is no id",
     SCRIPT HOME(0, "/") GET(1, "/a?f=eCx5CjEsMgoyLDMKMyw1Cg%3D%3D"), PAGE_A, PAGE_B, NULL, "", 0},
    {"a bearer", SCRIPT HOME(0, "/") GET_WITH(1, "/a", "Authorization: Bearer 9f3k77a1"),
     ANSWER(0, "{\\\"access_token\\\":\\\"9f3k77a1\\\"}"),
     ANSWER(0, "{\\\"access_token\\\":\\\"y2m4q6s8\\\"}"), NULL, "ACCESS_TOKEN issued", 0},
    {"a digest of what was told and what is sent",
     SCRIPT HOME(0, "/") GET(1, "/l?u=ann&h=e924186741043ff2ec39d5309c540ec9"),
     ANSWER(0, "{\\\"nonce\\\":\\\"9f3k77a1\\\"}"), ANSWER(0, "{\\\"nonce\\\":\\\"y2m4q6s8\\\"}"),
     NULL, "NONCE issued, H computed", 0},
    {"a rule names it", SCRIPT HOME(0, "/") GET(1, "/save?csrf=9f3k77a1"), PAGE_A, PAGE_B,
     "{\"values\":[{\"match\":\"9f3k77a1\",\"name\":\"FORM_KEY\"}]}", "FORM_KEY issued", 0},
    {"a rule forbids it", SCRIPT HOME(0, "/") GET(1, "/save?csrf=9f3k77a1"), PAGE_A, PAGE_B,
     "{\"values\":[{\"at\":\"GET /save csrf\",\"kind\":\"literal\"}]}", "", 0},
    {"a rule demands it", SCRIPT HOME(0, "/") GET(1, "/find?order=k3j9x2p7q4zz"),
     ANSWER(0, "<input type='text' name='order'>"), ANSWER(0, "<input type='text' name='order'>"),
     "{\"values\":[{\"match\":\"/^k3/\",\"kind\":\"minted\"}]}", "ORDER minted", 0},
    {"without a trace: looks alone", SCRIPT HOME(0, "/") GET(1, "/a?rid=k3j9x2p7q4zz&n=5"), NULL,
     NULL, NULL, "", 1},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct compared c;
        struct error err = ERROR_NONE;
        char names[512];

        if (compare_texts(&c, cases[i].script, cases[i].a, cases[i].b, cases[i].rules, &err) < 0)
            fail_msg("%s: %s", cases[i].name, err.text);
        compared_names(&c, names, sizeof(names));
        if (strcmp(names, cases[i].want) != 0 || c.findings.open_count != cases[i].open)
            fail_msg("%s: found '%s', open %zu", cases[i].name, names, c.findings.open_count);
        compared_release(&c);
    }
}

static void test_every_use_is_known(void **state)
{
    struct compared c;
    struct error err = ERROR_NONE;

    (void)state;
    assert_int_equal(
        compare_texts(&c, SCRIPT HOME(0, "/") GET(1, "/a?csrf=9f3k77a1") GET(2, "/b/9f3k77a1"),
                      PAGE_A, PAGE_B, NULL, &err),
        0);
    assert_int_equal(c.findings.count, 1);
    assert_int_equal(c.findings.items[0].use_count, 2);
    assert_int_equal(c.findings.items[0].source, 0);
    assert_string_equal(c.findings.items[0].literal, "9f3k77a1");
    compared_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_every_use_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
