#include "tests/core/testing.h"

#include "core/error.h"
#include "core/maker.h"
#include "core/values.h"

#define TEXT(literal) literal, sizeof(literal) - 1

static void fill(struct values *values)
{
    assert_int_equal(values_set(values, "SESSION", "34fc9b2e77aa10d4"), 0);
    assert_int_equal(values_set(values, "UPLOAD_JOB_ID", "f33bf956dc7f"), 0);
    assert_int_equal(
        values_set(values, "UPLOAD_URL", "session/34fc9b2e77aa10d4/upload/f33bf956dc7f?w="), 0);
    assert_int_equal(values_set(values, "WORKER", ""), 0);
    assert_int_equal(values_set(values, "SHORT", "ab12"), 0);
    assert_int_equal(values_set(values, "CSRF", "a/b+c=="), 0);
    assert_int_equal(values_set(values, "SAID", "two words!"), 0);
    assert_int_equal(values_set(values, "QUOTED", "say \"yes\""), 0);
    assert_int_equal(values_set_word(values, "ROW", "7"), 0);
    assert_int_equal(values_set_word(values, "MODEL", "p1001"), 0);
    assert_int_equal(values_set_word(values, "MODEL_9", "p1001-9"), 0);
    assert_int_equal(values_set_word(values, "EMPTY", ""), 0);
    assert_int_equal(values_set(values, "LAST", "\xff\xfe\xff\xfe\xff\xfe"), 0);
}

static const struct {
    const char *name;
    const char *text;
    size_t len;
    const char *want;
    size_t want_len;
} expansions[] = {
    {"nothing", TEXT(""), TEXT("")},
    {"plain text", TEXT("/a/b?c=d"), TEXT("/a/b?c=d")},
    {"in the middle", TEXT("/session/${SESSION}/x"), TEXT("/session/34fc9b2e77aa10d4/x")},
    {"all of it", TEXT("${SESSION}"), TEXT("34fc9b2e77aa10d4")},
    {"twice", TEXT("${SHORT}${SHORT}"), TEXT("ab12ab12")},
    {"an empty value", TEXT("?w=${WORKER}&x"), TEXT("?w=&x")},
    {"unknown: a user typed it", TEXT("${X} costs $5"), TEXT("${X} costs $5")},
    {"a name's beginning", TEXT("${SESS}"), TEXT("${SESS}")},
    {"more than a name", TEXT("${SESSIONS}"), TEXT("${SESSIONS}")},
    {"empty name", TEXT("${}"), TEXT("${}")},
    {"never closed", TEXT("${SESSION"), TEXT("${SESSION")},
    {"a dollar at the end", TEXT("abc$"), TEXT("abc$")},
    {"dollars before it", TEXT("$$${SHORT}"), TEXT("$$ab12")},
    {"an open one before it", TEXT("${${SHORT}"), TEXT("${ab12")},
    {"lower case is another name", TEXT("${session}"), TEXT("${session}")},
    {"a NUL in the text", TEXT("a\0${SHORT}\0b"), TEXT("a\0ab12\0b")},
    {"a NUL in the name", TEXT("${SESSION\0 and much more}"), TEXT("${SESSION\0 and much more}")},
    {"a value is not expanded again", TEXT("${AGAIN}"), TEXT("${SHORT}")},
    {"for a URL", TEXT("?a=${ODD|url}"), TEXT("?a=a%20%22b%22%3C%2F%26%2B'%C3%A9~*%0A")},
    {"for a form", TEXT("a=${ODD|form}"), TEXT("a=a+%22b%22%3C%2F%26%2B%27%C3%A9%7E*%0A")},
    {"for a page", TEXT("${ODD|html}"), TEXT("a &quot;b&quot;&lt;/&amp;+&#39;\xC3\xA9~*\n")},
    {"for JSON", TEXT("\"${ODD|json}\""), TEXT("\"a \\\"b\\\"</&+'\xC3\xA9~*\\n\"")},
    {"for a header", TEXT("${SHORT|base64}"), TEXT("YWIxMg==")},
    {"for a part of a token", TEXT("${SHORT|base64url}"), TEXT("YWIxMg")},
    {"in digits", TEXT("${SHORT|hex} ${SHORT|HEX}"), TEXT("61623132 61623132")},
    {"no such coding", TEXT("${SHORT|urls}"), TEXT("${SHORT|urls}")},
    {"no coding", TEXT("${SHORT|}"), TEXT("${SHORT|}")},
    {"a coding never closed", TEXT("${SHORT|url"), TEXT("${SHORT|url")},
    {"two codings", TEXT("${SHORT|json|url}"), TEXT("${SHORT|json|url}")},
    {"no value, but a coding", TEXT("${X|url}"), TEXT("${X|url}")},
    {"a secret", TEXT("${env:APP_PASSWORD}"), TEXT("s3")},
    {"a dollar sign", TEXT("${$}{SHORT}"), TEXT("${SHORT}")},
    {"a dollar sign and a value", TEXT("${$}${SHORT}"), TEXT("$ab12")},
    {"two dollar signs", TEXT("${$$}"), TEXT("${$$}")},
    {"blanks are no name", TEXT("${ SHORT }"), TEXT("${ SHORT }")},
};

