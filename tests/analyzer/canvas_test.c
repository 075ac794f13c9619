/* What the canvases write, read back. */
#include "tests/core/testing.h"

#include <cairo.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/canvas.h"
#include "analyzer/png_file.h"
#include "fixture.h"

#define WIDTH 700
#define HEIGHT 300

static unsigned char *noise(size_t bytes)
{
    unsigned char *data = malloc(bytes);
    uint32_t state = 1;

    for (size_t i = 0; i < bytes; i++) {
        state = state * 1664525 + 1013904223;
        data[i] = (unsigned char)(state >> 24);
    }
    return data;
}

/* Pixels that cannot be packed, so that there is more than one chunk of them. */
static void test_a_png_reads_back(void **state)
{
    struct error err = ERROR_NONE;
    char *dir = fixture_dir();
    unsigned char *data = noise((size_t)WIDTH * HEIGHT * 4);
    const struct pixels pixels = {data, WIDTH, HEIGHT, WIDTH * 4};
    struct outfile out;
    cairo_surface_t *got;
    char path[300];

    (void)state;
    snprintf(path, sizeof(path), "%s/noise.png", dir);
    assert_int_equal(outfile_open(&out, path, &err), 0);
    assert_int_equal(png_file_write(&out, &pixels), 0);
    assert_int_equal(outfile_close(&out, false, &err), 0);
    got = cairo_image_surface_create_from_png(path);
    assert_int_equal(cairo_surface_status(got), CAIRO_STATUS_SUCCESS);
    assert_int_equal(cairo_image_surface_get_width(got), WIDTH);
    assert_int_equal(cairo_image_surface_get_height(got), HEIGHT);
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++) {
        const unsigned char *row = cairo_image_surface_get_data(got) +
                                   i / WIDTH * (size_t)cairo_image_surface_get_stride(got);

        assert_memory_equal(row + i % WIDTH * 4, data + i * 4, 3);
    }
    cairo_surface_destroy(got);
    free(data);
    fixture_remove(dir);
}

/* What a picture is told may have been cut, and comes from an app. */
static void test_an_svg_is_text(void **state)
{
    struct canvas *c = canvas_svg_new(10, 10, "chart", "");
    size_t len;

    (void)state;
    assert_non_null(c);
    canvas_group(c, &(struct group){.class = "session", .title = "<\xf0\x9f\x90"});
    canvas_group_end(c);
    assert_non_null(strstr(canvas_svg_text(c, &len), "<title>&lt;\uFFFD\uFFFD\uFFFD</title>"));
    canvas_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_png_reads_back),
        cmocka_unit_test(test_an_svg_is_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
