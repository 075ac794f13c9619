/* The chart of users by structure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drawn_gantt.h"
#include "fixture.h"
#include "tests/core/dialects.h"

#define MARK_US 1000000

static int set_up(void **state)
{
    struct drawn *d = drawn_new();

    fixture_users(d->dir, "users");
    fixture_run(d->dir, "alone", 3);
    drawn_load(d, 0, "users", "users", MARK_US);
    drawn_load(d, 1, "alone", "alone", MARK_US);
    drawn_make(d, "users", MARK_US);
    *state = d;
    return 0;
}

/* The user who came first has the lowest row, whatever their number. */
static void test_users_have_a_row_each(void **state)
{
    struct drawn *d = *state;
    const struct layout *l = layout_of(d);
    const char *end;
    const char *calc;
    char *svg;

    assert_int_equal(l->entries, 3); /* the other build's users have a session each */
    svg = drawn_svg(d);
    for (size_t i = 0; i < 6; i++) {
        int64_t start_us = (int64_t)(i % 2 + i / 2 * 3) * 1000000;

        calc = strstr(group_of(d, svg, 0, i, &end), "<path class=\"wait calc\"");
        near(path_number(calc, 0), at_us(d, 0, start_us + 1300000));
        near(path_number(calc, 1), layout_row_y(l, i % 2) + l->row_gap / 2);
    }
    assert_non_null(strstr(svg, ">2, 6 sessions<"));
    assert_non_null(strstr(svg, ">3, a session each<"));
    free(svg);
}

/* Both are there from 1000 ms, when the second begins, to 8400 ms, when the first has ended. */
static void test_users_steady_state(void **state)
{
    struct drawn *d = *state;
    const char *line;
    char *svg;

    svg = drawn_svg(d);
    assert_int_equal(count_in(svg, NULL, "<g class=\"session uncounted\""), 2);
    assert_int_equal(count_in(svg, NULL, "<g class=\"session\""), 4 + 3);
    assert_non_null(strstr(svg, ">4 of 6 sessions<"));
    assert_int_equal(count_in(svg, NULL, "<line class=\"steady\""), 2);
    line = strstr(svg, "<line class=\"steady\"");
    near(number_of(line, "x1"), at_us(d, 0, 1000000));
    near(number_of(strstr(line + 1, "<line class=\"steady\""), "x1"), at_us(d, 0, 8400000));
    assert_int_equal(count_in(svg, NULL, ">steady<"), 1);
    free(svg);
}

static void test_png_uncounted(void **state)
{
    struct drawn *d = *state;
    cairo_surface_t *image;
    double y;

    image = drawn_png(d);
    y = layout_row_y(layout_of(d), 0) + layout_of(d)->row_height / 2;
    assert_int_not_equal(pixel(image, at_us(d, 0, 1600000), y), wait_colour(WAIT_CALC));
    assert_int_equal(pixel(image, at_us(d, 0, 4600000), y), wait_colour(WAIT_CALC));
    cairo_surface_destroy(image);
}

int main(void)
{
#define DRAWN(test) cmocka_unit_test_setup_teardown(test, set_up, drawn_tear_down)
    const struct CMUnitTest tests[] = {
        DRAWN(test_users_have_a_row_each),
        DRAWN(test_users_steady_state),
        DRAWN(test_png_uncounted),
    };

    shipped("plain");
    return cmocka_run_group_tests(tests, NULL, drawn_shut_down);
}
