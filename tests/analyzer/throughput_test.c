/* The chart of throughput by structure. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/palette.h"
#include "analyzer/throughput.h"
#include "drawn.h"
#include "fixture.h"
#include "tests/core/dialects.h"

#define MARK_US 1000000

/* The second build has a failed and an unfinished session. */
static int set_up(void **state)
{
    struct drawn *d = drawn_new();

    fixture_run(d->dir, "good", 3);
    fixture_lost(d->dir, "gone");
    drawn_load(d, 0, "good", "good", MARK_US);
    drawn_load(d, 1, "lost", "lost", MARK_US);
    drawn_make(d, "throughput", MARK_US);
    *state = d;
    return 0;
}

static void test_structure(void **state)
{
    struct drawn *d = *state;
    char *svg = drawn_svg(d);
    const char *lost = strstr(svg, "data-label=\"lost\"");

    assert_int_equal(count_in(svg, NULL, "<g class=\"build\""), 2);
    assert_int_equal(count_in(svg, NULL, "<g"), count_in(svg, NULL, "</g>"));
    /* Intervals of a second: until 6.4 s, and until 2.8 s. */
    assert_non_null(strstr(svg, "counted in intervals of 1 s<"));
    assert_int_equal(count_in(svg, lost, "<g class=\"interval\""), 7);
    assert_int_equal(count_in(lost, NULL, "<g class=\"interval\""), 3);
    assert_non_null(strstr(svg, "1 s from 2 s on: sessions started 1, finished 1, failed 0; "
                                "requests 2, messages 2; active 2"));
    assert_non_null(strstr(svg, ">3 started, 3 done<"));
    assert_non_null(strstr(lost, ">3 started, 1 done, 1 failed, 1 unfinished<"));
    assert_non_null(strstr(svg, ">peak: 2 active<"));
    free(svg);
}

/* A step of the line has two points: its nth interval begins at point 2n. */
static double line_x(const char *path, size_t interval)
{
    return path_number(path, 4 * interval);
}

static double line_y(const char *path, size_t interval)
{
    return path_number(path, 4 * interval + 1);
}

static void test_positions(void **state)
{
    struct drawn *d = *state;
    const struct throughput *t = d->sheet.state;
    struct box panel = plot_panel(&t->plot, 0, THROUGHPUT_SESSIONS);
    char *svg = drawn_svg(d);
    const char *finished = strstr(svg, "<path fill=\"none\" stroke-linejoin=\"round\" "
                                       "class=\"flow finished\"");
    const char *started = strstr(svg, "<path class=\"flow started\"");

    assert_non_null(finished);
    assert_non_null(started);
    near(line_x(finished, 0), panel.x);
    near(line_x(finished, 2), panel.x + panel.width * 2 / 6.4);
    /* One started in the first second, one ended in the third: both as high. */
    near(line_y(finished, 0), panel.y + panel.height);
    near(line_y(finished, 2), line_y(started, 0));
    assert_true(line_y(started, 0) < panel.y + panel.height / 2);
    /* The builds share a scale. */
    started = strstr(started + 1, "<path class=\"flow started\"");
    near(line_y(started, 0), line_y(finished, 2));
    free(svg);
}

static void test_failed(void **state)
{
    struct drawn *d = *state;
    const struct throughput *t = d->sheet.state;
    struct box panel = plot_panel(&t->plot, 1, THROUGHPUT_SESSIONS);
    char *svg = drawn_svg(d);
    const char *lost = strstr(svg, "data-label=\"lost\"");
    const char *failed = strstr(lost, "<rect class=\"flow failed\"");

    /* At 2.8 s, in the third second. */
    assert_int_equal(count_in(lost, NULL, "<rect class=\"flow failed\""), 1);
    near(number_of(failed, "x"), panel.x + panel.width * 2 / 6.4);
    near(number_of(failed, "y") + number_of(failed, "height"), panel.y + panel.height);
    free(svg);
}

/* Over all three panels: from 1.5 s to 2.5 s the player was late. */
static void test_late(void **state)
{
    struct drawn *d = *state;
    const struct throughput *t;
    struct box panel;
    const char *veil;
    char *svg;

    fixture_write(d->dir, "good/run.json",
                  "{\"audit\": {\"late_limit_us\": 20000, \"kept_up\": false, \"untrusted\": "
                  "[{\"from_us\": 1795221214223000, \"to_us\": 1795221215223000, \"p99_us\": "
                  "38000}]}}");
    drawn_load(d, 0, "good", "good", MARK_US);
    drawn_make(d, "throughput", MARK_US);
    t = d->sheet.state;
    panel = plot_panel(&t->plot, 0, THROUGHPUT_SESSIONS);
    svg = drawn_svg(d);
    assert_int_equal(count_in(svg, NULL, "<rect class=\"late\""), 3 + 1);
    veil = strstr(strstr(svg, "<g class=\"over\""), "<rect class=\"late\"");
    near(number_of(veil, "x"), panel.x + panel.width * 1.5 / 6.4);
    near(number_of(veil, "height"), panel.height);
    assert_non_null(strstr(svg, ">The player was late: not to be trusted<"));
    free(svg);
}

static void test_steady(void **state)
{
    struct drawn *d = *state;
    const struct throughput *t;
    struct box panel;
    char *svg;

    fixture_users(d->dir, "users");
    drawn_load(d, 0, "users", "users", MARK_US);
    drawn_make(d, "throughput", MARK_US);
    t = d->sheet.state;
    panel = plot_panel(&t->plot, 0, THROUGHPUT_SESSIONS);
    svg = drawn_svg(d);
    assert_int_equal(count_in(svg, NULL, "<line class=\"steady\""), 2 * THROUGHPUT_ROWS);
    /* From 1 s on, of 9.4. */
    near(number_of(strstr(svg, "<line class=\"steady\""), "x1"), panel.x + panel.width / 9.4);
    assert_non_null(strstr(svg, "between the dashed lines all users were there<"));
    free(svg);
}

static void test_pixels(void **state)
{
    struct drawn *d = *state;
    const struct throughput *t = d->sheet.state;
    cairo_surface_t *image = drawn_png(d);
    struct box panel = plot_panel(&t->plot, 0, THROUGHPUT_ACTIVE);
    double second = panel.width / 6.4;
    double y = panel.y + panel.height - 5;

    /* One session is active nearly all the time, two from 2 s to 2.4 s. */
    assert_int_not_equal(pixel(image, panel.x + second * 0.7, y), PAPER);
    assert_int_equal(pixel(image, panel.x + second * 1.2, panel.y + panel.height / 2), PAPER);
    assert_int_equal(pixel(image, panel.x + second * 2.2, panel.y + panel.height / 2),
                     pixel(image, panel.x + second * 0.7, y));
    cairo_surface_destroy(image);
}

int main(void)
{
#define DRAWN(test) cmocka_unit_test_setup_teardown(test, set_up, drawn_tear_down)
    const struct CMUnitTest tests[] = {
        DRAWN(test_structure), DRAWN(test_positions), DRAWN(test_failed),
        DRAWN(test_pixels),    DRAWN(test_late),      DRAWN(test_steady),
    };

    shipped("plain");
    return cmocka_run_group_tests(tests, NULL, drawn_shut_down);
}