static void test_expand(void **state)
{
    struct values values = {0};

    (void)state;
    fill(&values);
    values_set(&values, "AGAIN", "${SHORT}");
    values_set(&values, "ODD", "a \"b\"</&+'\xC3\xA9~*\n");
    values_set(&values, "env:APP_PASSWORD", "s3");
    for (size_t i = 0; i < COUNT(expansions); i++) {
        /* its own allocation, so that a sanitizer sees a byte read too far */
        char *text = malloc(expansions[i].len + 1);
        struct buf out;

        memcpy(text, expansions[i].text, expansions[i].len);
        buf_init(&out, 1000);
        buf_adds(&out, "");
        text = realloc(text, expansions[i].len ? expansions[i].len : 1);
        assert_int_equal(values_expand(&values, text, expansions[i].len, &out), 0);
        if (out.len != expansions[i].want_len || memcmp(out.data, expansions[i].want, out.len) != 0)
            fail_msg("%s: '%s'", expansions[i].name, out.data);
        buf_release(&out);
        free(text);
    }
    values_release(&values);
}

static const struct {
    const char *name;
    const char *text;
    const char *want;
} templates[] = {
    {"nothing", "", ""},
    {"plain text", "/a/b?c=d", "/a/b?c=d"},
    {"in the middle", "/session/34fc9b2e77aa10d4/x", "/session/${SESSION}/x"},
    {"longest first", "POST /session/34fc9b2e77aa10d4/upload/f33bf956dc7f?w=!",
     "POST /${UPLOAD_URL}!"},
    {"its inner values stand alone too", "34fc9b2e77aa10d4 f33bf956dc7f",
     "${SESSION} ${UPLOAD_JOB_ID}"},
    {"twice, end to end", "34fc9b2e77aa10d434fc9b2e77aa10d4", "${SESSION}${SESSION}"},
    {"a short value is left alone", "ab12 ab12", "ab12 ab12"},
    {"torn at the end", "34fc9b2e77aa10d", "34fc9b2e77aa10d"},
    {"begins as a value does", "34fc34fc9b2e77aa10d4", "34fc${SESSION}"},
    {"a placeholder is not looked into", "${7} ${34fc9b2e77aa10d4} ${$}{",
     "${7} ${34fc9b2e77aa10d4} ${$}{"},
    {"a word", "x 7 y", "x ${ROW} y"},
    {"a word is all of the text", "7", "${ROW}"},
    {"words between signs", "[7,\"p1001\",17,7]", "[${ROW},\"${MODEL}\",17,${ROW}]"},
    {"letters or digits touch it",
     "77 a7 7b \xC3\xA9"
     "7 7\xC3\xA9",
     "77 a7 7b \xC3\xA9"
     "7 7\xC3\xA9"},
    {"percent-encoded signs do not touch it", "a%3A7%2C", "a%3A${ROW}%2C"},
    {"a percent sign alone", "%7", "%${ROW}"},
    {"one word begins another", "p1001 p1001-9 p10", "${MODEL} ${MODEL_9} p10"},
    {"coded for a URL", "t=a%2Fb%2Bc%3D%3D&x", "t=${CSRF|url}&x"},
    {"as it is", "t=a/b+c==&x", "t=${CSRF}&x"},
    {"coded for a form", "a=two+words%21&b", "a=${SAID|form}&b"},
    {"coded for a URL, with a blank", "a=two%20words!&b", "a=${SAID|url}&b"},
    {"a value of the last bytes there are", "x\xff\xfe\xff\xfe\xff\xfe", "x${LAST}"},
    {"coded for JSON", "\"say \\\"yes\\\"\"", "\"${QUOTED|json}\""},
};

