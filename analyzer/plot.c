#include "analyzer/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/label_fit.h"
#include "analyzer/layout.h"
#include "analyzer/palette.h"
#include "core/units.h"

#define RIGHT 30.0
#define COLUMN_GAP 26.0
#define TICK_ROOM 30.0 /* under a row with an axis of its own */
#define LINE_STEP 20.0

void plot_text(struct canvas *c, const struct font *font, double x, double y, double width,
               const char *text)
{
    char *plain = text_plain(text);
    char *fits = plain ? text_fit(font, plain, width) : NULL;

    /* Without memory a label is missing; the picture's own memory fails loudly soon enough. */
    if (fits)
        canvas_text(c, font, x, y, fits);
    free(fits);
    free(plain);
}

void plot_label(struct canvas *c, const struct font *font, double x, double y, double width,
                size_t most_lines, const char *label)
{
    struct label_lines lines;
    double step = font->size * 1.25;

    label_fit(&lines, font, label, width, most_lines);
    y += font->size * 0.35 - step * (double)(lines.count - 1) / 2;
    for (size_t i = 0; i < lines.count; i++, y += step) {
        if (lines.text[i])
            canvas_text(c, font, x, y, lines.text[i]);
    }
    label_lines_release(&lines);
}

static void plan_heights(struct plot *p, const struct plot_request *r)
{
    double unit = p->unit;
    double y = 68;

    p->title_y = 42 * unit;
    p->subtitle_y = y * unit;
    p->notes_y = (y + 24) * unit;
    y += 24 * (double)r->notes + (r->legend ? 35 : 0);
    p->legend_y = y * unit;
    p->head_height = round((30 + LINE_STEP * (double)r->head_lines) * unit);
    p->top = round((y + 20) * unit) + p->head_height;
    p->panel_height = round(r->panel_height * unit);
    p->row_step = p->panel_height + p->head_height + (r->x_every_row ? TICK_ROOM : 8) * unit;
    p->height = ceil(p->top + p->row_step * (double)(r->rows - 1) + p->panel_height + 66 * unit);
}

void plot_plan(struct plot *out, const struct plot_request *r)
{
    double gap;
    double columns = (double)r->columns;
    double left = r->label_width > 0 ? r->label_width : 76;
    double right = fmax(r->right_width, RIGHT);
    double least;

    *out = (struct plot){.columns = r->columns, .rows = r->rows};
    out->unit = layout_unit(r->width);
    gap = (COLUMN_GAP + r->panel_label) * out->unit;
    least = (left + right + LAYOUT_LEAST_PANEL * columns) * out->unit + gap * (columns - 1);
    out->width = ceil(fmin(fmax(r->width, least), CANVAS_MOST));
    out->left = round(left * out->unit);
    out->panel_width =
        floor((out->width - out->left - right * out->unit - gap * (columns - 1)) / columns);
    out->column_step = out->panel_width + round(gap);
    plan_heights(out, r);
}

struct box plot_panel(const struct plot *plot, size_t column, size_t row)
{
    return (struct box){plot->left + plot->column_step * (double)column,
                        plot->top + plot->row_step * (double)row, plot->panel_width,
                        plot->panel_height};
}

void plot_rule(struct box panel, struct ruler *x, struct ruler *y)
{
    if (x) {
        x->from = panel.x;
        x->to = panel.x + panel.width;
    }
    if (y) {
        y->from = panel.y + panel.height;
        y->to = panel.y;
    }
}

void plot_title(const struct plot *plot, struct canvas *c, const struct chart_kind *kind,
                const char *more, const struct notes *notes)
{
    struct font title = {26 * plot->unit, true, INK, ANCHOR_START, false};
    struct font subtitle = {15 * plot->unit, false, INK_SOFT, ANCHOR_START, false};
    struct font note = {15 * plot->unit, false, INK_WARN, ANCHOR_START, false};
    double left = 30 * plot->unit;
    double room = plot->width - 2 * left;
    char text[512];

    snprintf(text, sizeof(text), "%s%s%s", kind->subtitle, more ? "; " : "", more ? more : "");
    plot_text(c, &title, left, plot->title_y, room, kind->title);
    plot_text(c, &subtitle, left, plot->subtitle_y, room, text);
    for (size_t i = 0; i < notes->count; i++)
        plot_text(c, &note, left, plot->notes_y + 24 * plot->unit * (double)i, room,
                  notes->list[i]);
}

struct box plot_key(const struct plot *plot, double x)
{
    return (struct box){x, plot->legend_y - 13 * plot->unit, 16 * plot->unit, 16 * plot->unit};
}

