/* The pictures by structure: groups and positions read back from the SVG, pixels from the PNG. */
#include <cairo.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/gantt.h"
#include "fixture.h"
#include "tests/core/dialects.h"

#define LABEL "<i>\"a\"</i> & b\x1b[31m"
#define MARK_US 1000000

struct drawn {
    char *dir;
    struct build builds[2];
    struct scene scene;
    struct sheet sheet;
    struct gantt gantt;
    struct layout layout;
    char path[512];
};

/* The second build has a failed and an unfinished session. */
static void write_lost(const char *dir)
{
    struct buf csv;

    buf_init(&csv, 1 << 20);
    fixture_rows(&csv, &(struct fixture_session){0});
    fixture_rows(&csv, &(struct fixture_session){
                           .id = 1, .start_ms = 1000, .stop_before = 16, .fail = "<gone>"});
    fixture_rows(&csv, &(struct fixture_session){.id = 2, .start_ms = 2000, .stop_before = 12});
    fixture_write(dir, "lost/recording.log", fixture_script);
    fixture_write(dir, "lost/run.json", "{\"lateness_us\": {\"p99\": 70000}}");
    fixture_write(dir, "lost/sessions/0.csv", csv.data);
    buf_release(&csv);
}

static void load(struct drawn *d, size_t i, const char *label, const char *name)
{
    struct error err = ERROR_NONE;
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", d->dir, name);
    if (build_load(&d->builds[i], label, path, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(build_compute(&d->builds[i], MARK_US, false), 0);
}

static int set_up(void **state)
{
    struct drawn *d = calloc(1, sizeof(*d));

    d->dir = fixture_dir();
    fixture_run(d->dir, "good", 3);
    write_lost(d->dir);
    load(d, 0, LABEL, "good");
    load(d, 1, "lost", "lost");
    *state = d;
    return 0;
}

static int tear_down(void **state)
{
    struct drawn *d = *state;

    sheet_release(&d->sheet);
    build_release(&d->builds[0]);
    build_release(&d->builds[1]);
    fixture_remove(d->dir);
    free(d);
    return 0;
}

static const struct chart_kind *kind_of(const char *name)
{
    size_t i = 0;

    while (strcmp(chart_kinds[i].name, name) != 0)
        i++;
    return &chart_kinds[i];
}

static void make(struct drawn *d, const char *name, int64_t mark_us)
{
    static const struct notes none;
    struct error err = ERROR_NONE;
    const struct gantt_state *state;

    sheet_release(&d->sheet);
    d->scene = (struct scene){d->builds, 2, 1600, mark_us, &none, NULL};
    assert_int_equal(kind_of(name)->prepare(kind_of(name), &d->scene, &d->sheet, &err), 0);
    state = d->sheet.state;
    d->gantt = state->gantt;
    d->layout = state->layout;
}

static void write_canvas(struct drawn *d, struct canvas *canvas)
{
    struct error err = ERROR_NONE;

    assert_non_null(canvas);
    assert_int_equal(canvas_write(canvas, d->path, &err), 0);
    canvas_free(canvas);
}

static void make_sessions(struct drawn *d)
{
    make(d, "sessions", MARK_US);
}

static void make_aligned(struct drawn *d, int64_t mark_us)
{
    make(d, "aligned", mark_us);
}

static char *draw_svg(struct drawn *d)
{
    char *svg;

    snprintf(d->path, sizeof(d->path), "%s/x.svg", d->dir);
    write_canvas(d, sheet_svg(&d->sheet, d->gantt.kind));
    svg = fixture_read(d->dir, "x.svg");
    assert_non_null(svg);
    return svg;
}

static size_t count_in(const char *from, const char *to, const char *what)
{
    size_t count = 0;

    for (const char *at = strstr(from, what); at && at < to; at = strstr(at + 1, what))
        count++;
    return count;
}

static double number_of(const char *element, const char *name)
{
    char key[32];
    const char *at;

    snprintf(key, sizeof(key), " %s=\"", name);
    at = strstr(element, key);
    assert_non_null(at);
    return strtod(at + strlen(key), NULL);
}

/* The group of session `index` of panel `panel`, and its end. */
static const char *group_of(const struct drawn *d, const char *svg, size_t panel, size_t index,
                            const char **end)
{
    char id[64];
    const char *at;

    snprintf(id, sizeof(id), " id=\"%s-b%zu-s%zu\"", d->gantt.kind->name, panel, index);
    at = strstr(svg, id);
    assert_non_null(at);
    *end = strstr(at, "</g>");
    return at;
}

static void near(double got, double want)
{
    if (fabs(got - want) > 0.011)
        fail_msg("%g instead of %g", got, want);
}

static void test_svg_structure(void **state)
{
    struct drawn *d = *state;
    const char *end;
    const char *at;
    char *svg;

    make_sessions(d);
    svg = draw_svg(d);
    end = svg + strlen(svg);
    assert_int_equal(count_in(svg, end, "<g class=\"build\""), 2);
    assert_int_equal(count_in(svg, end, "<g class=\"session\""), 6);
    assert_int_equal(count_in(svg, end, "<g"), count_in(svg, end, "</g>"));
    assert_int_equal(count_in(svg, end, "<text"), count_in(svg, end, "</text>"));
    at = group_of(d, svg, 0, 2, &end);
    assert_non_null(strstr(at, "data-session=\"2\""));
    assert_int_equal(count_in(at, end, "<rect class=\"wait home\""), 1);
    assert_int_equal(count_in(at, end, "<rect class=\"wait asset\""), 1);
    assert_int_equal(count_in(at, end, "<rect class=\"wait start\""), 2);
    assert_int_equal(count_in(at, end, "<rect class=\"wait calc\""), 1);
    free(svg);
}

static void test_svg_positions(void **state)
{
    struct drawn *d = *state;
    const struct layout *l = &d->layout;
    const char *end;
    const char *calc;
    char *svg;

    make_sessions(d);
    svg = draw_svg(d);
    calc = strstr(group_of(d, svg, 0, 2, &end), "<rect class=\"wait calc\"");
    near(number_of(calc, "x"), gantt_x(&d->gantt, l, 0, 4000000 + 1300000));
    near(number_of(calc, "width"), l->panel_width * 600000 / (double)d->gantt.span_us);
    near(number_of(calc, "y"), layout_row_y(l, 2) + l->row_gap / 2);
    near(number_of(calc, "height"), l->row_height - l->row_gap);
    /* The same moment stands at the same place of every panel. */
    near(gantt_x(&d->gantt, l, 1, 1000) - gantt_x(&d->gantt, l, 0, 1000), l->panel_step);
    free(svg);
}

static void test_svg_lost_sessions(void **state)
{
    struct drawn *d = *state;
    const char *end;
    const char *at;
    char *svg;

    make_sessions(d);
    svg = draw_svg(d);
    end = svg + strlen(svg);
    /* Two strokes a sign, and one sign in the legend. */
    assert_int_equal(count_in(svg, end, "<line class=\"failed\""), 4);
    assert_int_equal(count_in(svg, end, "<line class=\"unfinished\""), 4);
    assert_non_null(strstr(svg, "failed after 1.8 s, line 10: &lt;gone&gt;"));
    assert_non_null(strstr(svg, "p99 70 ms"));
    at = group_of(d, svg, 1, 1, &end);
    at = strstr(at, "<rect class=\"wait calc unanswered\"");
    assert_true(at && at < end); /* the wait that never ended, until it was given up */
    near(number_of(at, "width"), d->layout.panel_width * 500000 / (double)d->gantt.span_us);
    free(svg);
}

/* The failed session waits from 1300 ms until it gave up at 1800; its answer never came. */
static void test_svg_unanswered(void **state)
{
    struct drawn *d = *state;
    const struct layout *l = &d->layout;
    const char *end;
    const char *wait;
    char *svg;

    make_sessions(d);
    svg = draw_svg(d);
    wait = strstr(group_of(d, svg, 1, 1, &end), "<rect class=\"wait calc unanswered\"");
    assert_true(wait && wait < end);
    near(number_of(wait, "x"), gantt_x(&d->gantt, l, 1, 1000000 + 1300000));
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
    build_release(&d->builds[0]);
    load(d, 0, "good", "good");
}

/* From 1.5 s to 2.5 s after the first session's start. */
#define LATE_SECOND                                                                                \
    "{\"from_us\": 1795221214223000, \"to_us\": 1795221215223000, \"p99_us\": 38000}"

static void test_svg_late(void **state)
{
    struct drawn *d = *state;
    const struct layout *l = &d->layout;
    const char *veil;
    char *svg;

    write_audit(d, LATE_SECOND);
    make_sessions(d);
    svg = draw_svg(d);
    assert_int_equal(count_in(svg, svg + strlen(svg), "<g class=\"late-time\""), 1);
    veil = strstr(svg, "<g class=\"late-time\"");
    assert_true(veil && veil < strstr(svg, "<g class=\"session\"")); /* under the rows */
    assert_non_null(strstr(veil, "from 1.5 s to 2.5 s the player was late (p99 38 ms): not"));
    veil = strstr(svg, "<g class=\"late\" pointer-events=\"none\"");
    assert_non_null(veil);
    veil = strstr(veil, "<rect class=\"late\"");
    near(number_of(veil, "x"), gantt_x(&d->gantt, l, 0, 1500000));
    near(number_of(veil, "width"), l->panel_width * 1000000 / (double)d->gantt.span_us);
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
    const struct layout *l = &d->layout;
    const char *veil;
    const char *end;
    char *svg;

    write_audit(d, LATE_SECOND);
    make_aligned(d, MARK_US);
    svg = draw_svg(d);
    veil = strstr(group_of(d, svg, 0, 0, &end), "<rect class=\"late\"");
    assert_true(veil && veil < end);
    near(number_of(veil, "x"), gantt_x(&d->gantt, l, 0, 1500000));
    near(number_of(veil, "width"), l->panel_width * 900000 / (double)d->gantt.span_us);
    near(number_of(veil, "height"), l->row_height - l->row_gap);
    veil = strstr(group_of(d, svg, 0, 1, &end), "<rect class=\"late\"");
    assert_true(veil && veil < end);
    near(number_of(veil, "x"), gantt_x(&d->gantt, l, 0, 0));
    near(number_of(veil, "width"), l->panel_width * 500000 / (double)d->gantt.span_us);
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

    make_sessions(d);
    before = draw_svg(d);
    write_audit(d, "");
    free(d->builds[0].label);
    d->builds[0].label = strdup(LABEL);
    make_sessions(d);
    svg = draw_svg(d);
    assert_string_equal(svg, before);
    free(before);
    free(svg);
    fixture_write(d->dir, "lost/run.json",
                  "{\"lateness_us\": {\"p99\": 70000}, \"audit\": {\"kept_up\": true}}");
    build_release(&d->builds[1]);
    load(d, 1, "lost", "lost");
    make_sessions(d);
    svg = draw_svg(d);
    assert_null(strstr(svg, "player late"));
    free(svg);
}

static void test_svg_escapes(void **state)
{
    struct drawn *d = *state;
    char *svg;

    make_sessions(d);
    svg = draw_svg(d);
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

    make_aligned(d, MARK_US);
    svg = draw_svg(d);
    end = svg + strlen(svg);
    assert_int_equal(count_in(svg, end, "<line class=\"limit\""), 2);
    assert_int_equal(count_in(svg, end, "<g class=\"ideal\""), 2);
    assert_non_null(strstr(svg, ">0 of 3 beyond 1 s<"));
    near(number_of(strstr(svg, "<line class=\"limit\""), "x1"),
         gantt_x(&d->gantt, &d->layout, 0, MARK_US));
    /* Every session begins at the left; the unfinished one (300 ms) is the shortest. */
    at = group_of(d, svg, 1, 2, &end);
    near(number_of(strstr(at, "<rect"), "x"), gantt_x(&d->gantt, &d->layout, 1, 0));
    near(number_of(strstr(at, "<rect"), "y"), layout_row_y(&d->layout, 0) + d->layout.row_gap / 2);
    free(svg);
}

static void test_mark_far_away(void **state)
{
    struct drawn *d = *state;
    char *svg;

    make_aligned(d, 4000000);
    assert_true(d->gantt.mark_shown);
    assert_true(d->gantt.span_us > 4000000);
    make_aligned(d, 60000000);
    assert_false(d->gantt.mark_shown);
    svg = draw_svg(d);
    assert_null(strstr(svg, "class=\"limit\""));
    assert_non_null(strstr(svg, "beyond 1 m 00 s"));
    free(svg);
}

static uint32_t pixel(cairo_surface_t *image, double x, double y)
{
    const unsigned char *row = cairo_image_surface_get_data(image) +
                               (size_t)cairo_image_surface_get_stride(image) * (size_t)y;

    return ((const uint32_t *)(const void *)row)[(size_t)x] & 0xffffff;
}

static cairo_surface_t *draw_png(struct drawn *d)
{
    cairo_surface_t *image;

    snprintf(d->path, sizeof(d->path), "%s/x.png", d->dir);
    write_canvas(d, sheet_png(&d->sheet));
    image = cairo_image_surface_create_from_png(d->path);
    assert_int_equal(cairo_surface_status(image), CAIRO_STATUS_SUCCESS);
    assert_int_equal(cairo_image_surface_get_width(image), (int)d->layout.width);
    assert_int_equal(cairo_image_surface_get_height(image), (int)d->layout.height);
    return image;
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

    make_sessions(d);
    image = draw_png(d);
    for (size_t row = 0; row < 3; row++) {
        double y = layout_row_y(&d->layout, row) + d->layout.row_height / 2;
        int64_t start_us = (int64_t)row * 2000000;

        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            assert_int_equal(
                pixel(image, gantt_x(&d->gantt, &d->layout, 0, start_us + known[i].us), y),
                wait_colour(known[i].kind));
        /* Nobody waits while the user thinks. */
        assert_int_not_equal(pixel(image, gantt_x(&d->gantt, &d->layout, 0, start_us + 800000), y),
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
    make_sessions(d);
    image = draw_png(d);
    y = layout_row_y(&d->layout, 0) + d->layout.row_height / 2;
    /* The first session's calculation, 1.3 s to 1.9 s, before the time and inside it. */
    assert_int_equal(pixel(image, gantt_x(&d->gantt, &d->layout, 0, 1400000), y),
                     wait_colour(WAIT_CALC));
    assert_int_not_equal(pixel(image, gantt_x(&d->gantt, &d->layout, 0, 1700000), y),
                         wait_colour(WAIT_CALC));
    cairo_surface_destroy(image);
}

static void test_png_mark(void **state)
{
    struct drawn *d = *state;
    cairo_surface_t *image;
    double x;

    make_aligned(d, MARK_US);
    image = draw_png(d);
    x = gantt_x(&d->gantt, &d->layout, 0, MARK_US);
    assert_int_equal(pixel(image, x, layout_row_y(&d->layout, 1)), 0xe8b100);
    cairo_surface_destroy(image);
}

static void test_thousands_share_rows(void **state)
{
    struct drawn *d = *state;
    char *svg;

    build_release(&d->builds[0]);
    fixture_run(d->dir, "many", 7000);
    load(d, 0, "many", "many");
    make_sessions(d);
    assert_int_equal(d->layout.bundle, 3);
    svg = draw_svg(d);
    assert_non_null(strstr(svg, "a row stands for 3 sessions"));
    assert_int_equal(count_in(svg, svg + strlen(svg), " id=\"sessions-b0-"), 2334);
    cairo_surface_destroy(draw_png(d));
    free(svg);
}

static int shut_down(void **state)
{
    (void)state;
    text_shutdown();
    return 0;
}

int main(void)
{
#define DRAWN(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        DRAWN(test_svg_unanswered),   DRAWN(test_svg_late),
        DRAWN(test_svg_late_aligned), DRAWN(test_svg_kept_up),
        DRAWN(test_png_late),         DRAWN(test_svg_structure),
        DRAWN(test_svg_positions),    DRAWN(test_svg_lost_sessions),
        DRAWN(test_svg_escapes),      DRAWN(test_aligned),
        DRAWN(test_mark_far_away),    DRAWN(test_png_pixels),
        DRAWN(test_png_mark),         DRAWN(test_thousands_share_rows),
    };

    shipped("plain");
    return cmocka_run_group_tests(tests, NULL, shut_down);
}
