/* A chart drawn from hand-made runs, and what a test reads back from its files: groups and
 * positions from the SVG, pixels from the PNG. */
#ifndef STRETTO_TESTS_ANALYZER_DRAWN_H
#define STRETTO_TESTS_ANALYZER_DRAWN_H

#include <cairo.h>

#include "analyzer/charts.h"
#include "analyzer/load.h"
#include "analyzer/match.h"

#define DRAWN_BUILDS 2

struct drawn {
    char *dir; /* fixture_dir() */
    struct build builds[DRAWN_BUILDS];
    size_t count;
    struct match match;
    struct scene scene;
    const struct chart_kind *kind;
    struct sheet sheet;
    char path[512];
};

struct drawn *drawn_new(void);
void drawn_free(struct drawn *d);
/* For cmocka: of a test whose state is a struct drawn, and of all of them. */
int drawn_tear_down(void **state);
int drawn_shut_down(void **state);

/* Build i becomes the run DIR/name. */
void drawn_load(struct drawn *d, size_t i, const char *label, const char *name, int64_t mark_us);
/* Prepares a chart of all builds, 1600 pixels wide. */
void drawn_make(struct drawn *d, const char *name, int64_t mark_us);
/* The file's text; free() it. */
char *drawn_svg(struct drawn *d);
cairo_surface_t *drawn_png(struct drawn *d);

/* How often it stands between two places of a text; to NULL: its end. */
size_t count_in(const char *from, const char *to, const char *what);
/* An attribute of the element at this place. */
double number_of(const char *element, const char *name);
/* The nth number of the path that the element at this place is: M10 20h5 has 10, 20 and 5. */
double path_number(const char *element, size_t n);
void near(double got, double want);
uint32_t pixel(cairo_surface_t *image, double x, double y);

#endif
