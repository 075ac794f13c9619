#include "analyzer/canvas.h"

#include <math.h>

void canvas_group(struct canvas *c, const struct group *group)
{
    c->ops->group(c, group);
}

void canvas_group_end(struct canvas *c)
{
    c->ops->group_end(c);
}

void canvas_rect(struct canvas *c, const struct fill *fill, struct box box)
{
    c->ops->rect(c, fill, box);
}

void canvas_boxes(struct canvas *c, const struct fill *fill, const struct box *boxes, size_t count)
{
    if (count > 0)
        c->ops->boxes(c, fill, boxes, count);
}

void canvas_line(struct canvas *c, const struct pen *pen, double x1, double y1, double x2,
                 double y2)
{
    c->ops->line(c, pen, x1, y1, x2, y2);
}

void canvas_hatch(struct canvas *c, const struct pen *pen, struct box box, double pitch)
{
    c->ops->hatch(c, pen, box, pitch);
}

/* The lines start at multiples of the pitch, wherever the box begins: so they meet. */
bool hatch_stroke(struct box box, double pitch, size_t i, struct stroke *out)
{
    double gap = fmax(fabs(pitch), 1);
    double foot = (floor((box.x - box.height) / gap) + 1 + (double)i) * gap;
    double from = fmax(0, box.x - foot);
    double to = fmin(box.height, box.x + box.width - foot);
    double bottom = box.y + box.height;

    if (foot >= box.x + box.width)
        return false;
    *out = pitch > 0 ? (struct stroke){foot + from, bottom - from, foot + to, bottom - to}
                     : (struct stroke){foot + from, box.y + from, foot + to, box.y + to};
    return true;
}

void canvas_path(struct canvas *c, const struct pen *pen, const struct point *points, size_t count)
{
    c->ops->path(c, pen, points, count);
}

void canvas_area(struct canvas *c, const struct fill *fill, const struct point *points,
                 size_t count)
{
    c->ops->area(c, fill, points, count);
}

void canvas_dots(struct canvas *c, const struct fill *fill, const struct point *centres,
                 size_t count, double radius)
{
    c->ops->dots(c, fill, centres, count, radius);
}

void canvas_text(struct canvas *c, const struct font *font, double x, double y, const char *text)
{
    c->ops->text(c, font, x, y, text);
}

int canvas_write(struct canvas *c, const char *path, struct error *err)
{
    return c->ops->write(c, path, err);
}

void canvas_free(struct canvas *c)
{
    if (c)
        c->ops->free(c);
}
