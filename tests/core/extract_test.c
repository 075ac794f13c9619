#include "tests/core/testing.h"

#include "core/extract.h"

#define TEXT(literal) literal, sizeof(literal) - 1

/* Single quotes instead of double ones, for the reader's sake. */
static json_t *relaxed(const char *text)
{
    char *copy = strdup(text);
    json_t *json;

    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    json = json_loads(copy, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!json)
        fail_msg("no JSON: %s", copy);
    free(copy);
    return json;
}

static int read(struct extraction *e, const char *text, struct arena *arena, struct error *err)
{
    json_t *json = relaxed(text);
    int rc = extraction_read(e, json, arena, err);

    json_decref(json);
    return rc;
}

static const struct {
    const char *name;
    const char *rule; /* behind {'name':'X', */
    const char *text;
    size_t len;
    const char *want; /* NULL: it is not there */
    size_t want_len;
} texts[] = {
    {"all of it", "'from':'body'", TEXT("abc"), TEXT("abc")},
    {"all of nothing", "'from':'body'", TEXT(""), TEXT("")},
    {"a CSRF field", "'before':'name=\\'csrf\\' value=\\'','after':'\\''",
     TEXT("<input name=\"csrf\" value=\"a1\">"), TEXT("a1")},
    {"no such field", "'before':'name=\\'csrf\\' value=\\'','after':'\\''",
     TEXT("<input name=\"user\" value=\"a1\">"), NULL, 0},
    {"from the beginning", "'after':';'", TEXT("ab;cd"), TEXT("ab")},
    {"to the end", "'before':'b'", TEXT("abcd"), TEXT("cd")},
    {"an end that never comes", "'before':'b','after':';'", TEXT("abcd"), TEXT("cd")},
    {"nothing between", "'before':'b','after':'c'", TEXT("abcd"), TEXT("")},
    {"the first of three", "'before':'id=','after':'&'", TEXT("id=1&id=2&id=3"), TEXT("1")},
    {"the last of three", "'before':'id=','after':'&','nth':2", TEXT("id=1&id=2&id=3"), TEXT("3")},
    {"the fourth of three", "'before':'id=','after':'&','nth':3", TEXT("id=1&id=2&id=3"), NULL, 0},
    {"zero bytes around and inside", "'before':'id=','after':'&'", TEXT("\0id=a\0b&"),
     TEXT("a\0b")},
    {"UTF-8", "'before':'\xE2\x82\xAC','after':'\xE2\x82\xAC'",
     TEXT("\xE2\x82\xAC\xC3\xA9\xE2\x82\xAC"), TEXT("\xC3\xA9")},
    {"HTML", "'before':'=\\'','after':'\\'','decode':'html'", TEXT("v=\"a&#x2F;b&amp;c\""),
     TEXT("a/b&c")},
    {"a URL", "'before':'next=','after':'&','decode':'url'", TEXT("?next=%2Fa+b&x"), TEXT("/a+b")},
    {"a form", "'before':'next=','after':'&','decode':'form'", TEXT("?next=%2Fa+b&x"),
     TEXT("/a b")},
    {"base64", "'decode':'base64'", TEXT("Zm9vYmFy"), TEXT("foobar")},
    {"no base64", "'decode':'base64'", TEXT("Zm9v YmFy"), NULL, 0},
    {"a data URL's nonce", "'before':'base64,','after':'\\'','decode':'base64','json':'nonce'",
     TEXT("src=\"data:application/json;base64,eyJub25jZSI6Im40NyJ9\""), TEXT("n47")},
    {"JSON", "'json':'a.b'", TEXT("{\"a\":{\"b\":\"c\"}}"), TEXT("c")},
    {"JSON in a page", "'before':'window.cfg = ','after':';','json':'csrf'",
     TEXT("<script>window.cfg = {\"csrf\":\"a&b\"};</script>"), TEXT("a&b")},
    {"a list", "'json':'jobs[1].id'", TEXT("{\"jobs\":[{\"id\":1},{\"id\":22}]}"), TEXT("22")},
    {"a list at the top", "'json':'[1]'", TEXT("[1,\"x\"]"), TEXT("x")},
    {"the last of a list", "'json':'[-1][0]'", TEXT("[1,[\"x\"]]"), TEXT("x")},
    {"beyond a list", "'json':'[2]'", TEXT("[1,2]"), NULL, 0},
    {"before a list", "'json':'[-3]'", TEXT("[1,2]"), NULL, 0},
    {"a list is no object", "'json':'a'", TEXT("[1,2]"), NULL, 0},
    {"an object is no list", "'json':'[0]'", TEXT("{\"a\":1}"), NULL, 0},
    {"JSON in a string", "'json':'payload|session.id'",
     TEXT("{\"payload\":\"{\\\"session\\\":{\\\"id\\\":\\\"s9\\\"}}\"}"), TEXT("s9")},
    {"twice", "'json':'|a|[0]'", TEXT("\"{\\\"a\\\":\\\"[7]\\\"}\""), TEXT("7")},
    {"a string that is no JSON", "'json':'a|b'", TEXT("{\"a\":\"x{\"}"), NULL, 0},
    {"what is no string holds none", "'json':'a|b'", TEXT("{\"a\":{\"b\":1}}"), NULL, 0},
    {"a key with dots", "'json':'[\\'a.b[0]|c\\'].d'", TEXT("{\"a.b[0]|c\":{\"d\":\"x\"}}"),
     TEXT("x")},
    {"an empty key", "'json':'[\\'\\']'", TEXT("{\"\":\"x\"}"), TEXT("x")},
    {"all of the JSON", "'json':''", TEXT(" { \"a\" : [ 1 , true ] } "), TEXT("{\"a\":[1,true]}")},
    {"a number", "'json':'a'", TEXT("{\"a\":12345678901234567}"), TEXT("12345678901234567")},
    {"a fraction", "'json':'a'", TEXT("{\"a\":0.1}"), TEXT("0.1")},
    {"a long fraction", "'json':'a'", TEXT("{\"a\":0.12345678901234568}"),
     TEXT("0.12345678901234568")},
    {"true", "'json':'a'", TEXT("{\"a\":true}"), TEXT("true")},
    {"null is nothing", "'json':'a'", TEXT("{\"a\":null}"), NULL, 0},
    {"no JSON at all", "'json':'a'", TEXT("<html>"), NULL, 0},
    {"JSON of nothing", "'json':'a'", TEXT(""), NULL, 0},
    {"a zero byte in JSON", "'json':'a'", TEXT("{\"a\":\"b\\u0000c\"}"), TEXT("b\0c")},
    {"U+2028 in JSON", "'json':'a'", TEXT("{\"a\":\"\xE2\x80\xA8\"}"), TEXT("\xE2\x80\xA8")},
};

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char *text = malloc(texts[i].len + 1); /* its own allocation, for a byte read too far */
        struct error err = ERROR_NONE;
        struct arena arena = {0};
        struct extraction e;
        char rule[500];
        struct buf out;
        int rc;

        memcpy(text, texts[i].text, texts[i].len);
        text = realloc(text, texts[i].len ? texts[i].len : 1);
        snprintf(rule, sizeof(rule), "{'name':'X',%s}", texts[i].rule);
        if (read(&e, rule, &arena, &err) < 0)
            fail_msg("%s: %s", texts[i].name, err.text);
        buf_init(&out, 1000);
        buf_adds(&out, "");
        rc = extract_text(&e, text, texts[i].len, &out);
        if (rc != (texts[i].want ? 0 : -E_MISMATCH) || out.len != texts[i].want_len ||
            memcmp(out.data, texts[i].want ? texts[i].want : "", out.len) != 0)
            fail_msg("%s: %d '%s'", texts[i].name, rc, out.data);
        buf_release(&out);
        arena_release(&arena);
        free(text);
    }
}

