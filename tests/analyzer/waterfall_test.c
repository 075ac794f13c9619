/* The chart of how far sessions had come, by structure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/palette.h"
#include "analyzer/waterfall.h"
#include "drawn.h"
#include "fixture.h"
#include "tests/core/dialects.h"

#define MARK_US 1000000

static int set_up(void **state)
{
    struct drawn *d = drawn_new();
    struct buf csv;

    fixture_run(d->dir, "good", 3);
    buf_init(&csv, 1 << 20);
    fixture_rows(&csv, &(struct fixture_session){0});
    fixture_rows(&csv, &(struct fixture_session){
                           .id = 1, .start_ms = 1000, .stop_before = 16, .fail = "gone"});
    fixture_write(d->dir, "lost/recording.log", fixture_script);
    fixture_write(d->dir, "lost/sessions/0.csv", csv.data);
    buf_release(&csv);
    drawn_load(d, 0, "good", "good", MARK_US);
    drawn_load(d, 1, "lost", "lost", MARK_US);
    drawn_make(d, "waterfall", MARK_US);
    *state = d;
    return 0;
}

static double x_at(const struct drawn *d, size_t build, int64_t us)
{
    const struct waterfall *w = d->sheet.state;
    struct ruler x = w->x;

    plot_rule(plot_panel(&w->plot, build, 0), &x, NULL);
    return ruler_at(&x, (double)us);
}

static double y_at(const struct drawn *d, size_t row)
{
    const struct waterfall *w = d->sheet.state;

    return waterfall_row_y(w, plot_panel(&w->plot, 0, 0), row);
}

static void test_structure(void **state)
{
    struct drawn *d = *state;
    const struct waterfall *w = d->sheet.state;
    char *svg = drawn_svg(d);
    const char *lost = strstr(svg, "data-label=\"lost\"");

    /* Homepage, file, handshake, first message, calculation. */
    assert_int_equal(w->row_count, 5);
    assert_int_equal(count_in(svg, NULL, "<g"), count_in(svg, NULL, "</g>"));
    assert_int_equal(count_in(svg, lost, "<g class=\"session\""), 3);
    assert_int_equal(count_in(lost, NULL, "<g class=\"session\""), 2);
    assert_int_equal(count_in(svg, NULL, "<g class=\"ideal\""), 2);
    assert_non_null(strstr(svg, ">Homepage<"));
    assert_non_null(strstr(svg, ">Get: a.js<"));
    assert_non_null(strstr(svg, ">3 sessions<"));
    assert_non_null(strstr(svg, "<title>session 1, user 1: 1.8 s"));
    /* Two strokes, and two in the legend. */
    assert_int_equal(count_in(lost, NULL, "<line class=\"failed\""), 2);
    free(svg);
}

/* Along the homepage's row for 100 ms, and along the last one from 1300 to 1900. */
static void test_positions(void **state)
{
    struct drawn *d = *state;
    char *svg = drawn_svg(d);
    const char *line = strstr(strstr(svg, "<g class=\"session\""), "<path");
    const char *last;

    near(path_number(line, 0), x_at(d, 0, 0));
    near(path_number(line, 1), y_at(d, 0));
    near(path_number(line, 2), x_at(d, 0, 100000));
    near(path_number(line, 3), y_at(d, 0));
    for (last = strchr(line, '>'); *last != 'L'; last--)
        ;
    near(strtod(last + 1, NULL), x_at(d, 0, 1900000));
    for (last--; *last != 'L'; last--)
        ;
    near(strtod(last + 1, NULL), x_at(d, 0, 1300000));
    free(svg);
}

static void test_pixels(void **state)
{
    struct drawn *d = *state;
    cairo_surface_t *image = drawn_png(d);
    double y = y_at(d, 4);

    /* The line is 1.5 pixels thick, and the row's own line is pale. */
    assert_int_not_equal(pixel(image, x_at(d, 0, 1600000), y), PAPER);
    assert_int_not_equal(pixel(image, x_at(d, 0, 1600000), y), GRID);
    assert_int_equal(pixel(image, x_at(d, 0, 1600000), y - 6), PAPER);
    cairo_surface_destroy(image);
}

/* So many lines as a picture can show; the legend's colours are those of all builds. */
static void test_many(void **state)
{
    struct drawn *d = *state;
    const struct waterfall *w;
    char *svg;

    fixture_run(d->dir, "many", 1000);
    drawn_load(d, 0, "many", "many", MARK_US);
    drawn_make(d, "waterfall", MARK_US);
    w = d->sheet.state;
    svg = drawn_svg(d);
    assert_int_equal(w->courses[0].count, WATERFALL_LINES_MOST / 2);
    assert_non_null(strstr(svg, ">100 of 1000 sessions<"));
    assert_non_null(strstr(svg, "evenly from the shortest to the longest<"));
    assert_int_equal(count_in(svg, NULL, "<g class=\"session\""), 102);
    free(svg);
}

int main(void)
{
#define DRAWN(test) cmocka_unit_test_setup_teardown(test, set_up, drawn_tear_down)
    const struct CMUnitTest tests[] = {
        DRAWN(test_structure),
        DRAWN(test_positions),
        DRAWN(test_pixels),
        DRAWN(test_many),
    };

    shipped("plain");
    return cmocka_run_group_tests(tests, NULL, drawn_shut_down);
}
