/* The Gantt charts by structure. */
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

#define LABEL "<i>\"a\"</i> & b\x1b[31m"
#define MARK_US 1000000

/* The second build has a failed and an unfinished session. */
static int set_up(void **state)
{
    struct drawn *d = drawn_new();

    fixture_run(d->dir, "good", 3);
    fixture_lost(d->dir, "<gone>");
    fixture_write(d->dir, "lost/run.json", "{\"lateness_us\": {\"p99\": 70000}}");
    drawn_load(d, 0, LABEL, "good", MARK_US);
    drawn_load(d, 1, "lost", "lost", MARK_US);
    *state = d;
    return 0;
}

static void test_svg_structure(void **state)
{
    struct drawn *d = *state;
    const char *end;
    const char *at;
    char *svg;

    drawn_make(d, "sessions", MARK_US);
    svg = drawn_svg(d);
    end = svg + strlen(svg);
    assert_int_equal(count_in(svg, end, "<g class=\"build\""), 2);
    assert_int_equal(count_in(svg, end, "<g class=\"session\""), 6);
    assert_int_equal(count_in(svg, end, "<g"), count_in(svg, end, "</g>"));
    assert_int_equal(count_in(svg, end, "<text"), count_in(svg, end, "</text>"));
    at = group_of(d, svg, 0, 2, &end);
    assert_non_null(strstr(at, "data-session=\"2\""));
    assert_int_equal(count_in(at, end, "<path class=\"wait home\""), 1);
    assert_int_equal(count_in(at, end, "<path class=\"wait asset\""), 1);
    /* Two waits of one kind are two boxes of one path. */
    assert_int_equal(count_in(at, end, "<path class=\"wait start\""), 1);
    at = strstr(at, "<path class=\"wait start\"");
    assert_int_equal(count_in(at, strstr(at, "/>"), "z"), 2);
    assert_int_equal(count_in(at, end, "<path class=\"wait calc\""), 1);
    free(svg);
}

static void test_svg_positions(void **state)
{
    struct drawn *d = *state;
    const struct layout *l;
    const char *end;
    const char *calc;
    char *svg;

    drawn_make(d, "sessions", MARK_US);
    l = layout_of(d);
    svg = drawn_svg(d);
    calc = strstr(group_of(d, svg, 0, 2, &end), "<path class=\"wait calc\"");
    near(path_number(calc, 0), at_us(d, 0, 4000000 + 1300000));
    near(path_number(calc, 1), layout_row_y(l, 2) + l->row_gap / 2);
    near(path_number(calc, 2), wide(d, 600000));
    near(path_number(calc, 3), l->row_height - l->row_gap);
    /* The same moment stands at the same place of every panel. */
    near(at_us(d, 1, 1000) - at_us(d, 0, 1000), l->panel_step);
    free(svg);
}

static void test_svg_lost_sessions(void **state)
{
    struct drawn *d = *state;
    const char *end;
    const char *at;
    char *svg;

    drawn_make(d, "sessions", MARK_US);
    svg = drawn_svg(d);
    end = svg + strlen(svg);
    /* Two strokes a sign, and one sign in the legend. */
    assert_int_equal(count_in(svg, end, "<line class=\"failed\""), 4);
    assert_int_equal(count_in(svg, end, "<line class=\"unfinished\""), 4);
    assert_non_null(strstr(svg, "failed after 1.8 s, line 10: &lt;gone&gt;"));
    assert_non_null(strstr(svg, "p99 70 ms"));
    at = group_of(d, svg, 1, 1, &end);
    at = strstr(at, "<rect class=\"wait calc unanswered\"");
    assert_true(at && at < end); /* the wait that never ended, until it was given up */
    near(number_of(at, "width"), wide(d, 500000));
    free(svg);
}