static const char *const answer_headers[] = {"Content-Type: text/html",
                                             "Location: /start?next=%2Fa&id=17",
                                             "Set-Cookie: _xsrf=old; Path=/",
                                             "set-cookie: _xsrfx=another",
                                             "Set-Cookie:_xsrf=2|ab%3D; Path=/; HttpOnly",
                                             "X-Token: one",
                                             "X-Token: id=two",
                                             "X-Empty:",
                                             NULL};

static const struct {
    const char *name;
    const char *rule;
    const char *want; /* NULL: it is not there */
} answers[] = {
    {"the body", "'from':'body','before':'<','after':'>'", "b"},
    {"where nothing is said", "'before':'<','after':'>'", "b"},
    {"a header", "'from':'header','header':'Content-Type'", "text/html"},
    {"names have no case", "'from':'header','header':'content-TYPE'", "text/html"},
    {"a redirect", "'from':'header','header':'Location','before':'id='", "17"},
    {"its decoded part",
     "'from':'header','header':'Location','before':'next=','after':'&','decode':'url'", "/a"},
    {"the first header", "'from':'header','header':'X-Token'", "one"},
    {"the first that has it", "'from':'header','header':'X-Token','before':'id='", "two"},
    {"an empty header", "'from':'header','header':'X-Empty'", ""},
    {"no such header", "'from':'header','header':'X-Other'", NULL},
    {"a header's beginning", "'from':'header','header':'X-Tok'", NULL},
    {"the last cookie", "'from':'cookie','header':'_xsrf'", "2|ab%3D"},
    {"a part of it, decoded", "'from':'cookie','header':'_xsrf','before':'|','decode':'url'",
     "ab="},
    {"no such cookie", "'from':'cookie','header':'_xsr'", NULL},
    {"cookies have case", "'from':'cookie','header':'_XSRF'", NULL},
    {"an answer is no message", "'from':'message'", NULL},
};

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct error err = ERROR_NONE;
        struct arena arena = {0};
        struct extraction e;
        char rule[500];
        struct buf out;
        int rc;

        snprintf(rule, sizeof(rule), "{'name':'X',%s}", answers[i].rule);
        if (read(&e, rule, &arena, &err) < 0)
            fail_msg("%s: %s", answers[i].name, err.text);
        buf_init(&out, 1000);
        buf_adds(&out, "");
        rc = extract_answer(&e, answer_headers, "a<b>", 4, &out);
        if (rc != (answers[i].want ? 0 : -E_MISMATCH) ||
            strcmp(out.data, answers[i].want ? answers[i].want : "") != 0)
            fail_msg("%s: %d '%s'", answers[i].name, rc, out.data);
        buf_clear(&out);
        rc = extract_answer(&e, NULL, NULL, 0, &out);
        assert_true(rc == -E_MISMATCH);
        buf_release(&out);
        arena_release(&arena);
    }
}

