#include "analyzer/chart_signs.h"

#include <math.h>

#include "analyzer/palette.h"

#define LEAST_HIGH 6 /* pixels: in a smaller box a hatch is noise */
#define LEAST_WIDE 2
#define VEIL 0x3e4c59

void sign_failed(struct canvas *c, double x, double y, double half)
{
    struct pen halo = {0xffffff, fmax(3, half * 0.8), false, "halo", 0};
    struct pen ink = {0x111111, fmax(1.5, half * 0.36), false, "failed", 0};

    canvas_line(c, &halo, x - half, y - half, x + half, y + half);
    canvas_line(c, &halo, x - half, y + half, x + half, y - half);
    canvas_line(c, &ink, x - half, y - half, x + half, y + half);
    canvas_line(c, &ink, x - half, y + half, x + half, y - half);
}

void sign_unfinished(struct canvas *c, double x, double y, double half)
{
    struct pen halo = {0xffffff, fmax(3, half * 0.8), false, "halo", 0};
    struct pen ink = {0x52606d, fmax(1.5, half * 0.36), false, "unfinished", 0};

    canvas_line(c, &halo, x, y - half, x + half, y);
    canvas_line(c, &halo, x + half, y, x, y + half);
    canvas_line(c, &ink, x, y - half, x + half, y);
    canvas_line(c, &ink, x + half, y, x, y + half);
}

void sign_phase(struct canvas *c, double x, double y, double half)
{
    struct pen ink = {INK, 1.5, false, "phase", 0};

    canvas_line(c, &ink, x, y - half * 1.4, x, y + half * 1.4);
}

static bool has_room(struct box box)
{
    return box.height >= LEAST_HIGH && box.width >= LEAST_WIDE;
}

void sign_unanswered(struct canvas *c, enum wait_kind kind, struct box box)
{
    struct fill pale = {wait_colour(kind), 0.35, wait_open_class(kind)};
    struct pen pen = {wait_colour(kind), 2, false, "hatch", 0};

    canvas_rect(c, &pale, box);
    if (has_room(box))
        canvas_hatch(c, &pen, box, -7);
}

void sign_late(struct canvas *c, struct box box, double unit)
{
    struct fill veil = {VEIL, 0.22, "late"};
    struct pen pen = {VEIL, fmax(1, unit), false, "late", 0};

    canvas_rect(c, &veil, box);
    if (has_room(box))
        canvas_hatch(c, &pen, box, 9 * unit);
}
