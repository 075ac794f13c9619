/* The height of a row decides the picture: thick when there are few sessions, a pixel when there
 * are thousands, and a pixel for several when there are more: a picture can have 32,000 pixels, and
 * a reader has less patience. */
#include "analyzer/layout.h"

#include <math.h>
#include <stdio.h>

#include "analyzer/canvas.h"
#include "core/units.h"

#define FULL_WIDTH 1600.0
#define LEFT 76.0
#define RIGHT 30.0
#define PANEL_GAP 26.0
#define ROWS_TALL 640.0 /* units, of all rows where it can be had */
#define ROW_MOST 34.0
#define TWO_PIXELS_UNTIL 700 /* entries; a pixel is hard to see */

static double clamp(double x, double least, double most)
{
    return fmin(fmax(x, least), most);
}

double layout_unit(double width)
{
    return clamp(width / FULL_WIDTH, 0.7, 4);
}

static void plan_columns(struct layout *l, const struct layout_request *r)
{
    double gaps = PANEL_GAP * (double)(r->builds - 1);
    double least;

    l->unit = layout_unit(r->width);
    least = (LEFT + RIGHT + gaps + LAYOUT_LEAST_PANEL * (double)r->builds) * l->unit;
    l->width = ceil(clamp(r->width, fmin(least, CANVAS_MOST), CANVAS_MOST));
    l->left = round(LEFT * l->unit);
    l->panel_width = floor((l->width - (LEFT + RIGHT + gaps) * l->unit) / (double)r->builds);
    l->panel_step = l->panel_width + round(PANEL_GAP * l->unit);
}

static void plan_rows(struct layout *l, const struct layout_request *r)
{
    double entries = (double)(r->entries ? r->entries : 1);

    l->entries = r->entries;
    l->bundle = (size_t)ceil(entries / LAYOUT_MOST_ROWS);
    l->rows = (size_t)ceil(entries / (double)l->bundle);
    l->row_height = floor(ROWS_TALL * l->unit / (double)l->rows);
    l->row_height =
        clamp(l->row_height, l->rows <= TWO_PIXELS_UNTIL ? 2 : 1, floor(ROW_MOST * l->unit));
    l->row_gap = l->row_height >= 18 ? 4 : l->row_height >= 9 ? 2 : l->row_height >= 4 ? 1 : 0;
}

void layout_plan(struct layout *out, const struct layout_request *request)
{
    double unit;
    double below; /* the notes */

    *out = (struct layout){0};
    plan_columns(out, request);
    plan_rows(out, request);
    unit = out->unit;
    below = 24 * (double)request->told * unit;
    out->told_y = 92 * unit;
    out->title_y = 42 * unit;
    out->subtitle_y = 68 * unit;
    out->legend_y = 103 * unit + below;
    out->notes_y = 129 * unit + below;
    out->head_y = (request->notes ? 176 : 150) * unit + below;
    out->line_step = 20 * unit;
    out->top = round(out->head_y + out->line_step * (double)request->head_lines +
                     (request->mark ? 32 : 14) * unit);
    out->bottom = out->top + out->row_height * (double)out->rows + round(6 * unit);
    out->foot_height = request->foot ? round(30 * unit) : 0;
    out->height = ceil(out->bottom + out->foot_height + 66 * unit);
}

size_t layout_most_builds(void)
{
    /* At the largest unit they must still fit. */
    return (size_t)((CANVAS_MOST / 4.0 - LEFT - RIGHT) / (LAYOUT_LEAST_PANEL + PANEL_GAP));
}

double layout_row_y(const struct layout *layout, size_t row)
{
    return layout->bottom - layout->row_height * (double)(row + 1);
}

static const struct {
    int64_t from_us;
    int64_t unit_us;
    const char *name;
} units[] = {
    {10800 * US_PER_S, 3600 * US_PER_S, "h:min"},
    {900 * US_PER_S, 60 * US_PER_S, "min"},
    {US_PER_S, US_PER_S, "s"},
    {0, US_PER_MS, "ms"},
};

/* The next larger of the steps that people count in: 1, 2, 5 times a power of ten, but in minutes
 * and hours what clocks show. */
static int64_t next_step(int64_t step_us, int64_t unit_us)
{
    static const int64_t clock_s[] = {1,   2,   5,    10,   15,   20,   30,    60,    120,   300,
                                      600, 900, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
    int64_t power = 1;

    for (size_t i = 0; unit_us >= US_PER_S && i < sizeof(clock_s) / sizeof(clock_s[0]); i++) {
        if (step_us >= US_PER_S / 2 && clock_s[i] * US_PER_S > step_us)
            return clock_s[i] * US_PER_S;
    }
    while (power * 10 <= step_us)
        power *= 10;
    return step_us < power * 2 ? power * 2 : step_us < power * 5 ? power * 5 : power * 10;
}

struct axis axis_plan(int64_t span_us, size_t most_ticks)
{
    size_t u = 0;
    struct axis axis;

    while (units[u].from_us > span_us)
        u++;
    axis = (struct axis){1, units[u].unit_us, units[u].name};
    if (most_ticks < 1)
        most_ticks = 1;
    while (span_us / axis.step_us > (int64_t)most_ticks)
        axis.step_us = next_step(axis.step_us, axis.unit_us);
    return axis;
}

const char *axis_label(const struct axis *axis, int64_t us, char *out, size_t size)
{
    long long minutes = (long long)(us / (60 * US_PER_S));

    if (axis->unit_us >= 3600 * US_PER_S)
        snprintf(out, size, "%lld:%02lld", minutes / 60, minutes % 60);
    else
        snprintf(out, size, "%.6g", (double)us / (double)axis->unit_us);
    return out;
}

size_t count_step(size_t count, size_t most_ticks)
{
    size_t step = 1;

    while (count / step > (most_ticks ? most_ticks : 1))
        step = (size_t)next_step((int64_t)step, 1);
    return step;
}
