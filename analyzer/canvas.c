#include "analyzer/canvas.h"

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

void canvas_line(struct canvas *c, const struct pen *pen, double x1, double y1, double x2,
                 double y2)
{
    c->ops->line(c, pen, x1, y1, x2, y2);
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
