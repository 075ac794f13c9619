#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/label_fit.h"

static const struct font font = {14, false, 0, ANCHOR_START, false};

static struct label_lines fitted(const char *label, double width, size_t most)
{
    struct label_lines lines;

    label_fit(&lines, &font, label, width, most);
    for (size_t i = 0; i < lines.count; i++) {
        assert_non_null(lines.text[i]);
        assert_true(text_width(&font, lines.text[i]) <= width + 0.01);
    }
    return lines;
}

static void test_what_fits_stays(void **state)
{
    struct label_lines lines = fitted("Set: who (2)", 500, 2);

    (void)state;
    assert_int_equal(lines.count, 1);
    assert_string_equal(lines.text[0], "Set: who (2)");
    label_lines_release(&lines);
}

static void test_two_lines(void **state)
{
    double width = text_width(&font, "Updated: one, two,");
    struct label_lines lines = fitted("Updated: one, two, three", width, 2);

    (void)state;
    assert_int_equal(lines.count, 2);
    assert_string_equal(lines.text[0], "Updated: one, two,");
    assert_string_equal(lines.text[1], "three");
    label_lines_release(&lines);
}

static void test_number_stays(void **state)
{
    struct label_lines lines = fitted("Updated: one, two, three, four (12)", 150, 1);
    const char *end;

    (void)state;
    assert_int_equal(lines.count, 1);
    end = strstr(lines.text[0], "\u2026 (12)");
    assert_true(end && strlen(end) == strlen("\u2026 (12)"));
    label_lines_release(&lines);
}

static void test_no_number(void **state)
{
    static const char *const labels[] = {"",
                                         "a",
                                         ")",
                                         "(1)",
                                         "wide wide wide wide ()",
                                         "f(3) wide wide wide wide",
                                         "\x01\xff wide\nwide wide"};

    (void)state;
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        struct label_lines lines = fitted(labels[i], 80, 2);

        for (size_t k = 0; k < lines.count; k++)
            assert_null(strpbrk(lines.text[k], "\x01\n"));
        label_lines_release(&lines);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_fits_stays),
        cmocka_unit_test(test_two_lines),
        cmocka_unit_test(test_number_stays),
        cmocka_unit_test(test_no_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
