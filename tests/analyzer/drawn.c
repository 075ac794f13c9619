#include "drawn.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/text.h"
#include "fixture.h"

struct drawn *drawn_new(void)
{
    struct drawn *d = calloc(1, sizeof(*d));

    d->dir = fixture_dir();
    return d;
}

void drawn_free(struct drawn *d)
{
    sheet_release(&d->sheet);
    match_release(&d->match);
    for (size_t i = 0; i < d->count; i++)
        build_release(&d->builds[i]);
    fixture_remove(d->dir);
    free(d);
}

void drawn_load(struct drawn *d, size_t i, const char *label, const char *name, int64_t mark_us)
{
    struct error err = ERROR_NONE;
    char path[512];

    sheet_release(&d->sheet);
    if (i < d->count)
        build_release(&d->builds[i]);
    else
        d->count = i + 1;
    snprintf(path, sizeof(path), "%s/%s", d->dir, name);
    if (build_load(&d->builds[i], label, path, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(build_compute(&d->builds[i], mark_us, false), 0);
}

static const struct chart_kind *kind_of(const char *name)
{
    size_t i = 0;

    while (strcmp(chart_kinds[i].name, name) != 0)
        i++;
    return &chart_kinds[i];
}

void drawn_make(struct drawn *d, const char *name, int64_t mark_us)
{
    static const struct notes none;
    struct error err = ERROR_NONE;

    sheet_release(&d->sheet);
    d->kind = kind_of(name);
    match_release(&d->match);
    assert_int_equal(match_compute(&d->match, d->builds, d->count), 0);
    d->scene = (struct scene){d->builds, d->count, 1600, mark_us, &none, &d->match};
    assert_int_equal(d->kind->prepare(d->kind, &d->scene, &d->sheet, &err), 0);
}

static void write_canvas(struct drawn *d, struct canvas *canvas)
{
    struct error err = ERROR_NONE;

    assert_non_null(canvas);
    assert_int_equal(canvas_write(canvas, d->path, &err), 0);
    canvas_free(canvas);
}

char *drawn_svg(struct drawn *d)
{
    char *svg;

    snprintf(d->path, sizeof(d->path), "%s/x.svg", d->dir);
    write_canvas(d, sheet_svg(&d->sheet, d->kind));
    svg = fixture_read(d->dir, "x.svg");
    assert_non_null(svg);
    return svg;
}

cairo_surface_t *drawn_png(struct drawn *d)
{
    cairo_surface_t *image;

    snprintf(d->path, sizeof(d->path), "%s/x.png", d->dir);
    write_canvas(d, sheet_png(&d->sheet));
    image = cairo_image_surface_create_from_png(d->path);
    assert_int_equal(cairo_surface_status(image), CAIRO_STATUS_SUCCESS);
    assert_int_equal(cairo_image_surface_get_width(image), (int)d->sheet.width);
    assert_int_equal(cairo_image_surface_get_height(image), (int)d->sheet.height);
    return image;
}

size_t count_in(const char *from, const char *to, const char *what)
{
    size_t count = 0;

    for (const char *at = strstr(from, what); at && (!to || at < to); at = strstr(at + 1, what))
        count++;
    return count;
}

double number_of(const char *element, const char *name)
{
    char key[32];
    const char *at;

    snprintf(key, sizeof(key), " %s=\"", name);
    at = strstr(element, key);
    assert_non_null(at);
    return strtod(at + strlen(key), NULL);
}

double path_number(const char *element, size_t n)
{
    const char *at = strstr(element, " d=\"");
    char *end;

    assert_non_null(at);
    for (at += 4;; at = end) {
        double number;

        at += strspn(at, "MmLHhVvZz ");
        number = strtod(at, &end);
        assert_ptr_not_equal(at, end);
        if (n-- == 0)
            return number;
    }
}

void near(double got, double want)
{
    if (fabs(got - want) > 0.011)
        fail_msg("%g instead of %g", got, want);
}

uint32_t pixel(cairo_surface_t *image, double x, double y)
{
    const unsigned char *row = cairo_image_surface_get_data(image) +
                               (size_t)cairo_image_surface_get_stride(image) * (size_t)y;

    return ((const uint32_t *)(const void *)row)[(size_t)x] & 0xffffff;
}

int drawn_tear_down(void **state)
{
    drawn_free(*state);
    return 0;
}

int drawn_shut_down(void **state)
{
    (void)state;
    text_shutdown();
    return 0;
}