/* The failed session waits from 1300 ms until it gave up at 1800; its answer never came. */
static void test_svg_unanswered(void **state)
{
    struct drawn *d = *state;
    const char *end;
    const char *wait;
    char *svg;

    drawn_make(d, "sessions", MARK_US);
    svg = drawn_svg(d);
    wait = strstr(group_of(d, svg, 1, 1, &end), "<rect class=\"wait calc unanswered\"");
    assert_true(wait && wait < end);
    near(number_of(wait, "x"), at_us(d, 1, 1000000 + 1300000));
    near(number_of(wait, "fill-opacity"), 0.35);
    wait = strstr(wait, "<path class=\"hatch\"");
    assert_true(wait && wait < end);
    assert_int_equal(count_in(svg, svg + strlen(svg), ">No answer came:"), 1);
    /* One in the row, one in the legend. */
    assert_int_equal(count_in(svg, svg + strlen(svg), "<path class=\"hatch\""), 2);
    free(svg);
}

static void write_audit(struct drawn *d, const char *untrusted)
{
    char json[512];

    snprintf(json, sizeof(json),
             "{\"audit\": {\"late_limit_us\": 20000, \"kept_up\": %s, \"untrusted\": [%s]}}",
             *untrusted ? "false" : "true", untrusted);
    fixture_write(d->dir, "good/run.json", json);
    drawn_load(d, 0, "good", "good", MARK_US);
}

/* From 1.5 s to 2.5 s after the first session's start. */
#define LATE_SECOND                                                                                \
    "{\"from_us\": 1795221214223000, \"to_us\": 1795221215223000, \"p99_us\": 38000}"

static void test_svg_late(void **state)
{
    struct drawn *d = *state;
    const struct layout *l;
    const char *veil;
    char *svg;

    write_audit(d, LATE_SECOND);
    drawn_make(d, "sessions", MARK_US);
    l = layout_of(d);
    svg = drawn_svg(d);
    assert_int_equal(count_in(svg, svg + strlen(svg), "<g class=\"late-time\""), 1);
    veil = strstr(svg, "<g class=\"late-time\"");
    assert_true(veil && veil < strstr(svg, "<g class=\"session\"")); /* under the rows */
    assert_non_null(strstr(veil, "from 1.5 s to 2.5 s the player was late (p99 38 ms): not"));
    veil = strstr(svg, "<g class=\"late\" pointer-events=\"none\"");
    assert_non_null(veil);
    veil = strstr(veil, "<rect class=\"late\"");
    near(number_of(veil, "x"), at_us(d, 0, 1500000));
    near(number_of(veil, "width"), wide(d, 1000000));
    near(number_of(veil, "y"), l->top);
    near(number_of(veil, "height"), l->bottom - l->top);
    assert_int_equal(count_in(svg, svg + strlen(svg), ">The player was late: not to be trusted<"),
                     1);
    assert_non_null(strstr(svg, ">1 s of 6.4 s, p99 38 ms<"));
    free(svg);
}

/* From each one's own start: the first session was 1.5 s old when it began and ends before the time
 * does; the second begins inside it; the third comes later. */
static void test_svg_late_aligned(void **state)
{
    struct drawn *d = *state;
    const struct layout *l;
    const char *veil;
    const char *end;
    char *svg;

    write_audit(d, LATE_SECOND);
    drawn_make(d, "aligned", MARK_US);
    l = layout_of(d);
    svg = drawn_svg(d);
    veil = strstr(group_of(d, svg, 0, 0, &end), "<rect class=\"late\"");
    assert_true(veil && veil < end);
    near(number_of(veil, "x"), at_us(d, 0, 1500000));
    near(number_of(veil, "width"), wide(d, 900000));
    near(number_of(veil, "height"), l->row_height - l->row_gap);
    veil = strstr(group_of(d, svg, 0, 1, &end), "<rect class=\"late\"");
    assert_true(veil && veil < end);
    near(number_of(veil, "x"), at_us(d, 0, 0));
    near(number_of(veil, "width"), wide(d, 500000));
    veil = strstr(group_of(d, svg, 0, 2, &end), "<rect class=\"late\"");
    assert_false(veil && veil < end);
    free(svg);
}

