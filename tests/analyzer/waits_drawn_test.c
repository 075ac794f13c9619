/* The charts of waits by structure: what stands where is read back from the SVG and held against
 * the ticks of its axes, whose places are those of their numbers. */
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
#include "drawn.h"
#include "fixture.h"
#include "tests/core/dialects.h"

#define NO_MARK INT64_C(3600000000)

/* A session of the fixture's script. */
struct played {
    long start_ms;
    long load_ms; /* until the WebSocket is open; 0: the session fails before */
    long calc_ms; /* of its calculation */
};

static void add_event(struct buf *csv, size_t id, long ms, const char *event, int line)
{
    buf_addf(csv, "%zu,%zu,0,%s,%lld.000,%d,\n", id, id, event, (long long)FIXTURE_EPOCH_MS + ms,
             line);
}

static void add_step(struct buf *csv, size_t id, const char *step, int line, long from, long to)
{
    char event[64];

    snprintf(event, sizeof(event), "%s_START", step);
    add_event(csv, id, from, event, line);
    snprintf(event, sizeof(event), "%s_END", step);
    add_event(csv, id, to, event, line);
}

static void add_session(struct buf *csv, size_t id, const struct played *p)
{
    long at = p->start_ms;

    add_step(csv, id, "REQ_HOME", 4, at, at + 10);
    add_step(csv, id, "REQ_GET", 5, at + 10, at + 20);
    if (p->load_ms == 0) {
        add_event(csv, id, at + 20, "WS_OPEN_START", 6);
        add_event(csv, id, at + 520, "PLAYBACK_FAIL", 6);
        return;
    }
    add_step(csv, id, "WS_OPEN", 6, at + 20, at + p->load_ms);
    at += p->load_ms;
    add_step(csv, id, "WS_SEND", 7, at, at);
    add_step(csv, id, "WS_RECV_INIT", 8, at, at + 5);
    add_step(csv, id, "WS_SEND", 9, at + 5, at + 5);
    add_step(csv, id, "WS_RECV", 10, at + 5, at + 5 + p->calc_ms);
    add_step(csv, id, "WS_RECV", 11, at + 5, at + 5 + p->calc_ms);
    add_step(csv, id, "WS_CLOSE", 12, at + 5 + p->calc_ms, at + 5 + p->calc_ms);
    add_event(csv, id, at + 5 + p->calc_ms, "PLAYBACK_DONE", 0);
}

static void load(struct drawn *d, const char *label, const struct played *sessions, size_t count,
                 int64_t mark_us)
{
    struct buf csv;
    char name[16];
    char file[40];

    snprintf(name, sizeof(name), "run%zu", d->count);
    snprintf(file, sizeof(file), "%s/recording.log", name);
    fixture_write(d->dir, file, fixture_script);
    buf_init(&csv, 1 << 24);
    for (size_t i = 0; i < count; i++)
        add_session(&csv, i, &sessions[i]);
    snprintf(file, sizeof(file), "%s/sessions/0.csv", name);
    fixture_write(d->dir, file, csv.data);
    buf_release(&csv);
    drawn_load(d, d->count, label, name, mark_us);
}

/* The element that holds this text, from `from` on. */
static const char *element_of(const char *from, const char *text)
{
    char needle[128];
    const char *at;

    snprintf(needle, sizeof(needle), ">%s<", text);
    at = strstr(from, needle);
    if (!at)
        fail_msg("nowhere: %s", text);
    while (*at != '<')
        at--;
    return at;
}

/* Where a tick of an upright axis lies: its number's base line is a little below. */
static double tick_y(const char *from, const char *text)
{
    return number_of(element_of(from, text), "y") - 4.5;
}

static double tick_x(const char *from, const char *text)
{
    return number_of(element_of(from, text), "x");
}

/* Between two ticks, and beyond. */
static double between(double value, double value1, double at1, double value2, double at2)
{
    return at1 + (value - value1) / (value2 - value1) * (at2 - at1);
}

static void roughly(double got, double want)
{
    if (fabs(got - want) > 0.2)
        fail_msg("%g instead of %g", got, want);
}

static const char *first(const char *from, const char *what)
{
    const char *at = strstr(from, what);

    if (!at)
        fail_msg("nowhere: %s", what);
    return at;
}

