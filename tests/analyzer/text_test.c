#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/text.h"

static const struct {
    const char *name;
    char *(*clean)(const char *);
    const char *text;
    const char *want;
} cleanings[] = {
    {"UTF-8 stays", text_valid, "\u00fcber \U0001F40B", "\u00fcber \U0001F40B"},
    {"a stray byte is replaced", text_valid,
     "a\xff"
     "b",
     "a\uFFFDb"},
    {"a cut character is replaced", text_valid, "a\xc3", "a\uFFFD"},
    {"empty", text_valid, "", ""},
    {"control characters", text_plain, "a\tb\x1b[31m\x7f", "a b [31m "},
    {"a C1 control", text_plain,
     "a\xc2\x85"
     "b",
     "a b"},
    {"what XML forbids", text_plain,
     "a\xef\xbf\xbf"
     "b",
     "a b"},
    {"what turns text around", text_plain, "a\u202eb\u2066c", "a b c"},
    {"what ends a line", text_plain, "a\u2028b", "a b"},
    {"written from right to left", text_plain, "\u05d0\u05d1", "\u05d0\u05d1"},
    {"no control", text_plain, "\u00e0\uFFFD<>", "\u00e0\uFFFD<>"},
};

static void test_cleaning(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cleanings) / sizeof(cleanings[0]); i++) {
        char *got = cleanings[i].clean(cleanings[i].text);

        if (strcmp(got, cleanings[i].want) != 0)
            fail_msg("%s: '%s'", cleanings[i].name, got);
        free(got);
    }
}

static void test_fitting(void **state)
{
    struct font font = {14, false, 0, ANCHOR_START, false};
    const char *text = "a label \U0001F40B that is longer than its place";
    char *whole = text_fit(&font, text, 2000);
    char *cut = text_fit(&font, text, 120);
    char *nothing = text_fit(&font, text, 1);

    (void)state;
    assert_string_equal(whole, text);
    assert_true(text_width(&font, cut) <= 120);
    assert_true(strlen(cut) > 5);
    assert_non_null(strstr(cut, "\u2026"));
    assert_string_equal(nothing, "\u2026");
    free(whole);
    free(cut);
    free(nothing);
}

static void test_shortened(void **state)
{
    char *cut = text_short("abc\U0001F40B\n", 5);
    char *whole = text_short("abc\n", 5);

    (void)state;
    assert_string_equal(cut, "abc\u2026");
    assert_string_equal(whole, "abc ");
    free(cut);
    free(whole);
}

static void test_endless_label(void **state)
{
    struct font font = {14, false, 0, ANCHOR_START, false};
    char *text = malloc(1000001);
    char *cut;

    (void)state;
    memset(text, 'x', 1000000);
    text[1000000] = 0;
    cut = text_fit(&font, text, 200);
    assert_true(strlen(cut) < 100);
    free(cut);
    free(text);
}

/* Each byte becomes three. */
static void test_label_of_stray_bytes(void **state)
{
    struct font font = {14, false, 0, ANCHOR_START, false};
    char text[101] = "";
    char *cut;

    (void)state;
    memset(text, '\xff', 100);
    cut = text_fit(&font, text, 600);
    assert_true(strlen(cut) > 100);
    assert_true(text_width(&font, cut) <= 600);
    free(cut);
}

static int shut_down(void **state)
{
    (void)state;
    text_shutdown();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cleaning),
        cmocka_unit_test(test_fitting),
        cmocka_unit_test(test_shortened),
        cmocka_unit_test(test_endless_label),
        cmocka_unit_test(test_label_of_stray_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, shut_down);
}