/* Who kept up is drawn as who never told; 50 ms of lateness are told by older runs only. */
static void test_svg_kept_up(void **state)
{
    struct drawn *d = *state;
    char *before;
    char *svg;

    drawn_make(d, "sessions", MARK_US);
    before = drawn_svg(d);
    write_audit(d, "");
    free(d->builds[0].label);
    d->builds[0].label = strdup(LABEL);
    drawn_make(d, "sessions", MARK_US);
    svg = drawn_svg(d);
    assert_string_equal(svg, before);
    free(before);
    free(svg);
    fixture_write(d->dir, "lost/run.json",
                  "{\"lateness_us\": {\"p99\": 70000}, \"audit\": {\"kept_up\": true}}");
    drawn_load(d, 1, "lost", "lost", MARK_US);
    drawn_make(d, "sessions", MARK_US);
    svg = drawn_svg(d);
    assert_null(strstr(svg, "player late"));
    free(svg);
}

static void test_svg_escapes(void **state)
{
    struct drawn *d = *state;
    char *svg;

    drawn_make(d, "sessions", MARK_US);
    svg = drawn_svg(d);
    assert_non_null(strstr(svg, "data-label=\"&lt;i&gt;&quot;a&quot;&lt;/i&gt; &amp; b [31m\""));
    assert_null(strstr(svg, "<i>"));
    assert_null(strchr(svg, 0x1b));
    free(svg);
}

static void test_aligned(void **state)
{
    struct drawn *d = *state;
    const char *end;
    const char *at;
    char *svg;

    drawn_make(d, "aligned", MARK_US);
    svg = drawn_svg(d);
    end = svg + strlen(svg);
    assert_int_equal(count_in(svg, end, "<line class=\"limit\""), 2);
    assert_int_equal(count_in(svg, end, "<g class=\"ideal\""), 2);
    assert_non_null(strstr(svg, ">0 of 3 beyond 1 s<"));
    near(number_of(strstr(svg, "<line class=\"limit\""), "x1"), at_us(d, 0, MARK_US));
    /* Every session begins at the left; the unfinished one (300 ms) is the shortest. */
    at = group_of(d, svg, 1, 2, &end);
    near(number_of(strstr(at, "<rect"), "x"), at_us(d, 1, 0));
    near(number_of(strstr(at, "<rect"), "y"),
         layout_row_y(layout_of(d), 0) + layout_of(d)->row_gap / 2);
    free(svg);
}

static void test_mark_far_away(void **state)
{
    struct drawn *d = *state;
    char *svg;

    drawn_make(d, "aligned", 4000000);
    assert_true(gantt_of(d)->mark_shown);
    assert_true(gantt_of(d)->span_us > 4000000);
    drawn_make(d, "aligned", 60000000);
    assert_false(gantt_of(d)->mark_shown);
    svg = drawn_svg(d);
    assert_null(strstr(svg, "class=\"limit\""));
    assert_non_null(strstr(svg, "beyond 1 m 00 s"));
    free(svg);
}

static void test_png_pixels(void **state)
{
    static const struct {
        int64_t us; /* inside the wait */
        enum wait_kind kind;
    } known[] = {
        {50000, WAIT_HOME}, {170000, WAIT_START}, {255000, WAIT_START}, {1600000, WAIT_CALC}};
    struct drawn *d = *state;
    cairo_surface_t *image;

    drawn_make(d, "sessions", MARK_US);
    image = drawn_png(d);
    for (size_t row = 0; row < 3; row++) {
        double y = layout_row_y(layout_of(d), row) + layout_of(d)->row_height / 2;
        int64_t start_us = (int64_t)row * 2000000;

        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            assert_int_equal(pixel(image, at_us(d, 0, start_us + known[i].us), y),
                             wait_colour(known[i].kind));
        /* Nobody waits while the user thinks. */
        assert_int_not_equal(pixel(image, at_us(d, 0, start_us + 800000), y),
                             wait_colour(WAIT_CALC));
    }
    assert_int_equal(pixel(image, 2, 2), 0xffffff);
    cairo_surface_destroy(image);
}