static const struct played four[] = {
    {0, 100, 50}, {5000, 200, 50}, {9000, 300, 50}, {15000, 900, 50}};
static const struct played lossy[] = {{0, 100, 50}, {5000, 0, 0}};

static void test_page_load(void **state)
{
    struct drawn *d = drawn_new();
    const char *dots;
    cairo_surface_t *image;
    char *svg;

    (void)state;
    load(d, "<b>\"one\" & \xf0\x9f\x90\xb3", four, 4, 500000);
    load(d, "two", lossy, 2, 500000);
    drawn_make(d, "page-load", 500000);
    svg = drawn_svg(d);
    assert_int_equal(count_in(svg, NULL, "<g"), count_in(svg, NULL, "</g>"));
    assert_int_equal(count_in(svg, NULL, "<g class=\"panel\""), 2);
    assert_null(strstr(svg, "<b>"));
    dots = first(svg, "<path stroke-linecap=\"round\" class=\"build b0\"");
    assert_int_equal(count_in(dots, strstr(dots, "/>"), "h0"), 4);
    for (size_t i = 0; i < 4; i++) { /* M x y h 0: three numbers a dot */
        roughly(path_number(dots, 3 * i + 1),
                between((double)four[i].load_ms, 200, tick_y(svg, "200"), 400, tick_y(svg, "400")));
        roughly(path_number(dots, 3 * i),
                between((double)i + 1, 0, tick_x(svg, "0"), 4, tick_x(svg, "4")));
    }
    near(number_of(first(svg, "<line class=\"mark\""), "y1"),
         between(500, 200, tick_y(svg, "200"), 400, tick_y(svg, "400")));
    assert_non_null(strstr(svg, ">1 of 4 beyond 500 ms<"));
    /* One of the second build failed after 520 ms: a cross, no dot. */
    dots = first(svg, "<path stroke-linecap=\"round\" class=\"build b1\"");
    assert_int_equal(count_in(dots, strstr(dots, "/>"), "h0"), 1);
    assert_non_null(strstr(svg, ">1 never ended<"));
    dots = first(svg, "<line class=\"failed\""); /* of the legend */
    dots = first(strstr(svg, "data-build=\"two\""), "<line class=\"failed\"");
    roughly((number_of(dots, "y1") + number_of(dots, "y2")) / 2,
            between(520, 200, tick_y(svg, "200"), 400, tick_y(svg, "400")));
    image = drawn_png(d);
    dots = first(svg, "<path stroke-linecap=\"round\" class=\"build b0\"");
    assert_true(pixel(image, path_number(dots, 3), path_number(dots, 4)) != PAPER);
    cairo_surface_destroy(image);
    free(svg);
    drawn_free(d);
}

/* As many as there are sessions, and none that was not counted. */
static void test_histogram(void **state)
{
    static const struct played alike[] = {{0, 100, 50}, {5000, 100, 50}, {9000, 900, 50}};
    struct drawn *d = drawn_new();
    const char *bar;
    double wide;
    char *svg;

    (void)state;
    load(d, "one", alike, 3, NO_MARK);
    drawn_make(d, "page-load", NO_MARK);
    svg = drawn_svg(d);
    assert_int_equal(count_in(svg, NULL, "<rect class=\"build b0\""), 2);
    bar = first(svg, "<rect class=\"build b0\"");
    wide = number_of(bar, "width");
    assert_true(number_of(bar, "y") < tick_y(svg, "0"));
    assert_true(number_of(bar, "y") < tick_y(svg, "100") &&
                number_of(bar, "y") + number_of(bar, "height") > tick_y(svg, "100"));
    near(number_of(strstr(bar + 1, "<rect class=\"build b0\""), "width"), wide / 2);
    free(svg);
    drawn_free(d);
}