static void test_templatize(void **state)
{
    struct values values = {0};

    (void)state;
    fill(&values);
    for (size_t i = 0; i < COUNT(templates); i++) {
        struct buf out;

        buf_init(&out, 1000);
        assert_int_equal(
            values_templatize(&values, templates[i].text, strlen(templates[i].text), &out), 0);
        if (strcmp(out.data, templates[i].want) != 0)
            fail_msg("%s: '%s'", templates[i].name, out.data);
        buf_release(&out);
    }
    values_release(&values);
}

/* What the recorder cuts out, the player puts back. */
static void test_there_and_back(void **state)
{
    struct values values = {0};

    (void)state;
    fill(&values);
    for (size_t i = 0; i < COUNT(templates); i++) {
        struct buf there;
        struct buf back;

        buf_init(&there, 1000);
        buf_init(&back, 1000);
        buf_adds(&back, "");
        values_templatize(&values, templates[i].text, strlen(templates[i].text), &there);
        assert_int_equal(values_expand(&values, there.data, there.len, &back), 0);
        if (strcmp(back.data, templates[i].text) != 0 && !strstr(templates[i].text, "${$}"))
            fail_msg("%s: '%s'", templates[i].name, back.data);
        buf_release(&there);
        buf_release(&back);
    }
    values_release(&values);
}

static void test_set_and_get(void **state)
{
    struct values values = {0};

    (void)state;
    assert_null(values_get(&values, "SESSION"));
    assert_int_equal(values_set(&values, "SESSION", "one"), 0);
    assert_int_equal(values_set(&values, "SESSION", "two"), 0);
    assert_int_equal(values.count, 1);
    assert_string_equal(values_get(&values, "SESSION"), "two");
    assert_null(values_get(&values, "SESS"));
    assert_null(values_get(&values, "SESSIONS"));
    values_release(&values);
    assert_null(values_get(&values, "SESSION"));
    values_release(&values);
}

/* A message of nothing but open placeholders must not take time that grows with its square. */
static void test_open_placeholders_are_cheap(void **state)
{
    struct values values = {0};
    const size_t pairs = 2u << 20;
    char *text = malloc(2 * pairs);
    struct buf out;

    (void)state;
    fill(&values);
    for (size_t i = 0; i < pairs; i++)
        memcpy(text + 2 * i, "${", 2);
    buf_init(&out, 64u << 20);
    assert_int_equal(values_expand(&values, text, 2 * pairs, &out), 0);
    assert_int_equal(out.len, 2 * pairs);
    buf_release(&out);
    free(text);
    values_release(&values);
}

/* A value that is learnt later is found from then on, and an older one no more. */
static void test_templatize_as_values_come(void **state)
{
    static const char text[] = "first-value second-value";
    struct values values = {0};
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    values_templatize(&values, TEXT(text), &out);
    assert_string_equal(out.data, text);
    buf_clear(&out);
    values_set(&values, "A", "first-value");
    values_templatize(&values, TEXT(text), &out);
    assert_string_equal(out.data, "${A} second-value");
    buf_clear(&out);
    values_set(&values, "A", "second-value");
    values_set(&values, "B", "second-value");
    values_templatize(&values, TEXT(text), &out);
    assert_string_equal(out.data, "first-value ${A}");
    buf_release(&out);
    values_release(&values);
}

static const struct {
    const char *name;
    const char *text;
    const char *want;
} typed[] = {
    {"nothing", "", ""},
    {"a known name", "say ${SESSION}!", "say ${$}{SESSION}!"},
    {"with a coding", "${SESSION|url}", "${$}{SESSION|url}"},
    {"made by the session", "${SEQ}", "${$}{SEQ}"},
    {"a secret", "${env:ANY}", "${$}{env:ANY}"},
    {"an escaped one", "${$}{SESSION}", "${$}{$}{SESSION}"},
    {"an unknown name", "${NOBODY} costs $5", "${NOBODY} costs $5"},
    {"an open one before it", "${${SESSION}", "${${$}{SESSION}"},
    {"twice", "${SESSION}${SESSION}", "${$}{SESSION}${$}{SESSION}"},
};