static void test_png_late(void **state)
{
    struct drawn *d = *state;
    cairo_surface_t *image;
    double y;

    write_audit(d, LATE_SECOND);
    drawn_make(d, "sessions", MARK_US);
    image = drawn_png(d);
    y = layout_row_y(layout_of(d), 0) + layout_of(d)->row_height / 2;
    /* The first session's calculation, 1.3 s to 1.9 s, before the time and inside it. */
    assert_int_equal(pixel(image, at_us(d, 0, 1400000), y), wait_colour(WAIT_CALC));
    assert_int_not_equal(pixel(image, at_us(d, 0, 1700000), y), wait_colour(WAIT_CALC));
    cairo_surface_destroy(image);
}

static void test_png_mark(void **state)
{
    struct drawn *d = *state;
    cairo_surface_t *image;
    double x;

    drawn_make(d, "aligned", MARK_US);
    image = drawn_png(d);
    x = at_us(d, 0, MARK_US);
    assert_int_equal(pixel(image, x, layout_row_y(layout_of(d), 1)), 0xe8b100);
    cairo_surface_destroy(image);
}

static void test_thousands_share_rows(void **state)
{
    struct drawn *d = *state;
    char *svg;

    fixture_run(d->dir, "many", 7000);
    drawn_load(d, 0, "many", "many", MARK_US);
    drawn_make(d, "sessions", MARK_US);
    assert_int_equal(layout_of(d)->bundle, 3);
    svg = drawn_svg(d);
    assert_non_null(strstr(svg, "a row stands for 3 sessions"));
    /* No pointer can rest on rows of a pixel: nothing is written for one. */
    assert_int_equal(layout_of(d)->row_height, 1);
    assert_int_equal(count_in(svg, NULL, "<g class=\"session\""), 0);
    assert_int_equal(count_in(svg, strstr(svg, "data-label=\"lost\""), "<path class=\"wait calc\""),
                     2334);
    cairo_surface_destroy(drawn_png(d));
    free(svg);
}

/* A thousand sessions fail at one moment of theirs: there is one sign for all that would lie on
 * each other, and the legend says so. */
static void test_many_failed(void **state)
{
    struct drawn *d = *state;
    struct buf csv;
    size_t signs;
    char *svg;

    buf_init(&csv, 1 << 22);
    for (long i = 0; i < 1000; i++)
        fixture_rows(&csv, &(struct fixture_session){
                               .id = i, .start_ms = i * 10, .stop_before = 16, .fail = "gone"});
    fixture_write(d->dir, "bad/recording.log", fixture_script);
    fixture_write(d->dir, "bad/sessions/0.csv", csv.data);
    buf_release(&csv);
    drawn_load(d, 0, "bad", "bad", MARK_US);
    drawn_make(d, "sessions", MARK_US);
    svg = drawn_svg(d);
    signs = count_in(svg, NULL, "<line class=\"failed\"") / 2;
    assert_in_range(signs, 50, 400);
    assert_non_null(strstr(svg, "Failed (a sign may stand for several)"));
    free(svg);
}

int main(void)
{
#define DRAWN(test) cmocka_unit_test_setup_teardown(test, set_up, drawn_tear_down)
    const struct CMUnitTest tests[] = {
        DRAWN(test_svg_unanswered),   DRAWN(test_svg_late),
        DRAWN(test_svg_late_aligned), DRAWN(test_svg_kept_up),
        DRAWN(test_png_late),         DRAWN(test_svg_structure),
        DRAWN(test_svg_positions),    DRAWN(test_svg_lost_sessions),
        DRAWN(test_svg_escapes),      DRAWN(test_aligned),
        DRAWN(test_mark_far_away),    DRAWN(test_png_pixels),
        DRAWN(test_png_mark),         DRAWN(test_thousands_share_rows),
        DRAWN(test_many_failed),
    };

    shipped("plain");
    return cmocka_run_group_tests(tests, NULL, drawn_shut_down);
}
