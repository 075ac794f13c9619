/* Strings as jansson writes them, byte for byte; what is UTF-8 and what is not. */
#include "tests/core/testing.h"

#include "core/json_text.h"

static void check(const char *text, size_t len)
{
    json_t *value = json_stringn(text, len);
    char *want = value ? json_dumps(value, JSON_ENCODE_ANY) : strdup("\"\xEF\xBF\xBD\"");
    struct buf got;

    buf_init(&got, 1 << 20);
    assert_int_equal(json_text_string(&got, text, len), 0);
    assert_string_equal(got.data, want);
    assert_int_equal(is_utf8(text, len), value != NULL);
    buf_release(&got);
    free(want);
    json_decref(value);
}

static void test_every_pair_of_bytes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 0x10000; i++) {
        char text[2] = {(char)(i >> 8), (char)i};

        check(text, 2);
    }
}

/* Each of these behind 0 to 17 plain bytes, and before some. */
static const char *const texts[] = {
    "",
    "a",
    "\"",
    "\\",
    "/",
    "\x7f",
    "\xC3\xA9",
    "\xE2\x80\xA7",
    "\xE2\x80\xAA",
    "\xF0\x9D\x84\x9E",
    "\xF4\x8F\xBF\xBF",
    "\xF4\x90\x80\x80",
    "\xED\x9F\xBF",
    "\xED\xA0\x80",
    "\xE0\x80\x80",
    "\xF0\x80\x80\x80",
    "\xC0\x80",
    "\xF8\x88\x80\x80\x80",
    "\xE2\x80",
    "\x80",
    "\b\f\n\r\t\x01\x1f",
};

static void test_line_separators(void **state)
{
    static const char text[] = "a\xE2\x80\xA8"
                               "b\xE2\x80\xA9";
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    json_text_string(&out, text, sizeof(text) - 1);
    assert_string_equal(out.data, "\"a\\u2028b\\u2029\"");
    buf_release(&out);
}

static void test_at_every_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        for (size_t before = 0; before < 18; before++) {
            char text[64];
            int len =
                snprintf(text, sizeof(text), "%.*s%s", (int)before, "0123456789abcdefgh", texts[i]);

            check(text, (size_t)len);
            len = snprintf(text, sizeof(text), "%.*s%s and more", (int)before, "0123456789abcdefgh",
                           texts[i]);
            check(text, (size_t)len);
        }
    }
}

static void test_bound(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 6);
    assert_int_equal(json_text_string(&out, "abcd", 4), 0);
    assert_string_equal(out.data, "\"abcd\"");
    buf_clear(&out);
    assert_true(json_text_string(&out, "abcde", 5) < 0);
    buf_clear(&out);
    assert_true(json_text_string(&out, "ab\n", 3) == 0);
    buf_clear(&out);
    assert_true(json_text_string(&out, "ab\x01", 3) < 0);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_pair_of_bytes),
        cmocka_unit_test(test_line_separators),
        cmocka_unit_test(test_at_every_place),
        cmocka_unit_test(test_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
