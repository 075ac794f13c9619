/* SVG by hand: cairo's own is several times the size and knows no groups.
 * Colours are attributes and not a style sheet, so that the picture may stand inside a page whose
 * policy forbids inline styles. */
#include "analyzer/canvas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/outdir.h"
#include "core/buf.h"
#include "core/coding.h"

#define DOTS_CROWD 200
#define DOTS_LAYERS 4
#define SVG_MOST ((size_t)2 << 30)

struct svg {
    struct canvas canvas;
    struct buf out;
    bool ended;
};

/* A title may have been cut inside a character, where its room ended. */
static void add_escaped(struct buf *out, const char *text)
{
    char *valid = text_valid(text);
    char *plain = valid ? text_plain(valid) : NULL;

    free(valid);
    if (!plain) {
        out->failed = true;
        return;
    }
    coding_encode(CODING_HTML, plain, strlen(plain), out);
    free(plain);
}

/* Hundredths of a pixel, without the zeros at both ends; several times faster than printf. */
static void add_number(struct buf *out, double number)
{
    char text[32];
    char *at = text + sizeof(text);
    long long hundredths = llround(number * 100);
    unsigned long long rest = (unsigned long long)llabs(hundredths);
    int decimals = rest % 100 == 0 ? 0 : rest % 10 == 0 ? 1 : 2;

    rest /= decimals == 2 ? 1 : decimals == 1 ? 10 : 100;
    for (int i = 0; i < decimals; i++, rest /= 10)
        *--at = (char)('0' + rest % 10);
    if (decimals)
        *--at = '.';
    for (bool more = !decimals || rest; more; more = rest) {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (hundredths < 0)
        *--at = '-';
    buf_add(out, at, (size_t)(text + sizeof(text) - at));
}

static void add_attribute(struct buf *out, const char *name, const char *value)
{
    if (!value)
        return;
    buf_addc(out, ' ');
    buf_adds(out, name);
    buf_adds(out, "=\"");
    add_escaped(out, value);
    buf_addc(out, '"');
}

static void add_length(struct buf *out, const char *name, double value)
{
    buf_addc(out, ' ');
    buf_adds(out, name);
    buf_adds(out, "=\"");
    add_number(out, value);
    buf_addc(out, '"');
}

static void svg_group(struct canvas *c, const struct group *group)
{
    struct buf *out = &((struct svg *)c)->out;
    char name[40];

    buf_adds(out, "<g");
    add_attribute(out, "class", group->class);
    add_attribute(out, "id", group->id);
    if (group->data) {
        snprintf(name, sizeof(name), "data-%s", group->data);
        add_attribute(out, name, group->value);
    }
    if (group->veil)
        add_attribute(out, "pointer-events", "none");
    buf_addc(out, '>');
    if (group->title) {
        buf_adds(out, "<title>");
        add_escaped(out, group->title);
        buf_adds(out, "</title>");
    }
    buf_addc(out, '\n');
}

static void svg_group_end(struct canvas *c)
{
    buf_adds(&((struct svg *)c)->out, "</g>\n");
}

/* So that a short wait is a thin line and not nothing. */
#define LEAST_SIDE 0.5

static void svg_rect(struct canvas *c, const struct fill *fill, struct box box)
{
    struct buf *out = &((struct svg *)c)->out;

    buf_adds(out, "<rect");
    if (fill->class) {
        buf_adds(out, " class=\"");
        buf_adds(out, fill->class);
        buf_addc(out, '"');
    }
    buf_addf(out, " fill=\"#%06x\"", (unsigned)fill->rgb);
    if (fill->opacity < 1)
        add_length(out, "fill-opacity", fill->opacity);
    add_length(out, "x", box.x);
    add_length(out, "y", box.y);
    add_length(out, "width", fmax(box.width, LEAST_SIDE));
    add_length(out, "height", fmax(box.height, LEAST_SIDE));
    buf_adds(out, "/>\n");
}

static void svg_line(struct canvas *c, const struct pen *pen, double x1, double y1, double x2,
                     double y2)
{
    struct buf *out = &((struct svg *)c)->out;

    buf_adds(out, "<line");
    add_attribute(out, "class", pen->class);
    buf_addf(out, " stroke=\"#%06x\"", (unsigned)pen->rgb);
    add_length(out, "stroke-width", pen->width);
    if (pen->dashed)
        buf_adds(out, " stroke-dasharray=\"5 4\"");
    add_length(out, "x1", x1);
    add_length(out, "y1", y1);
    add_length(out, "x2", x2);
    add_length(out, "y2", y2);
    buf_adds(out, "/>\n");
}

static void add_command(struct buf *out, char command, double number)
{
    buf_addc(out, command);
    add_number(out, number);
}

static void add_point(struct buf *out, char command, double x, double y)
{
    add_command(out, command, x);
    buf_addc(out, ' ');
    add_number(out, y);
}

/* A number as it is written. */
static double rounded(double number)
{
    return round(number * 100) / 100;
}

/* Relative to where the box before began, which is shorter. */
static struct point add_box(struct buf *out, char command, struct point from, struct box box)
{
    struct point at = {rounded(box.x), rounded(box.y)};
    double width = fmax(box.width, LEAST_SIDE);

    add_point(out, command, at.x - from.x, at.y - from.y);
    add_command(out, 'h', width);
    add_command(out, 'v', fmax(box.height, LEAST_SIDE));
    add_command(out, 'h', -width);
    buf_addc(out, 'z');
    return at;
}

static void svg_boxes(struct canvas *c, const struct fill *fill, const struct box *boxes,
                      size_t count)
{
    struct buf *out = &((struct svg *)c)->out;
    struct point at = {0, 0};

    buf_adds(out, "<path");
    add_attribute(out, "class", fill->class);
    buf_addf(out, " fill=\"#%06x\"", (unsigned)fill->rgb);
    if (fill->opacity < 1)
        add_length(out, "fill-opacity", fill->opacity);
    buf_adds(out, " d=\"");
    for (size_t i = 0; i < count; i++)
        at = add_box(out, i ? 'm' : 'M', at, boxes[i]);
    buf_adds(out, "\"/>\n");
}

/* One element for all its lines. */
static void svg_hatch(struct canvas *c, const struct pen *pen, struct box box, double pitch)
{
    struct buf *out = &((struct svg *)c)->out;
    struct stroke s;

    buf_adds(out, "<path");
    add_attribute(out, "class", pen->class);
    buf_addf(out, " stroke=\"#%06x\"", (unsigned)pen->rgb);
    add_length(out, "stroke-width", pen->width);
    buf_adds(out, " d=\"");
    for (size_t i = 0; hatch_stroke(box, pitch, i, &s); i++) {
        add_point(out, 'M', s.x1, s.y1);
        add_point(out, 'L', s.x2, s.y2);
    }
    buf_adds(out, "\"/>\n");
}

static void add_points(struct buf *out, const struct point *points, size_t count)
{
    char command = 'M';

    for (size_t i = 0; i < count; i++) {
        if (!isnan(points[i].x))
            add_point(out, command, points[i].x, points[i].y);
        command = isnan(points[i].x) ? 'M' : 'L';
    }
}

static void svg_path(struct canvas *c, const struct pen *pen, const struct point *points,
                     size_t count)
{
    struct buf *out = &((struct svg *)c)->out;

    buf_adds(out, "<path fill=\"none\" stroke-linejoin=\"round\"");
    add_attribute(out, "class", pen->class);
    buf_addf(out, " stroke=\"#%06x\"", (unsigned)pen->rgb);
    add_length(out, "stroke-width", pen->width);
    if (pen->dashed)
        buf_adds(out, " stroke-dasharray=\"5 4\"");
    if (pen->opacity > 0 && pen->opacity < 1)
        add_length(out, "stroke-opacity", pen->opacity);
    buf_adds(out, " d=\"");
    add_points(out, points, count);
    buf_adds(out, "\"/>\n");
}

static void svg_area(struct canvas *c, const struct fill *fill, const struct point *points,
                     size_t count)
{
    struct buf *out = &((struct svg *)c)->out;

    buf_adds(out, "<path");
    add_attribute(out, "class", fill->class);
    buf_addf(out, " fill=\"#%06x\"", (unsigned)fill->rgb);
    if (fill->opacity < 1)
        add_length(out, "fill-opacity", fill->opacity);
    buf_adds(out, " d=\"");
    add_points(out, points, count);
    buf_adds(out, "Z\"/>\n");
}

/* A line of no length with round ends is a dot.  Every `stride`th. */
static void add_dots(struct buf *out, const struct fill *fill, const struct point *centres,
                     size_t count, size_t stride, double radius)
{
    buf_adds(out, "<path stroke-linecap=\"round\"");
    add_attribute(out, "class", fill->class);
    buf_addf(out, " stroke=\"#%06x\"", (unsigned)fill->rgb);
    add_length(out, "stroke-width", radius * 2);
    if (fill->opacity < 1)
        add_length(out, "stroke-opacity", fill->opacity);
    buf_adds(out, " d=\"");
    for (size_t i = 0; i < count; i += stride) {
        add_point(out, 'M', centres[i].x, centres[i].y);
        buf_adds(out, "h0");
    }
    buf_adds(out, "\"/>\n");
}

/* Those of one path do not darken each other: a crowd that one can see through lies in several. */
static void svg_dots(struct canvas *c, const struct fill *fill, const struct point *centres,
                     size_t count, double radius)
{
    size_t layers = fill->opacity < 1 && count >= DOTS_CROWD ? DOTS_LAYERS : 1;

    for (size_t i = 0; i < layers && i < count; i++)
        add_dots(&((struct svg *)c)->out, fill, centres + i, count - i, layers, radius);
}

static void svg_text(struct canvas *c, const struct font *font, double x, double y,
                     const char *text)
{
    static const char *const anchors[] = {NULL, "middle", "end"};
    struct buf *out = &((struct svg *)c)->out;

    buf_adds(out, "<text");
    if (font->turned)
        buf_addf(out, " transform=\"translate(%.1f %.1f) rotate(-90)\"", x, y);
    else {
        add_length(out, "x", x);
        add_length(out, "y", y);
    }
    add_length(out, "font-size", font->size);
    if (font->bold)
        buf_adds(out, " font-weight=\"bold\"");
    add_attribute(out, "text-anchor", anchors[font->anchor]);
    buf_addf(out, " fill=\"#%06x\">", (unsigned)font->rgb);
    add_escaped(out, text);
    buf_adds(out, "</text>\n");
}

#define XML_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

const char *canvas_svg_text(struct canvas *c, size_t *len)
{
    struct svg *svg = (struct svg *)c;
    size_t head = strlen(XML_DECLARATION);

    if (!svg->ended)
        buf_adds(&svg->out, "</svg>\n");
    svg->ended = true;
    if (svg->out.failed)
        return NULL;
    *len = svg->out.len - head;
    return svg->out.data + head;
}

static int svg_write(struct canvas *c, const char *path, struct error *err)
{
    struct svg *svg = (struct svg *)c;
    struct outfile out;
    size_t len;
    int rc;

    if (!canvas_svg_text(c, &len))
        return error_nomem(err);
    rc = outfile_open(&out, path, err);
    if (rc < 0)
        return rc;
    return outfile_close(&out, !outfile_write(&out, svg->out.data, svg->out.len), err);
}

static void svg_free(struct canvas *c)
{
    struct svg *svg = (struct svg *)c;

    buf_release(&svg->out);
    free(svg);
}

static void add_head(struct buf *out, double width, double height, const char *title,
                     const char *description)
{
    buf_adds(out, XML_DECLARATION "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"");
    add_length(out, "width", width);
    add_length(out, "height", height);
    buf_addf(out, " viewBox=\"0 0 %.0f %.0f\" font-family=\"%s\">\n<title>", width, height,
             TEXT_FAMILY);
    add_escaped(out, title);
    buf_adds(out, "</title>\n<desc>");
    add_escaped(out, description);
    buf_adds(out,
             "</desc>\n<rect class=\"paper\" fill=\"#ffffff\" width=\"100%\" height=\"100%\"/>\n");
}

struct canvas *canvas_svg_new(double width, double height, const char *title,
                              const char *description)
{
    static const struct canvas_ops ops = {svg_group, svg_group_end, svg_rect,  svg_boxes,
                                          svg_line,  svg_hatch,     svg_path,  svg_area,
                                          svg_dots,  svg_text,      svg_write, svg_free};
    struct svg *svg = malloc(sizeof(*svg));

    if (!svg)
        return NULL;
    svg->canvas = (struct canvas){&ops, width, height};
    svg->ended = false;
    buf_init(&svg->out, SVG_MOST);
    add_head(&svg->out, width, height, title, description);
    return &svg->canvas;
}
