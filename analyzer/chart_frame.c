#include "analyzer/chart_frame.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/chart_signs.h"
#include "core/units.h"

#define GRID 0xe4e7eb
#define LINE_TEXT 256
#define MOST_TICKS 12

static void fitted(struct canvas *c, const struct font *font, double x, double y, double width,
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

/* Text at x; returns where the next thing may stand. */
static double legend_text(const struct layout *l, struct canvas *c, double x, double y,
                          const char *text)
{
    struct font font = {15 * l->unit, false, INK, ANCHOR_START, false};

    canvas_text(c, &font, x, y, text);
    return x + text_width(&font, text) + 26 * l->unit;
}

static struct box legend_box(const struct layout *l, double x, double y)
{
    return (struct box){x, y - 13 * l->unit, 16 * l->unit, 16 * l->unit};
}

static double legend_sign(const struct layout *l, struct canvas *c, double x, const char *text,
                          void (*sign)(struct canvas *, double, double, double))
{
    sign(c, x + 6 * l->unit, l->legend_y - 5 * l->unit, 5 * l->unit);
    return legend_text(l, c, x + 18 * l->unit, l->legend_y, text);
}

/* The second line: what is drawn, and is not to be read like the rest. */
static void legend_notes(const struct chart *chart, const struct layout *l, struct canvas *c)
{
    double x = l->left;

    if (chart_has_open(chart)) {
        sign_unanswered(c, WAIT_CALC, legend_box(l, x, l->notes_y));
        x = legend_text(l, c, x + 23 * l->unit, l->notes_y,
                        "No answer came: the wait until it was given up");
    }
    if (chart_has_late(chart)) {
        sign_late(c, legend_box(l, x, l->notes_y), l->unit);
        legend_text(l, c, x + 23 * l->unit, l->notes_y, "The player was late: not to be trusted");
    }
}

static void frame_legend(const struct chart *chart, const struct layout *l, struct canvas *c)
{
    double x = l->left;
    bool failed = false;
    bool unfinished = false;
    bool phases = false;

    for (int kind = 0; kind < WAIT_KINDS; kind++) {
        struct fill fill = {chart_colour((enum wait_kind)kind), 1, "key"};
        char name[64];

        snprintf(name, sizeof(name), "%s", wait_kind_name((enum wait_kind)kind));
        name[0] = (char)toupper((unsigned char)name[0]);
        canvas_rect(c, &fill, legend_box(l, x, l->legend_y));
        x = legend_text(l, c, x + 23 * l->unit, l->legend_y, name);
    }
    for (size_t i = 0; i < chart->count; i++) {
        phases = phases || chart->builds[i].phase_count > 0;
        failed = failed || chart->builds[i].stats.failed > 0;
        unfinished = unfinished || chart->builds[i].stats.unfinished > 0;
    }
    if (phases)
        x = legend_sign(l, c, x, "A phase begins", sign_phase);
    if (failed)
        x = legend_sign(l, c, x, "Failed here", sign_failed);
    if (unfinished)
        legend_sign(l, c, x, "Unfinished", sign_unfinished);
    legend_notes(chart, l, c);
}

void frame_title(const struct chart *chart, const struct layout *l, struct canvas *c)
{
    struct font title = {26 * l->unit, true, INK, ANCHOR_START, false};
    struct font subtitle = {15 * l->unit, false, INK_SOFT, ANCHOR_START, false};
    double room = l->width - 2 * l->left;
    char text[LINE_TEXT];

    snprintf(text, sizeof(text), "%s", chart->subtitle);
    if (l->bundle > 1)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "; a row stands for %zu sessions and shows the first of them", l->bundle);
    fitted(c, &title, l->left, l->title_y, room, chart->title);
    fitted(c, &subtitle, l->left, l->subtitle_y, room, text);
    frame_legend(chart, l, c);
}

/* "name\tvalue" as two columns. */
static void head_line(const struct layout *l, struct canvas *c, double x, double y, char *text,
                      uint32_t rgb)
{
    struct font name = {14 * l->unit, false, INK_SOFT, ANCHOR_START, false};
    struct font value = {14 * l->unit, false, rgb, ANCHOR_START, false};
    char *tab = strchr(text, '\t');
    double column = 88 * l->unit;

    if (!tab)
        return;
    *tab = 0;
    fitted(c, &name, x, y, column, text);
    fitted(c, &value, x + column, y, l->panel_width - column, tab + 1);
}

static bool is_warning(const struct chart *chart, size_t line)
{
    return chart->heads[line] == chart_head_lost || chart->heads[line] == chart_head_late;
}

