/* Drawn by cairo, text by pango.
 *
 * Rectangles are snapped to whole pixels and drawn without antialiasing: a crowd's rows are a pixel
 * or two high, and blending would turn them to mud.  None gets lost: the least is one pixel. */
#include "analyzer/canvas.h"

#include <cairo.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>

#include "analyzer/png_file.h"

struct png {
    struct canvas canvas;
    cairo_surface_t *surface;
    cairo_t *cairo;
};

static void set_colour(cairo_t *cairo, uint32_t rgb, double opacity)
{
    cairo_set_source_rgba(cairo, (double)(rgb >> 16 & 255) / 255, (double)(rgb >> 8 & 255) / 255,
                          (double)(rgb & 255) / 255, opacity);
}

static void no_group(struct canvas *c, const struct group *group)
{
    (void)c;
    (void)group;
}

static void no_group_end(struct canvas *c)
{
    (void)c;
}

static void png_boxes(struct canvas *c, const struct fill *fill, const struct box *boxes,
                      size_t count)
{
    cairo_t *cairo = ((struct png *)c)->cairo;

    cairo_set_antialias(cairo, CAIRO_ANTIALIAS_NONE);
    set_colour(cairo, fill->rgb, fill->opacity);
    for (size_t i = 0; i < count; i++) {
        double left = round(boxes[i].x);
        double top = round(boxes[i].y);

        cairo_rectangle(cairo, left, top, fmax(round(boxes[i].x + boxes[i].width) - left, 1),
                        fmax(round(boxes[i].y + boxes[i].height) - top, 1));
    }
    cairo_fill(cairo);
}

static void png_rect(struct canvas *c, const struct fill *fill, struct box box)
{
    png_boxes(c, fill, &box, 1);
}

static void png_line(struct canvas *c, const struct pen *pen, double x1, double y1, double x2,
                     double y2)
{
    static const double dash[] = {5, 4};
    cairo_t *cairo = ((struct png *)c)->cairo;
    bool straight = x1 == x2 || y1 == y2;
    double half = straight && (int)round(pen->width) % 2 ? 0.5 : 0;

    cairo_set_antialias(cairo, straight ? CAIRO_ANTIALIAS_NONE : CAIRO_ANTIALIAS_DEFAULT);
    cairo_set_dash(cairo, dash, pen->dashed ? 2 : 0, 0);
    cairo_set_line_width(cairo, pen->width);
    set_colour(cairo, pen->rgb, 1);
    /* A thin line of odd width lies on the middle of its pixels. */
    cairo_move_to(cairo, straight ? floor(x1) + half : x1, straight ? floor(y1) + half : y1);
    cairo_line_to(cairo, straight ? floor(x2) + half : x2, straight ? floor(y2) + half : y2);
    cairo_stroke(cairo);
}

static void png_hatch(struct canvas *c, const struct pen *pen, struct box box, double pitch)
{
    cairo_t *cairo = ((struct png *)c)->cairo;
    struct stroke s;

    for (size_t i = 0; hatch_stroke(box, pitch, i, &s); i++) {
        cairo_move_to(cairo, s.x1, s.y1);
        cairo_line_to(cairo, s.x2, s.y2);
    }
    cairo_set_antialias(cairo, CAIRO_ANTIALIAS_DEFAULT);
    cairo_set_dash(cairo, NULL, 0, 0);
    cairo_set_line_width(cairo, pen->width);
    set_colour(cairo, pen->rgb, 1);
    cairo_stroke(cairo);
}

static void trace_points(cairo_t *cairo, const struct point *points, size_t count)
{
    bool pen_up = true;

    for (size_t i = 0; i < count; i++) {
        if (isnan(points[i].x))
            pen_up = true;
        else if (pen_up)
            cairo_move_to(cairo, points[i].x, points[i].y);
        else
            cairo_line_to(cairo, points[i].x, points[i].y);
        pen_up = isnan(points[i].x);
    }
}

static void png_path(struct canvas *c, const struct pen *pen, const struct point *points,
                     size_t count)
{
    static const double dash[] = {5, 4};
    cairo_t *cairo = ((struct png *)c)->cairo;

    cairo_set_antialias(cairo, CAIRO_ANTIALIAS_DEFAULT);
    cairo_set_dash(cairo, dash, pen->dashed ? 2 : 0, 0);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(cairo, pen->width);
    set_colour(cairo, pen->rgb, pen->opacity > 0 ? pen->opacity : 1);
    trace_points(cairo, points, count);
    cairo_stroke(cairo);
}

static void png_area(struct canvas *c, const struct fill *fill, const struct point *points,
                     size_t count)
{
    cairo_t *cairo = ((struct png *)c)->cairo;

    cairo_set_antialias(cairo, CAIRO_ANTIALIAS_DEFAULT);
    set_colour(cairo, fill->rgb, fill->opacity);
    trace_points(cairo, points, count);
    cairo_close_path(cairo);
    cairo_fill(cairo);
}