double plot_legend(const struct plot *plot, struct canvas *c, double x, const char *text)
{
    struct font font = {15 * plot->unit, false, INK, ANCHOR_START, false};

    x += 23 * plot->unit;
    plot_text(c, &font, x, plot->legend_y, plot->width / 3, text);
    return x + fmin(text_width(&font, text), plot->width / 3) + 26 * plot->unit;
}

double plot_legend_builds(const struct plot *plot, struct canvas *c, double x,
                          const struct build *builds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct fill fill = {build_colour(i), 1, build_class(i)};

        canvas_rect(c, &fill, plot_key(plot, x));
        x = plot_legend(plot, c, x, builds[i].label);
    }
    return x;
}

void plot_head(const struct plot *plot, struct canvas *c, struct box panel, const char *name,
               const char *const *lines, size_t count)
{
    struct font bold = {20 * plot->unit, true, INK, ANCHOR_START, false};
    struct font line = {14 * plot->unit, false, INK_SOFT, ANCHOR_START, false};
    double y = panel.y - plot->head_height + 18 * plot->unit;

    plot_text(c, &bold, panel.x, y, panel.width, name);
    for (size_t i = 0; i < count; i++)
        plot_text(c, &line, panel.x, y + LINE_STEP * plot->unit * (double)(i + 1) + 2, panel.width,
                  lines[i]);
}

void plot_grid(const struct plot *plot, struct canvas *c, struct box panel, const struct ruler *x,
               const struct ruler *y)
{
    struct pen grid = {GRID, 1, false, "grid", 0};

    (void)plot;
    for (size_t i = 0; x && i < x->tick_count; i++) {
        double at = ruler_at(x, x->ticks[i].at);

        canvas_line(c, &grid, at, panel.y, at, panel.y + panel.height);
    }
    for (size_t i = 0; y && i < y->tick_count; i++) {
        double at = ruler_at(y, y->ticks[i].at);

        canvas_line(c, &grid, panel.x, at, panel.x + panel.width, at);
    }
}

void plot_mark(const struct plot *plot, struct canvas *c, struct box panel, const struct ruler *y,
               int64_t mark_us, enum anchor side)
{
    struct pen pen = {LIMIT, 2.5 * plot->unit, false, "mark", 0};
    struct font font = {13 * plot->unit, true, LIMIT_INK, side, false};
    double at = ruler_at(y, (double)mark_us);
    char text[DURATION_TEXT];

    canvas_line(c, &pen, panel.x, at, panel.x + panel.width, at);
    canvas_text(c, &font, side == ANCHOR_END ? panel.x + panel.width - 4 : panel.x + 4,
                at - 5 * plot->unit, duration_format(mark_us, text, sizeof(text)));
}

void plot_numbers(const struct plot *plot, struct canvas *c, struct box panel,
                  const struct ruler *x, const struct ruler *y)
{
    struct font below = {13 * plot->unit, false, INK_SOFT, ANCHOR_MIDDLE, false};
    struct font beside = {13 * plot->unit, false, INK_SOFT, ANCHOR_END, false};

    for (size_t i = 0; x && i < x->tick_count; i++)
        canvas_text(c, &below, ruler_at(x, x->ticks[i].at),
                    panel.y + panel.height + 20 * plot->unit, x->ticks[i].text);
    for (size_t i = 0; y && i < y->tick_count; i++)
        canvas_text(c, &beside, panel.x - 9 * plot->unit,
                    ruler_at(y, y->ticks[i].at) + 4.5 * plot->unit, y->ticks[i].text);
}

static const char *axis_name(const struct ruler *ruler, char *out, size_t size)
{
    if (ruler->unit)
        snprintf(out, size, "%s (%s)", ruler->label, ruler->unit);
    else
        snprintf(out, size, "%s", ruler->label);
    return out;
}

void plot_axis_names(const struct plot *plot, struct canvas *c, const struct ruler *x,
                     const struct ruler *y)
{
    struct font middle = {15 * plot->unit, false, INK, ANCHOR_MIDDLE, false};
    struct font turned = {15 * plot->unit, false, INK, ANCHOR_MIDDLE, true};
    struct box last = plot_panel(plot, plot->columns - 1, plot->rows - 1);
    double bottom = last.y + last.height;
    char text[128];

    if (x)
        canvas_text(c, &middle, (plot->left + last.x + last.width) / 2,
                    plot->height - 16 * plot->unit, axis_name(x, text, sizeof(text)));
    if (y && text_width(&turned, axis_name(y, text, sizeof(text))) <= bottom - plot->top)
        canvas_text(c, &turned, 24 * plot->unit, (plot->top + bottom) / 2, text);
}