static void panel_head(const struct chart *chart, const struct layout *l, size_t panel,
                       struct canvas *c)
{
    const struct build *build = &chart->builds[panel];
    struct font name = {20 * l->unit, true, INK, ANCHOR_START, false};
    double x = l->left + l->panel_step * (double)panel;
    double y = l->head_y + 3 * l->unit;

    fitted(c, &name, x, l->head_y, l->panel_width, build->label);
    for (size_t i = 0; chart->heads[i]; i++) {
        char text[CHART_HEAD_TEXT] = "";

        if (!chart_head_used(chart, i))
            continue;
        y += l->line_step;
        chart->heads[i](chart, build, text, sizeof(text));
        head_line(l, c, x, y, text, is_warning(chart, i) ? INK_WARN : INK);
    }
}

static struct axis time_axis(const struct chart *chart, const struct layout *l)
{
    size_t fit = (size_t)(l->panel_width / (62 * l->unit));

    return axis_plan(chart->span_us, fit > MOST_TICKS ? MOST_TICKS : fit);
}

static void panel_grid(const struct chart *chart, const struct layout *l, size_t panel,
                       struct canvas *c)
{
    struct pen grid = {GRID, 1, false, "grid"};
    struct font tick = {13 * l->unit, false, INK_SOFT, ANCHOR_MIDDLE, false};
    struct axis axis = time_axis(chart, l);
    double foot = l->bottom + l->foot_height;
    char text[32];

    for (int64_t us = 0; us <= chart->span_us; us += axis.step_us) {
        double x = chart_x(chart, l, panel, us);

        canvas_line(c, &grid, x, l->top, x, foot);
        canvas_text(c, &tick, x, foot + 20 * l->unit, axis_label(&axis, us, text, sizeof(text)));
    }
}

static size_t most_sessions(const struct chart *chart)
{
    size_t most = 0;

    for (size_t i = 0; i < chart->count; i++) {
        if (chart->builds[i].table.session_count > most)
            most = chart->builds[i].table.session_count;
    }
    return most;
}

/* Calls back for each session number that has a tick. */
static void each_row_tick(const struct chart *chart, const struct layout *l, struct canvas *c,
                          size_t panel,
                          void (*draw)(const struct layout *, struct canvas *, size_t panel,
                                       double y, size_t number))
{
    size_t most = most_sessions(chart);
    size_t fit = (size_t)((l->bottom - l->top) / (24 * l->unit));
    size_t step = count_step(most, fit > MOST_TICKS ? MOST_TICKS : fit);

    for (size_t n = step; n <= most; n += step)
        draw(l, c, panel, layout_row_y(l, (n - 1) / l->bundle) + l->row_height / 2, n);
}

static void row_line(const struct layout *l, struct canvas *c, size_t panel, double y, size_t n)
{
    struct pen grid = {GRID, 1, false, "grid"};
    double x = l->left + l->panel_step * (double)panel;

    (void)n;
    canvas_line(c, &grid, x, y, x + l->panel_width, y);
}

static void row_number(const struct layout *l, struct canvas *c, size_t panel, double y, size_t n)
{
    struct font tick = {13 * l->unit, false, INK_SOFT, ANCHOR_END, false};
    char text[32];

    (void)panel;
    snprintf(text, sizeof(text), "%zu", n);
    canvas_text(c, &tick, l->left - 9 * l->unit, y + 4.5 * l->unit, text);
}

void frame_panel(const struct chart *chart, const struct layout *l, size_t panel, struct canvas *c)
{
    panel_head(chart, l, panel, c);
    each_row_tick(chart, l, c, panel, row_line);
    panel_grid(chart, l, panel, c);
}

void frame_axes(const struct chart *chart, const struct layout *l, struct canvas *c)
{
    struct font middle = {15 * l->unit, false, INK, ANCHOR_MIDDLE, false};
    struct font turned = {15 * l->unit, false, INK, ANCHOR_MIDDLE, true};
    struct axis axis = time_axis(chart, l);
    double right = l->left + l->panel_step * (double)(chart->count - 1) + l->panel_width;
    char text[LINE_TEXT];

    each_row_tick(chart, l, c, 0, row_number);
    snprintf(text, sizeof(text), "%s (%s)", chart->x_label, axis.unit);
    canvas_text(c, &middle, (l->left + right) / 2, l->height - 16 * l->unit, text);
    if (text_width(&turned, chart->y_label) <= l->bottom - l->top)
        canvas_text(c, &turned, 24 * l->unit, (l->top + l->bottom) / 2, chart->y_label);
}