#define STAMPS 4 /* places within a pixel, each way */

/* A dot whose centre lies that far inside a pixel, as a mask. */
static cairo_surface_t *stamp_new(int side, double radius, int place)
{
    cairo_surface_t *stamp = cairo_image_surface_create(CAIRO_FORMAT_A8, side, side);
    cairo_t *cairo = cairo_create(stamp);
    double middle = floor(side / 2.0) + 0.5 / STAMPS;

    cairo_arc(cairo, middle + (double)(place % STAMPS) / STAMPS,
              middle + (double)(place / STAMPS) / STAMPS, radius, 0, 2 * M_PI);
    cairo_fill(cairo);
    cairo_destroy(cairo);
    return stamp;
}

/* One by one: where they lie on each other they shall darken.  To draw a circle each time would
 * take ten times as long as to stamp it. */
static void png_dots(struct canvas *c, const struct fill *fill, const struct point *centres,
                     size_t count, double radius)
{
    cairo_t *cairo = ((struct png *)c)->cairo;
    cairo_surface_t *stamps[STAMPS * STAMPS] = {NULL};
    int side = 2 * (int)ceil(radius) + 3;

    set_colour(cairo, fill->rgb, fill->opacity);
    for (size_t i = 0; i < count; i++) {
        double x = floor(centres[i].x);
        double y = floor(centres[i].y);
        int place =
            (int)((centres[i].x - x) * STAMPS) + STAMPS * (int)((centres[i].y - y) * STAMPS);

        if (!stamps[place])
            stamps[place] = stamp_new(side, radius, place);
        cairo_mask_surface(cairo, stamps[place], x - floor(side / 2.0), y - floor(side / 2.0));
    }
    for (int i = 0; i < STAMPS * STAMPS; i++)
        cairo_surface_destroy(stamps[i]);
}

static PangoLayout *png_layout(cairo_t *cairo, const struct font *font, const char *text)
{
    PangoLayout *layout = pango_cairo_create_layout(cairo);

    text_set_font(layout, font);
    pango_layout_set_text(layout, text, -1);
    return layout;
}

static void png_text(struct canvas *c, const struct font *font, double x, double y,
                     const char *text)
{
    cairo_t *cairo = ((struct png *)c)->cairo;
    PangoLayout *layout = png_layout(cairo, font, text);
    double share = font->anchor == ANCHOR_START ? 0 : font->anchor == ANCHOR_MIDDLE ? 0.5 : 1;
    int width;

    pango_layout_get_size(layout, &width, NULL);
    cairo_save(cairo);
    cairo_set_antialias(cairo, CAIRO_ANTIALIAS_DEFAULT);
    set_colour(cairo, font->rgb, 1);
    cairo_translate(cairo, x, y);
    if (font->turned)
        cairo_rotate(cairo, -M_PI / 2);
    cairo_move_to(cairo, -share * width / PANGO_SCALE,
                  -(double)pango_layout_get_baseline(layout) / PANGO_SCALE);
    pango_cairo_show_layout(cairo, layout);
    cairo_restore(cairo);
    g_object_unref(layout);
}

static int png_write(struct canvas *c, const char *path, struct error *err)
{
    struct png *png = (struct png *)c;
    cairo_status_t status = cairo_status(png->cairo);
    struct outfile out;
    int rc;

    if (status != CAIRO_STATUS_SUCCESS)
        return error_set(err, E_NOMEM, "%s: cannot draw: %s", path, cairo_status_to_string(status));
    rc = outfile_open(&out, path, err);
    if (rc < 0)
        return rc;
    cairo_surface_flush(png->surface);
    rc = png_file_write(&out, &(struct pixels){
                                  cairo_image_surface_get_data(png->surface),
                                  (uint32_t)cairo_image_surface_get_width(png->surface),
                                  (uint32_t)cairo_image_surface_get_height(png->surface),
                                  (uint32_t)cairo_image_surface_get_stride(png->surface),
                              });
    if (rc < 0)
        error_nomem(err);
    return outfile_close(&out, rc < 0, err);
}

static void png_free(struct canvas *c)
{
    struct png *png = (struct png *)c;

    cairo_destroy(png->cairo);
    cairo_surface_destroy(png->surface);
    free(png);
}

struct canvas *canvas_png_new(double width, double height)
{
    static const struct canvas_ops ops = {no_group, no_group_end, png_rect,  png_boxes,
                                          png_line, png_hatch,    png_path,  png_area,
                                          png_dots, png_text,     png_write, png_free};
    struct png *png = malloc(sizeof(*png));

    if (!png)
        return NULL;
    png->canvas = (struct canvas){&ops, width, height};
    png->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    png->cairo = cairo_create(png->surface);
    set_colour(png->cairo, 0xffffff, 1);
    cairo_paint(png->cairo);
    return &png->canvas;
}
