#include "analyzer/gantt_frame.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/chart_signs.h"
#include "analyzer/gantt_rows.h"
#include "analyzer/stream.h"
#include "analyzer/plot.h"
#include "core/units.h"

#define LINE_TEXT 256
#define MOST_TICKS 12
#define NARROW 300 /* units: a panel in which lines of the usual size would be cut */
#define MANY 100   /* signs, of which some may fall together */

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
static void legend_notes(const struct gantt *gantt, const struct layout *l, struct canvas *c)
{
    double x = l->left;

    if (gantt_has_open(gantt)) {
        sign_unanswered(c, WAIT_CALC, legend_box(l, x, l->notes_y));
        x = legend_text(l, c, x + 23 * l->unit, l->notes_y,
                        "No answer came: the wait until it was given up");
    }
    if (gantt_has_late(gantt)) {
        sign_late(c, legend_box(l, x, l->notes_y), l->unit);
        x = legend_text(l, c, x + 23 * l->unit, l->notes_y,
                        "The player was late: not to be trusted");
    }
    if (gantt_has_uncounted(gantt)) {
        struct fill fill = {wait_colour(WAIT_CALC), ROWS_UNCOUNTED, wait_class(WAIT_CALC)};

        canvas_rect(c, &fill, legend_box(l, x, l->notes_y));
        legend_text(l, c, x + 23 * l->unit, l->notes_y,
                    "Not every user was there: not in the numbers");
    }
}

static bool any_waits_for(const struct scene *scene, enum wait_kind kind)
{
    for (size_t i = 0; i < scene->count; i++) {
        for (size_t step = 0; step < scene->builds[i].script->count; step++) {
            if (scene->builds[i].plan.kinds[step] == kind)
                return true;
        }
    }
    return false;
}

static void frame_legend(const struct gantt *gantt, const struct layout *l, struct canvas *c)
{
    double x = l->left;
    size_t failed = 0;
    size_t unfinished = 0;
    bool phases = false;

    for (int kind = 0; kind < WAIT_KINDS; kind++) {
        struct fill fill = {wait_colour((enum wait_kind)kind), 1, "key"};
        char name[64];

        if (!any_waits_for(gantt->scene, (enum wait_kind)kind))
            continue;
        snprintf(name, sizeof(name), "%s", wait_kind_name((enum wait_kind)kind));
        name[0] = (char)toupper((unsigned char)name[0]);
        canvas_rect(c, &fill, legend_box(l, x, l->legend_y));
        x = legend_text(l, c, x + 23 * l->unit, l->legend_y, name);
    }
    for (size_t i = 0; i < gantt->scene->count; i++) {
        phases = phases || gantt->scene->builds[i].phase_count > 0;
        failed += gantt->scene->builds[i].stats.failed;
        unfinished += gantt->scene->builds[i].stats.unfinished;
    }
    if (phases)
        x = legend_sign(l, c, x, "A phase begins", sign_phase);
    if (failed)
        x = legend_sign(l, c, x,
                        failed > MANY ? "Failed (a sign may stand for several)" : "Failed here",
                        sign_failed);
    if (unfinished)
        legend_sign(l, c, x, unfinished > MANY ? "Unfinished (likewise)" : "Unfinished",
                    sign_unfinished);
    legend_notes(gantt, l, c);
}

/* Of runs that were read in one pass some sessions are there, the same share of all builds. */
static size_t each_is(const struct gantt *gantt)
{
    return stream_every(gantt->scene->builds[0].stream);
}

void frame_title(const struct gantt *gantt, const struct layout *l, struct canvas *c)
{
    struct font title = {26 * l->unit, true, INK, ANCHOR_START, false};
    struct font subtitle = {15 * l->unit, false, INK_SOFT, ANCHOR_START, false};
    struct font note = {15 * l->unit, false, INK_WARN, ANCHOR_START, false};
    double room = l->width - 2 * l->left;
    const struct notes *notes = gantt->scene->notes;
    size_t row_of = l->bundle * each_is(gantt);
    char text[LINE_TEXT];

    snprintf(text, sizeof(text), "%s", gantt->kind->subtitle);
    if (row_of > 1)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "; a row stands for %zu %s and shows the first of them", row_of, gantt->row_is);
    plot_text(c, &title, l->left, l->title_y, room, gantt->kind->title);
    plot_text(c, &subtitle, l->left, l->subtitle_y, room, text);
    for (size_t i = 0; i < notes->count; i++)
        plot_text(c, &note, l->left, l->told_y + 24 * l->unit * (double)i, room, notes->list[i]);
    frame_legend(gantt, l, c);
}