static void test_far_apart_is_logarithmic(void **state)
{
    static const struct played far[] = {{0, 50, 20}, {5000, 5000, 4000}};
    struct drawn *d = drawn_new();
    const char *dots;
    char *svg;

    (void)state;
    load(d, "one", far, 2, NO_MARK);
    drawn_make(d, "page-load", NO_MARK);
    svg = drawn_svg(d);
    near(tick_y(svg, "100 ms") - tick_y(svg, "1 s"),
         2 * (tick_y(svg, "100 ms") - tick_y(svg, "1 s")) / 2);
    dots = first(svg, "<path stroke-linecap=\"round\" class=\"build b0\"");
    roughly(path_number(dots, 1), tick_y(svg, "50 ms"));
    roughly(path_number(dots, 4), tick_y(svg, "5 s"));
    free(svg);
    drawn_free(d);
}

/* Of 13,000 sessions every other one is drawn, and the picture says so. */
static void test_many(void **state)
{
    enum { MANY = 13000 };
    struct played *many = calloc(MANY, sizeof(*many));
    struct drawn *d = drawn_new();
    char *svg;

    (void)state;
    for (size_t i = 0; i < MANY; i++)
        many[i] = (struct played){(long)i * 10, 100 + (long)(i * 7919 % 900), 30};
    load(d, "one", many, MANY, NO_MARK);
    drawn_make(d, "page-load", NO_MARK);
    svg = drawn_svg(d);
    assert_non_null(strstr(svg, "one point in 2 is drawn"));
    assert_int_equal(count_in(svg, NULL, "h0"), MANY / 2);
    assert_true(strlen(svg) < 250000);
    free(svg);
    free(many);
    drawn_free(d);
}

static void test_nothing_to_draw(void **state)
{
    static const struct played lost[] = {{0, 0, 0}};
    static const struct played alone[] = {{0, 100, 50}, {9000, 100, 50}};
    struct drawn *d = drawn_new();

    (void)state;
    load(d, "one", lost, 1, NO_MARK);
    drawn_make(d, "calculation", NO_MARK);
    assert_true(d->sheet.height == 0);
    drawn_make(d, "percentiles", NO_MARK);
    assert_true(d->sheet.height == 0);
    drawn_make(d, "page-load", NO_MARK); /* a cross */
    assert_true(d->sheet.height > 0);
    drawn_free(d);
    d = drawn_new();
    load(d, "one", alone, 2, NO_MARK);
    drawn_make(d, "concurrency", NO_MARK); /* never two at once */
    assert_true(d->sheet.height == 0);
    drawn_free(d);
}

/* Calculations of 100, 200, ... 2100 ms. */
static void load_steps(struct drawn *d, const char *label, long more_ms)
{
    struct played sessions[21];

    for (size_t i = 0; i < 21; i++)
        sessions[i] = (struct played){(long)i * 9000, 100, 100 * (long)(i * 8 % 21 + 1) + more_ms};
    load(d, label, sessions, 21, NO_MARK);
}

static void test_durations(void **state)
{
    struct drawn *d = drawn_new();
    const char *box;
    const char *median;
    double s1;
    double s2;
    char *svg;

    (void)state;
    load_steps(d, "one", 0);
    load_steps(d, "two", 1000);
    drawn_make(d, "durations", NO_MARK);
    svg = drawn_svg(d);
    assert_int_equal(count_in(svg, NULL, "<g"), count_in(svg, NULL, "</g>"));
    /* Few steps: one list of all, the slowest first. */
    assert_non_null(strstr(svg, ">All steps that one waits for<"));
    assert_int_equal(count_in(svg, NULL, "<g class=\"box\""), 10);
    box = first(svg, "<g class=\"box\"");
    assert_non_null(strstr(svg, "p5 200 ms, p25 600 ms, p50 1.1 s, p75 1.6 s, p95 2 s, of 21<"));
    s1 = tick_x(svg, "1 s");
    s2 = tick_x(svg, "100 ms");
    box = first(box, "<rect class=\"build b0\"");
    median = first(box + 1, "<rect class=\"build b0\"");
    roughly(number_of(box, "x"), between(log(0.6), 0, s1, log(0.1), s2));
    roughly(number_of(box, "x") + number_of(box, "width"), between(log(1.6), 0, s1, log(0.1), s2));
    roughly(number_of(median, "x") + number_of(median, "width") / 2,
            between(log(1.1), 0, s1, log(0.1), s2));
    assert_non_null(strstr(svg, ">1.1 s<"));
    assert_non_null(strstr(svg, ">2.1 s<"));
    free(svg);
    drawn_free(d);
}

