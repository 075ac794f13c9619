#include "tests/core/testing.h"

#include "checker/places.h"
#include "core/error.h"

static const char *const headers[] = {"Location: /enter?from=home&ticket=ST-9f3k77a",
                                      "X-Request-Token: 9f3k77a",
                                      "Set-Cookie: XSRF-TOKEN=9f3k77a; Path=/", NULL};

/* In each of these the value stands once, and the same place of the other text has the other. */
static const struct {
    const char *name;
    const char *const *headers;
    const char *body;
    const char *other; /* the same body another time */
    const char *field; /* NULL: found by searching */
} cases[] = {
    {"JSON", NULL, "{\"data\":[{\"id\":1},{\"id\":\"9f3k77a\"}]}",
     "{\"data\":[{\"id\":1},{\"id\":\"x1\"}]}", "id"},
    {"JSON in a string", NULL, "{\"p\":\"{\\\"job\\\":\\\"9f3k77a\\\"}\"}",
     "{\"p\":\"{\\\"job\\\":\\\"x1\\\"}\"}", "job"},
    {"a hidden input", NULL,
     "<form><input type=\"hidden\" name=\"csrf\" value=\"9f3k77a\"><input name=\"b\" value=\"1\">",
     "<form><input type=\"hidden\" name=\"csrf\" value=\"x1\"><input name=\"b\" value=\"1\">",
     "csrf"},
    {"an input whose name comes last", NULL, "<p><input value='9f3k77a' name='csrf'>",
     "<p><input value='x1' name='csrf'>", "csrf"},
    {"a meta", NULL, "<meta name=\"token\" content=\"9f3k77a\">",
     "<meta name=\"token\" content=\"x1\">", "token"},
    {"a script's JSON", NULL, "<script type=\"application/json\">{\"k\":\"9f3k77a\"}</script>",
     "<script type=\"application/json\">{\"k\":\"x1\"}</script>", "k"},
    {"JSON in an attribute", NULL, "<div data-page=\"{&quot;k&quot;:&quot;9f3k77a&quot;}\"></div>",
     "<div data-page=\"{&quot;k&quot;:&quot;x1&quot;}\"></div>", "k"},
    {"a data URL", NULL, "<link href=\"data:application/json;base64,eyJrIjoiOWYzazc3YSJ9\">",
     "<link href=\"data:application/json;base64,eyJrIjoieDEifQ==\">", "k"},
    {"an element's text", NULL, "<b id=\"key\">9f3k77a</b>", "<b id=\"key\">x1</b>", "key"},
    {"a script's text", NULL, "<script>var key = '9f3k77a';</script>",
     "<script>var key = 'x1';</script>", NULL},
    {"a link", NULL, "<a href=\"/orders/9f3k77a/edit\">", "<a href=\"/orders/x1/edit\">", NULL},
    {"one of equal rows", NULL, "<li id=\"aaa1\">x</li><li id=\"9f3k77a\">x</li>",
     "<li id=\"bbb1\">x</li><li id=\"x1\">x</li>", "id"},
    {"plain text", NULL, "token 9f3k77a", "token x1", NULL},
};

static int find_leaf(struct leaves *leaves, const char *body, const char *field)
{
    int rc = field ? leaves_of_answer(leaves, NULL, body, strlen(body))
                   : leaves_find(leaves, NULL, EXTRACT_BODY, body, strlen(body), "9f3k77a", NULL);

    assert_int_equal(rc, 0);
    for (size_t i = 0; i < leaves->count; i++) {
        if (strcmp(leaves->items[i].value, "9f3k77a") == 0)
            return (int)i;
    }
    return -1;
}

static bool gives(const struct extraction *e, const char *body, const char *value)
{
    struct buf got;
    bool same;

    buf_init(&got, 4096);
    same = extract_text(e, body, strlen(body), &got) == 0 && strcmp(got.data, value) == 0;
    buf_release(&got);
    return same;
}

static void test_bodies(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct leaves leaves = {0};
        struct arena arena = {0};
        struct extraction ways[LEAF_WAYS];
        int at = find_leaf(&leaves, cases[i].body, cases[i].field);
        bool found = false;
        int count;

        if (at < 0)
            fail_msg("%s: not found", cases[i].name);
        if (cases[i].field && strcmp(leaves.items[at].field, cases[i].field) != 0)
            fail_msg("%s: it is called '%s'", cases[i].name, leaves.items[at].field);
        count = leaf_ways(&leaves.items[at], &arena, ways);
        for (int k = 0; k < count; k++) {
            assert_true(gives(&ways[k], cases[i].body, "9f3k77a"));
            found = found || gives(&ways[k], cases[i].other, "x1");
        }
        if (!found)
            fail_msg("%s: none of %d ways finds the other value", cases[i].name, count);
        arena_release(&arena);
        leaves_release(&leaves);
    }
}

static const struct leaf *of_source(const struct leaves *leaves, enum extract_from from)
{
    for (size_t i = 0; i < leaves->count; i++) {
        if (leaves->items[i].from == from && strcmp(leaves->items[i].value, "9f3k77a") == 0)
            return &leaves->items[i];
    }
    return NULL;
}

static void test_headers_and_cookies(void **state)
{
    struct leaves leaves = {0};

    (void)state;
    assert_int_equal(leaves_of_answer(&leaves, headers, "", 0), 0);
    assert_non_null(of_source(&leaves, EXTRACT_HEADER));
    assert_string_equal(of_source(&leaves, EXTRACT_HEADER)->header, "X-Request-Token");
    assert_non_null(of_source(&leaves, EXTRACT_COOKIE));
    assert_string_equal(of_source(&leaves, EXTRACT_COOKIE)->header, "XSRF-TOKEN");
    leaves_release(&leaves);
}

static void test_inside_a_header(void **state)
{
    struct leaves found = {0};
    struct arena arena = {0};
    struct extraction ways[LEAF_WAYS];

    (void)state;
    assert_int_equal(leaves_find(&found, headers, EXTRACT_BODY, "", 0, "ST-9f3k77a", NULL), 0);
    assert_int_equal(found.count, 1);
    assert_true(leaf_ways(&found.items[0], &arena, ways) > 0);
    assert_string_equal(ways[0].header, "Location");
    assert_string_equal(ways[0].before, "ticket=");
    arena_release(&arena);
    leaves_release(&found);
}

static void test_words_only(void **state)
{
    struct leaves found = {0};
    const char *text = "x9f3k77a 9f3k77ab";

    (void)state;
    assert_int_equal(leaves_find(&found, NULL, EXTRACT_BODY, text, strlen(text), "9f3k77a", NULL),
                     0);
    assert_int_equal(found.count, 0);
    leaves_release(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_headers_and_cookies),
        cmocka_unit_test(test_inside_a_header),
        cmocka_unit_test(test_words_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