/* "name\tvalue" as two columns; in a narrow panel smaller, so that the numbers are not cut. */
static void head_line(const struct layout *l, struct canvas *c, double x, double y, char *text,
                      uint32_t rgb)
{
    bool narrow = l->panel_width < NARROW * l->unit;
    struct font name = {(narrow ? 12 : 14) * l->unit, false, INK_SOFT, ANCHOR_START, false};
    struct font value = {name.size, false, rgb, ANCHOR_START, false};
    char *tab = strchr(text, '\t');
    double column = (narrow ? 74 : 88) * l->unit;

    if (!tab)
        return;
    *tab = 0;
    plot_text(c, &name, x, y, column, text);
    plot_text(c, &value, x + column, y, l->panel_width - column, tab + 1);
}

static bool is_warning(const struct gantt *gantt, size_t line)
{
    return gantt->heads[line] == gantt_head_lost || gantt->heads[line] == gantt_head_late;
}

static void panel_head(const struct gantt *gantt, const struct layout *l, size_t panel,
                       struct canvas *c)
{
    const struct build *build = &gantt->scene->builds[panel];
    struct font name = {20 * l->unit, true, INK, ANCHOR_START, false};
    double x = l->left + l->panel_step * (double)panel;
    double y = l->head_y + 3 * l->unit;

    plot_text(c, &name, x, l->head_y, l->panel_width, build->label);
    for (size_t i = 0; gantt->heads[i]; i++) {
        char text[GANTT_HEAD_TEXT] = "";

        if (!gantt_head_used(gantt, i))
            continue;
        y += l->line_step;
        gantt->heads[i](gantt, build, text, sizeof(text));
        head_line(l, c, x, y, text, is_warning(gantt, i) ? INK_WARN : INK);
    }
}

static struct axis time_axis(const struct gantt *gantt, const struct layout *l)
{
    size_t fit = (size_t)(l->panel_width / (62 * l->unit));

    return axis_plan(gantt->span_us, fit > MOST_TICKS ? MOST_TICKS : fit);
}

static void panel_grid(const struct gantt *gantt, const struct layout *l, size_t panel,
                       struct canvas *c)
{
    struct pen grid = {GRID, 1, false, "grid", 0};
    struct font tick = {13 * l->unit, false, INK_SOFT, ANCHOR_MIDDLE, false};
    struct axis axis = time_axis(gantt, l);
    double foot = l->bottom + l->foot_height;
    char text[32];

    for (int64_t us = 0; us <= gantt->span_us; us += axis.step_us) {
        double x = gantt_x(gantt, l, panel, us);

        canvas_line(c, &grid, x, l->top, x, foot);
        canvas_text(c, &tick, x, foot + 20 * l->unit, axis_label(&axis, us, text, sizeof(text)));
    }
}

/* Calls back for each row's number that has a tick. */
static void each_row_tick(const struct gantt *gantt, const struct layout *l, struct canvas *c,
                          size_t panel,
                          void (*draw)(const struct layout *, struct canvas *, size_t panel,
                                       double y, size_t number))
{
    size_t fit = (size_t)((l->bottom - l->top) / (24 * l->unit));
    size_t each = each_is(gantt);
    size_t most = l->entries * each;
    size_t step = count_step(most, fit > MOST_TICKS ? MOST_TICKS : fit);

    for (size_t n = step; n <= most; n += step)
        draw(l, c, panel, layout_row_y(l, (n - 1) / each / l->bundle) + l->row_height / 2, n);
}

static void row_line(const struct layout *l, struct canvas *c, size_t panel, double y, size_t n)
{
    struct pen grid = {GRID, 1, false, "grid", 0};
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

void frame_panel(const struct gantt *gantt, const struct layout *l, size_t panel, struct canvas *c)
{
    panel_head(gantt, l, panel, c);
    each_row_tick(gantt, l, c, panel, row_line);
    panel_grid(gantt, l, panel, c);
}

void frame_axes(const struct gantt *gantt, const struct layout *l, struct canvas *c)
{
    struct font middle = {15 * l->unit, false, INK, ANCHOR_MIDDLE, false};
    struct font turned = {15 * l->unit, false, INK, ANCHOR_MIDDLE, true};
    struct axis axis = time_axis(gantt, l);
    double right = l->left + l->panel_step * (double)(gantt->scene->count - 1) + l->panel_width;
    char text[LINE_TEXT];

    each_row_tick(gantt, l, c, 0, row_number);
    snprintf(text, sizeof(text), "%s (%s)", gantt->x_label, axis.unit);
    canvas_text(c, &middle, (l->left + right) / 2, l->height - 16 * l->unit, text);
    if (text_width(&turned, gantt->y_label) <= l->bottom - l->top)
        canvas_text(c, &turned, 24 * l->unit, (l->top + l->bottom) / 2, gantt->y_label);
}
