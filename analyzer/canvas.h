/* A drawing surface: the same calls draw a PNG (cairo) or write an SVG (by hand).
 *
 * Units    pixels, from the top left.  text's y is its base line.
 * Groups   exist in the SVG only; the PNG ignores them.  They nest, and are closed by the caller.
 * Errors   drawing cannot fail; what went wrong underneath is told by canvas_write().
 * Owner    whoever called canvas_*_new(), until canvas_free(). */
#ifndef STRETTO_ANALYZER_CANVAS_H
#define STRETTO_ANALYZER_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/text.h"
#include "core/error.h"

/* cairo refuses an image of more than 32,767 pixels in a side. */
#define CANVAS_MOST 32000

struct box {
    double x;
    double y;
    double width;
    double height;
};

struct point {
    double x;
    double y;
};

struct pen {
    uint32_t rgb;
    double width;
    bool dashed;
    const char *class; /* in the SVG; may be NULL */
    double opacity;    /* of a path; 0: 1 */
};

struct fill {
    uint32_t rgb;
    double opacity;
    const char *class; /* may be NULL */
};

struct group {
    const char *class;
    const char *id;   /* may be NULL, here and below */
    const char *data; /* "session": written as data-session="value" */
    const char *value;
    const char *title; /* what a pointer that rests on it shows */
    bool veil;         /* a pointer reaches through to what lies under it */
};

struct canvas;

struct canvas_ops {
    void (*group)(struct canvas *c, const struct group *group);
    void (*group_end)(struct canvas *c);
    void (*rect)(struct canvas *c, const struct fill *fill, struct box box);
    void (*boxes)(struct canvas *c, const struct fill *fill, const struct box *boxes, size_t count);
    void (*line)(struct canvas *c, const struct pen *pen, double x1, double y1, double x2,
                 double y2);
    void (*hatch)(struct canvas *c, const struct pen *pen, struct box box, double pitch);
    void (*path)(struct canvas *c, const struct pen *pen, const struct point *points, size_t count);
    void (*area)(struct canvas *c, const struct fill *fill, const struct point *points,
                 size_t count);
    void (*dots)(struct canvas *c, const struct fill *fill, const struct point *centres,
                 size_t count, double radius);
    void (*text)(struct canvas *c, const struct font *font, double x, double y, const char *text);
    int (*write)(struct canvas *c, const char *path, struct error *err);
    void (*free)(struct canvas *c);
};

/* Begins every canvas. */
struct canvas {
    const struct canvas_ops *ops;
    double width;
    double height;
};

/* NULL when memory is refused.  The title and description are for those who cannot see it. */
struct canvas *canvas_png_new(double width, double height);
struct canvas *canvas_svg_new(double width, double height, const char *title,
                              const char *description);

void canvas_group(struct canvas *c, const struct group *group);
void canvas_group_end(struct canvas *c);
void canvas_rect(struct canvas *c, const struct fill *fill, struct box box);
/* Alike: one element in the SVG, however many. */
void canvas_boxes(struct canvas *c, const struct fill *fill, const struct box *boxes, size_t count);
void canvas_line(struct canvas *c, const struct pen *pen, double x1, double y1, double x2,
                 double y2);
/* Lines at 45 degrees inside a box, |pitch| apart along x; they rise to the right, with a negative
 * pitch they fall.  Those of boxes side by side meet. */
void canvas_hatch(struct canvas *c, const struct pen *pen, struct box box, double pitch);
/* A line through the points; one whose x is NAN ends it, and the next begins another. */
void canvas_path(struct canvas *c, const struct pen *pen, const struct point *points, size_t count);
/* Filled, from the last point back to the first. */
void canvas_area(struct canvas *c, const struct fill *fill, const struct point *points,
                 size_t count);
/* Round and alike: one element in the SVG, or a few where they darken each other, however many. */
void canvas_dots(struct canvas *c, const struct fill *fill, const struct point *centres,
                 size_t count, double radius);
void canvas_text(struct canvas *c, const struct font *font, double x, double y, const char *text);

/* What an SVG canvas would write, without its XML declaration; a loan until canvas_free().  NULL
 * when memory was refused. */
const char *canvas_svg_text(struct canvas *c, size_t *len);

/* For whoever draws a hatch: line 0, 1, ... of it, cut at the box; false: there are no more. */
struct stroke {
    double x1;
    double y1;
    double x2;
    double y2;
};
bool hatch_stroke(struct box box, double pitch, size_t i, struct stroke *out);

/* Writes it to a file, complete or not at all: 0, -E_IO or -E_NOMEM. */
int canvas_write(struct canvas *c, const char *path, struct error *err);
void canvas_free(struct canvas *c);

#endif