/* k sessions start at once: each calculation takes 100 ms and 50 ms for each of them. */
static void test_concurrency(void **state)
{
    struct played sessions[1 + 2 + 3 + 4 + 5 + 6];
    struct drawn *d = drawn_new();
    const char *line;
    const char *panel;
    size_t n = 0;
    char *svg;

    (void)state;
    for (long k = 1; k <= 6; k++) {
        for (long i = 0; i < k; i++)
            sessions[n++] = (struct played){k * 10000, 50, 100 + 50 * k};
    }
    load(d, "one", sessions, n, NO_MARK);
    drawn_make(d, "concurrency", NO_MARK);
    svg = drawn_svg(d);
    assert_int_equal(count_in(svg, NULL, "<g class=\"panel\""), 5);
    panel = first(svg, "<g class=\"panel\"");
    assert_true(strstr(panel, ">+50 ms a session<") < strstr(panel + 1, "<g class=\"panel\""));
    assert_int_equal(count_in(svg, NULL, ">+50 ms a session<"), 1);
    line = first(panel, "<line class=\"build b0\"");
    near(number_of(line, "x1"), between(1, 0, tick_x(panel, "0"), 2, tick_x(panel, "2")));
    near(number_of(line, "x2"), between(6, 0, tick_x(panel, "0"), 2, tick_x(panel, "2")));
    near(number_of(line, "y1"),
         between(150, 200, tick_y(panel, "200 ms"), 400, tick_y(panel, "400 ms")));
    near(number_of(line, "y2"),
         between(400, 200, tick_y(panel, "200 ms"), 400, tick_y(panel, "400 ms")));
    assert_int_equal(count_in(panel, strstr(panel, "<line class=\"build b0\""), "h0"), 21);
    free(svg);
    drawn_free(d);
}

/* Of 11 values, p50 is the sixth, p90 the tenth; the line ends a little further, at 10/11. */
static void test_percentiles(void **state)
{
    struct played sessions[11];
    struct drawn *d = drawn_new();
    const char *line;
    const char *stop;
    double p50;
    double p90;
    char *svg;

    (void)state;
    for (size_t i = 0; i < 11; i++)
        sessions[i] = (struct played){(long)i * 9000, 100 * (long)(i * 4 % 11 + 1), 50};
    load(d, "one", sessions, 11, NO_MARK);
    drawn_make(d, "percentiles", NO_MARK);
    svg = drawn_svg(d);
    assert_int_equal(count_in(svg, NULL, "<g class=\"panel\""), 3);
    assert_int_equal(count_in(svg, NULL, "<g class=\"line\""), 3);
    assert_null(strstr(svg, ">99 %<")); /* none of them says anything of that */
    assert_non_null(strstr(svg, "one, 11 of them, p50 600 ms, p90 1 s<"));
    p50 = tick_x(svg, "50 %");
    p90 = tick_x(svg, "90 %");
    line = first(svg, "<path fill=\"none\"");
    stop = first(line, "<path stroke-linecap=\"round\"");
    stop = first(stop + 1, "<path stroke-linecap=\"round\""); /* behind that of 5 % */
    near(path_number(stop, 0), p50);
    roughly(path_number(stop, 1), tick_y(svg, "0.6 s"));
    assert_int_equal(count_in(line, strstr(line, "</g>"), "<path stroke-linecap"),
                     count_in(line, strstr(line, "</g>"), "<text"));
    roughly(path_number(line, 2 * 159), between(log10(11), log10(2), p50, 1, p90)); /* 160 points */
    roughly(path_number(line, 2 * 159 + 1),
            between(100 * (1 + 10 * (1 - 1 / 11.0)), 600, tick_y(svg, "0.6 s"), 800,
                    tick_y(svg, "0.8 s")));
    free(svg);
    drawn_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_load),
        cmocka_unit_test(test_histogram),
        cmocka_unit_test(test_far_apart_is_logarithmic),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_nothing_to_draw),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_concurrency),
        cmocka_unit_test(test_percentiles),
    };

    shipped("plain");

    return cmocka_run_group_tests(tests, NULL, NULL);
}
