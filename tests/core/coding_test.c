#include "tests/core/testing.h"

#include "core/coding.h"
#include "core/error.h"

#define TEXT(literal) literal, sizeof(literal) - 1
#define EVERY_BYTE 256

static const struct {
    const char *name;
    enum coding coding;
    const char *text;
    size_t len;
    const char *want;
    size_t want_len;
} decodings[] = {
    {"a URL", CODING_URL, TEXT("a%20b+c%2f"), TEXT("a b+c/")},
    {"a form", CODING_FORM, TEXT("a%20b+c"), TEXT("a b c")},
    {"half a percent sign", CODING_URL, TEXT("100%"), TEXT("100%")},
    {"a percent sign of nothing", CODING_URL, TEXT("%zz%2"), TEXT("%zz%2")},
    {"a zero byte", CODING_URL, TEXT("a%00b"), TEXT("a\0b")},
    {"entities", CODING_HTML, TEXT("&lt;&amp;&gt;&quot;&apos;"), TEXT("<&>\"'")},
    {"numbered entities", CODING_HTML, TEXT("&#39;&#x2F;&#X2f;&#128051;"),
     TEXT("'//\xF0\x9F\x90\xB3")},
    {"no entity", CODING_HTML, TEXT("&nobody; & &# &#; &#x; &amp"),
     TEXT("&nobody; & &# &#; &#x; &amp")},
    {"a number too large", CODING_HTML, TEXT("&#99999999;&#xd800;"),
     TEXT("\xEF\xBF\xBD\xEF\xBF\xBD")},
    {"decoded once", CODING_HTML, TEXT("&amp;lt;"), TEXT("&lt;")},
    {"JSON", CODING_JSON, TEXT("\\\"\\\\\\/\\b\\f\\n\\r\\t"), TEXT("\"\\/\b\f\n\r\t")},
    {"JSON by number", CODING_JSON, TEXT("\\u00e9\\u2028\\u0000"), TEXT("\xC3\xA9\xE2\x80\xA8\0")},
    {"a pair of surrogates", CODING_JSON, TEXT("\\ud83d\\udc33"), TEXT("\xF0\x9F\x90\xB3")},
    {"half a pair", CODING_JSON, TEXT("\\ud83d\\n"), TEXT("\xEF\xBF\xBD\n")},
    {"half a pair before another letter", CODING_JSON, TEXT("\\ud83d\\u0041"),
     TEXT("\xEF\xBF\xBD"
          "A")},
    {"a torn escape", CODING_JSON, TEXT("\\u12"), TEXT("\\u12")},
    {"a backslash and no more", CODING_JSON, TEXT("\\"), TEXT("\\")},
    {"JSON in a string", CODING_JSON2, TEXT("a\\\\\\\"\\\\u00e9\\\\\\\\\\\\n\\n"),
     TEXT("a\"\xC3\xA9\\\n\n")},
    {"a pair of surrogates in a string", CODING_JSON2, TEXT("\\\\ud83d\\\\udc33"),
     TEXT("\xF0\x9F\x90\xB3")},
    {"base64", CODING_BASE64, TEXT("YWI/"), TEXT("ab?")},
    {"the other alphabet", CODING_BASE64, TEXT("YWI_-A"), TEXT("ab?\xF8")},
    {"without padding", CODING_BASE64URL, TEXT("YQ"), TEXT("a")},
    {"with padding", CODING_BASE64URL, TEXT("YQ=="), TEXT("a")},
    {"no coding", CODING_NONE, TEXT("a%20\0&"), TEXT("a%20\0&")},
};

static void test_decode(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(decodings); i++) {
        char *text = malloc(decodings[i].len); /* its own allocation, for a byte read too far */
        struct buf out;

        memcpy(text, decodings[i].text, decodings[i].len);
        buf_init(&out, 1000);
        assert_int_equal(coding_decode(decodings[i].coding, text, decodings[i].len, &out), 0);
        if (out.len != decodings[i].want_len || memcmp(out.data, decodings[i].want, out.len) != 0)
            fail_msg("%s: '%s'", decodings[i].name, out.data);
        buf_release(&out);
        free(text);
    }
}

static void test_what_does_not_decode(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    assert_int_equal(coding_decode(CODING_BASE64, TEXT("a b"), &out), -E_FORMAT);
    assert_int_equal(coding_decode(CODING_BASE64, TEXT("abcde"), &out), -E_FORMAT);
    assert_int_equal(coding_decode(CODING_HEX, TEXT("61"), &out), -E_FORMAT);
    buf_release(&out);
}

/* All bytes there are go there and back. */
static void test_there_and_back(void **state)
{
    char every[EVERY_BYTE];

    (void)state;
    for (int i = 0; i < EVERY_BYTE; i++)
        every[i] = (char)i;
    for (int c = 0; c < CODINGS; c++) {
        struct buf there;
        struct buf back;

        if (!coding_decodes((enum coding)c))
            continue;
        buf_init(&there, 10000);
        buf_init(&back, 10000);
        assert_int_equal(coding_encode((enum coding)c, every, sizeof(every), &there), 0);
        assert_int_equal(coding_decode((enum coding)c, there.data, there.len, &back), 0);
        if (back.len != sizeof(every) || memcmp(back.data, every, sizeof(every)) != 0)
            fail_msg("%s does not come back", coding_word((enum coding)c));
        buf_release(&there);
        buf_release(&back);
    }
}

static void test_words(void **state)
{
    (void)state;
    for (int c = CODING_NONE + 1; c < CODINGS; c++) {
        const char *word = coding_word((enum coding)c);

        assert_int_equal(coding_find(word, strlen(word)), c);
    }
    assert_int_equal(coding_find(TEXT("none")), -1);
    assert_int_equal(coding_find(TEXT("ur")), -1);
    assert_int_equal(coding_find(TEXT("")), -1);
}

static void test_a_full_buffer(void **state)
{
    (void)state;
    for (int c = 0; c < CODINGS; c++) {
        struct buf out;

        buf_init(&out, 3);
        assert_int_equal(coding_encode((enum coding)c, TEXT("a\"/ b&"), &out), -E_NOMEM);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode),         cmocka_unit_test(test_what_does_not_decode),
        cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_words),
        cmocka_unit_test(test_a_full_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