static const struct {
    const char *rule;
    const char *error; /* NULL: it is read, and written the same */
} rules[] = {
    {"{'name':'A','from':'body'}", NULL},
    {"{'name':'A','from':'message','json':''}", NULL},
    {"{'name':'A','from':'header','header':'X','before':'a','after':'b','nth':3,'decode':'base64',"
     "'json':'a|b[-1].c','optional':true}",
     NULL},
    {"[]", "an extraction is not a JSON object"},
    {"{}", "\"name\" of an extraction is not 1 to 120 letters, digits and _ . : -"},
    {"{'name':'A B'}", "\"name\" of an extraction is not 1 to 120 letters, digits and _ . : -"},
    {"{'name':7}", "\"name\" of an extraction is not a text"},
    {"{'name':'A','before':'a\\u0000b'}", "\"before\" of an extraction is not a text"},
    {"{'name':'A','from':'page'}",
     "\"from\" of an extraction is not body, header, cookie or message"},
    {"{'name':'A','from':1}", "\"from\" of an extraction is not body, header, cookie or message"},
    {"{'name':'A','from':'header'}",
     "extraction of A: \"header\", the name of the header, is missing"},
    {"{'name':'A','from':'cookie','header':''}",
     "extraction of A: \"header\", the name of the cookie, is missing"},
    {"{'name':'A','decode':'rot13'}",
     "extraction of A: \"decode\" is not url, form, html, json or base64"},
    {"{'name':'A','decode':'hex'}",
     "extraction of A: \"decode\" is not url, form, html, json or base64"},
    {"{'name':'A','json':'a..b'}", "extraction of A: \"json\" is not a path like a.b[0].c"},
    {"{'name':'A','json':'.a'}", "extraction of A: \"json\" is not a path like a.b[0].c"},
    {"{'name':'A','json':'a['}", "extraction of A: \"json\" is not a path like a.b[0].c"},
    {"{'name':'A','json':'a[x]'}", "extraction of A: \"json\" is not a path like a.b[0].c"},
    {"{'name':'A','json':'a[0]b'}", "extraction of A: \"json\" is not a path like a.b[0].c"},
    {"{'name':'A','json':'[\\'a]'}", "extraction of A: \"json\" is not a path like a.b[0].c"},
    {"{'name':'A','nth':1}", "extraction of A: \"nth\" needs a \"before\" to count"},
    {"{'name':'A','before':'x','nth':-1}", "\"nth\" of an extraction is not a number from 0"},
    {"{'name':'A','before':'x','nth':'1'}", "\"nth\" of an extraction is not a number from 0"},
    {"{'name':'A','optional':1}", "\"optional\" is neither true nor false"},
};

static void test_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rules); i++) {
        struct error err = ERROR_NONE;
        struct arena arena = {0};
        struct extraction e;
        int rc = read(&e, rules[i].rule, &arena, &err);

        if (rules[i].error) {
            if (rc != -E_FORMAT || strcmp(err.text, rules[i].error) != 0)
                fail_msg("%s: %d %s", rules[i].rule, rc, err.text);
        } else {
            json_t *want = relaxed(rules[i].rule);
            json_t *got = extraction_write(&e);

            if (rc < 0 || !json_equal(want, got))
                fail_msg("%s: %s", rules[i].rule, err.text);
            json_decref(want);
            json_decref(got);
        }
        arena_release(&arena);
    }
}

static const struct {
    const char *path;
    const char *want; /* NULL: nothing */
} paths[] = {
    {"", "{\"a\": [1, {\"b\": null}], \"s\": \"[{\\\"c\\\":5}]\"}"},
    {"a[0]", "1"},
    {"a[1].b", "null"},
    {"a[1].b.c", NULL},
    {"s|[0].c", "5"},
    {"s|", "[{\"c\": 5}]"},
    {"s|[1]", NULL},
    {"a|", NULL},
    {"a.", NULL},
    {"[", NULL},
    {"[9999999999999999999999]", NULL},
    {"[-9999999999999999999999]", NULL},
};

static void test_paths(void **state)
{
    json_t *json = json_loads(paths[0].want, 0, NULL);

    (void)state;
    for (size_t i = 0; i < COUNT(paths); i++) {
        json_t *parsed;
        json_t *at = json_at(json, paths[i].path, &parsed);
        char *text = at ? json_dumps(at, JSON_ENCODE_ANY) : NULL;

        if ((!text) != (!paths[i].want) || (text && strcmp(text, paths[i].want) != 0))
            fail_msg("%s: %s", paths[i].path, text);
        free(text);
        json_decref(parsed);
    }
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_paths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
