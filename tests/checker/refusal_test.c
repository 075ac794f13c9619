/* Memory is refused at every place in turn: each of these says so, and leaves nothing behind. */
#include "tests/core/testing.h"

#include "checker/apply.h"
#include "checker/atoms.h"
#include "checker/places.h"
#include "tests/checker/compare.h"
#include "tests/core/refusal.h"

static int cut(void *user)
{
    static const char text[] = "{\"a\":\"/o/item-9?x=b%20c\",\"k9f3k77a1x7\":[\"{\\\"j\\\":7}\"],"
                               "\"b\":\"a2V5OjlmM2s3N2E=\"}";
    struct atoms atoms = {0};
    int rc = atoms_of_message(&atoms, text, sizeof(text) - 1);

    (void)user;
    atoms_release(&atoms);
    return rc;
}

static int find(void *user)
{
    static const char *const headers[] = {"X-Key: 9%20f", "Set-Cookie: a=9f3k; Path=/", NULL};
    static const char page[] =
        "<input name='k' value='a&amp;b'><div data-p='{&quot;k&quot;:[1,&quot;9f3k&quot;]}'></div>"
        "<script>{\"k\":\"9f3k\"}</script>";
    struct leaves leaves = {0};
    struct leaves found = {0};
    struct arena arena = {0};
    struct extraction ways[LEAF_WAYS];
    int rc = leaves_of_answer(&leaves, headers, page, sizeof(page) - 1);

    (void)user;
    if (rc == 0)
        rc = leaves_find(&found, headers, EXTRACT_BODY, page, sizeof(page) - 1, "9f3k", NULL);
    for (size_t i = 0; i < found.count && rc >= 0; i++)
        rc = leaf_ways(&found.items[i], &arena, ways);
    arena_release(&arena);
    leaves_release(&leaves);
    leaves_release(&found);
    return rc < 0 ? rc : 0;
}

static int read_rules(void *user)
{
    static const char text[] = "{\"values\":[{\"match\":\"a\",\"name\":\"A\"},"
                               "{\"at\":\"POST /x y\",\"kind\":\"literal\"}]}";
    struct rules rules = {0};
    struct error err = ERROR_NONE;
    int rc = rules_parse(&rules, "rules", text, sizeof(text) - 1, &err);

    (void)user;
    rules_release(&rules);
    return rc;
}

static int compare(void *user)
{
    struct compared c;
    struct applied applied = {0};
    struct error err = ERROR_NONE;
    int rc = compare_texts(&c,
                           SCRIPT HOME(0, "/") GET(1, "/save?csrf=9f3k77a1&rid=k3j9x2p7q4zz")
                               GET_WITH(2, "/orders/17", "X-Auth: a2V5OjlmM2s3N2Ex"),
                           ANSWER(0, "<input name='csrf' value='9f3k77a1'><a href='/orders/17'>"),
                           ANSWER(0, "<input name='csrf' value='x8s2m4q6'><a href='/orders/18'>"),
                           NULL, &err);

    (void)user;
    if (rc == 0)
        rc = apply(&applied, c.script, &c.sents, &c.findings);
    applied_release(&applied);
    compared_release(&c);
    return rc;
}

static void test_refusals(void **state)
{
    static const struct {
        const char *name;
        int (*attempt)(void *user);
    } all[] = {{"atoms", cut}, {"places", find}, {"rules", read_rules}, {"compare", compare}};

    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        assert_true(refuse_in_turn(all[i].name, all[i].attempt, NULL) > 1);
        refuse_onward_in_turn(all[i].name, all[i].attempt, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refusals)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
