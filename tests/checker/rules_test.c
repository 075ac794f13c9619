#include "tests/core/testing.h"

#include "checker/rules.h"

static void read_rules(struct rules *rules, const char *text)
{
    struct error err = ERROR_NONE;

    if (rules_parse(rules, "rules.json", text, strlen(text), &err) < 0)
        fail_msg("%s", err.text);
}

static void test_the_first_that_fits(void **state)
{
    struct rules rules = {0};
    const struct rule *rule;

    (void)state;
    read_rules(&rules, "{\"values\":["
                       "{\"match\":\"abc\",\"name\":\"ORDER_ID\"},"
                       "{\"match\":\"/^ORD-[0-9]+$/\",\"kind\":\"literal\"},"
                       "{\"at\":\"POST /login csrf\",\"kind\":\"minted\"},"
                       "{\"at\":\"* * when\",\"kind\":\"clock\"}]}");
    rule = rules_find(&rules, "abc", "GET", "/", "");
    assert_non_null(rule);
    assert_string_equal(rule->name, "ORDER_ID");
    assert_int_equal(rules_find(&rules, "ORD-17", "SEND", "", "x")->kind, RULE_LITERAL);
    assert_null(rules_find(&rules, "xORD-17", "GET", "/", ""));
    assert_int_equal(rules_find(&rules, "q", "POST", "/login", "csrf")->kind, RULE_MINTED);
    assert_null(rules_find(&rules, "q", "POST", "/logout", "csrf"));
    assert_int_equal(rules_find(&rules, "q", "PUT", "/a/b", "when")->kind, RULE_CLOCK);
    rules_release(&rules);
}

static const struct {
    const char *text;
    const char *says;
} bad[] = {
    {"[", "rules.json:1: not JSON"},
    {"{}", "there is no list \"values\""},
    {"{\"values\":[7]}", "rule 1: it is not an object"},
    {"{\"values\":[{\"name\":\"A\"}]}", "rule 1: it needs a \"match\" or an \"at\""},
    {"{\"values\":[{\"match\":\"a\"}]}", "says neither a \"name\" nor a \"kind\""},
    {"{\"values\":[{\"match\":\"a\",\"kind\":\"magic\"}]}", "is not literal, minted or clock"},
    {"{\"values\":[{\"match\":\"a\",\"nme\":\"A\"}]}", "\"nme\" is no key of a rule"},
    {"{\"values\":[{\"match\":\"a\",\"name\":\"A B\"}]}", "is not letters, digits and _"},
    {"{\"values\":[{\"match\":\"/(/\",\"kind\":\"literal\"}]}", "no regular expression"},
    {"{\"values\":[{\"at\":\"POST\",\"kind\":\"literal\"}]}", "is not METHOD PATH FIELD"},
};

static void test_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct rules rules = {0};
        struct error err = ERROR_NONE;

        assert_int_equal(rules_parse(&rules, "rules.json", bad[i].text, strlen(bad[i].text), &err),
                         -E_FORMAT);
        if (!strstr(err.text, bad[i].says))
            fail_msg("%s: %s", bad[i].text, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_that_fits),
        cmocka_unit_test(test_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
