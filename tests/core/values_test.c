#include "tests/core/testing.h"

#include "core/error.h"
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
};

static void test_expand(void **state)
{
    struct values values = {0};

    (void)state;
    fill(&values);
    values_set(&values, "AGAIN", "${SHORT}");
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
        if (strcmp(back.data, templates[i].text) != 0)
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
        cmocka_unit_test(test_a_full_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