/* What a user types looks like a placeholder, and is sent as typed. */
static void test_escape(void **state)
{
    struct values values = {0};
    struct makers makers = {0};
    struct error err = ERROR_NONE;

    (void)state;
    assert_int_equal(makers_add(&makers, TEXT("{\"name\":\"SEQ\",\"kind\":\"counter\"}"), &err), 0);
    values.makers = &makers;
    fill(&values);
    values_set(&values, "env:ANY", "secret");
    for (size_t i = 0; i < COUNT(typed); i++) {
        struct buf there;
        struct buf back;

        buf_init(&there, 1000);
        buf_init(&back, 1000);
        values_escape(&values, typed[i].text, strlen(typed[i].text), &there);
        if (strcmp(there.data, typed[i].want) != 0)
            fail_msg("%s: '%s'", typed[i].name, there.data);
        values_expand(&values, there.data, there.len, &back);
        if (strcmp(back.data, typed[i].text) != 0)
            fail_msg("%s: comes back as '%s'", typed[i].name, back.data);
        buf_release(&there);
        buf_release(&back);
    }
    values_release(&values);
    makers_release(&makers);
}

/* In JSON the dollar sign is escaped as JSON does it, so that other players need not know ${$}. */
static void test_typed_into_json(void **state)
{
    struct values values = {0};
    struct buf there;

    (void)state;
    values_set(&values, "SESSION", "34fc");
    buf_init(&there, 1000);
    values_escape(&values, TEXT("{\"typed\":\"a ${SESSION} and $5\"}"), &there);
    assert_string_equal(there.data, "{\"typed\":\"a \\u0024{SESSION} and $5\"}");
    buf_clear(&there);
    values_escape(&values, TEXT("[\"1#0|m|{\\\"x\\\":\\\"${SESSION}\\\"}\"]"), &there);
    assert_string_equal(there.data, "[\"1#0|m|{\\\"x\\\":\\\"\\u0024{SESSION}\\\"}\"]");
    buf_release(&there);
    values_release(&values);
}

static void test_placeholder_next(void **state)
{
    static const char text[] = "${A}$ ${$}{B} ${B|url} ${ ${C-1.x:y} ${D";
    static const char *const want[] = {"A", "B", "C-1.x:y"};
    size_t at = 0;
    size_t len;

    (void)state;
    for (size_t i = 0; i < COUNT(want); i++) {
        const char *name = placeholder_next(text, sizeof(text) - 1, &at, &len);

        assert_non_null(name);
        assert_int_equal(len, strlen(want[i]));
        assert_memory_equal(name, want[i], len);
    }
    assert_null(placeholder_next(text, sizeof(text) - 1, &at, &len));
}

static void test_names(void **state)
{
    char longest[VALUE_NAME_MAX + 2];

    (void)state;
    memset(longest, 'x', sizeof(longest));
    assert_true(value_name_ok("A", 1) && value_name_ok("env:APP-1.x_y", 13));
    assert_true(value_name_ok(longest, VALUE_NAME_MAX));
    assert_false(value_name_ok(longest, VALUE_NAME_MAX + 1));
    assert_false(value_name_ok("", 0) || value_name_ok("a b", 3) || value_name_ok("$", 1) ||
                 value_name_ok("a|url", 5) || value_name_ok("a\0", 2) ||
                 value_name_ok("\xC3\xA9", 2));
}

/* A page of a framework has a thousand ids, and every message of it is looked at. */
static void test_a_thousand_words_are_cheap(void **state)
{
    const size_t count = 1000;
    const size_t bytes = 4u << 20;
    struct values values = {0};
    char *text = malloc(bytes);
    struct buf out;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        char name[20];
        char value[20];

        snprintf(name, sizeof(name), "MODEL_%zu", i);
        snprintf(value, sizeof(value), "p%zu", 1000 + i);
        values_set_word(&values, name, value);
    }
    memset(text, 'p', bytes);
    memcpy(text + bytes - 6, ",p1999", 6);
    buf_init(&out, 2 * bytes);
    assert_int_equal(values_templatize(&values, text, bytes, &out), 0);
    assert_string_equal(out.data + bytes - 5, "${MODEL_999}");
    buf_release(&out);
    free(text);
    values_release(&values);
}

static void test_a_full_buffer(void **state)
{
    struct values values = {0};
    struct buf out;

    (void)state;
    fill(&values);
    buf_init(&out, 10);
    assert_int_equal(values_expand(&values, TEXT("${SESSION}"), &out), -E_NOMEM);
    assert_int_equal(values_templatize(&values, TEXT("a plain text"), &out), -E_NOMEM);
    buf_release(&out);
    values_release(&values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expand),
        cmocka_unit_test(test_templatize),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_set_and_get),
        cmocka_unit_test(test_open_placeholders_are_cheap),
        cmocka_unit_test(test_templatize_as_values_come),
        cmocka_unit_test(test_escape),
        cmocka_unit_test(test_typed_into_json),
        cmocka_unit_test(test_placeholder_next),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_a_thousand_words_are_cheap),
        cmocka_unit_test(test_a_full_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
