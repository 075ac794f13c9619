/* A panel a step: how long it took against how many sessions were active.  The steepest first, row
 * by row; all panels of a row share their scale, so that within it a steeper line is a steeper
 * line. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/layout.h"
#include "analyzer/match.h"
#include "analyzer/palette.h"
#include "analyzer/plot.h"
#include "analyzer/stats.h"
#include "analyzer/trends.h"
#include "core/units.h"

#define COLUMNS 4
#define COLUMN_LEAST 370.0 /* units */
#define MOST_PANELS 12
#define HEIGHT 170.0
#define CELLS 3        /* slopes on a line of a panel's head */
#define LEAST_NAME 8.0 /* units: of a build's in such a head */
#define MOST_DOTS 1500 /* of a panel */

struct panel {
    size_t row;          /* of the trends */
    size_t above;        /* points beyond the upper end */
    struct point **dots; /* a build */
    size_t *dot_count;
    double radius;
};

struct concurrency {
    const struct chart_kind *kind;
    const struct scene *scene;
    struct trends trends;
    struct plot plot;
    struct ruler x;
    struct ruler y[MOST_PANELS]; /* a row of panels */
    struct panel panels[MOST_PANELS];
    size_t count;
    size_t above;
    bool sampled;
};

static void concurrency_free(void *state)
{
    struct concurrency *s = state;

    for (size_t i = 0; s && i < s->count; i++) {
        for (size_t b = 0; s->panels[i].dots && b < s->scene->count; b++)
            free(s->panels[i].dots[b]);
        free(s->panels[i].dots);
        free(s->panels[i].dot_count);
    }
    if (s)
        trends_release(&s->trends);
    free(s);
}

static const struct matched_step *step_of(const struct concurrency *s, const struct panel *panel)
{
    return &s->scene->match->list[s->trends.matched[panel->row]];
}

/* NULL: this build has no such step. */
static const struct step_observations *observed(const struct concurrency *s,
                                                const struct panel *panel, size_t build)
{
    uint32_t step = step_of(s, panel)->steps[build];

    return step == MATCH_NONE ? NULL : &s->scene->builds[build].observations.steps[step];
}

/* What a panel must show: 99 of 100 points, and the lines to their ends. */
static int64_t needed_us(const struct concurrency *s, const struct panel *panel, int64_t *scratch)
{
    const struct fit *fits = trends_row(&s->trends, panel->row);
    double most = 1;

    for (size_t b = 0; b < s->scene->count; b++) {
        const struct step_observations *o = observed(s, panel, b);
        size_t from = 0;

        if (!o || !o->count)
            continue;
        observations_times(o, scratch);
        most = fmax(most, 1.15 * (double)percentile_select(scratch, &from, o->count, 0.99));
        if (!isnan(fits[b].slope))
            most = fmax(most, fit_at(&fits[b], fits[b].x_most));
    }
    return (int64_t)most;
}

static int place_dots(struct concurrency *s, struct panel *panel, size_t build,
                      const struct ruler *y)
{
    const struct step_observations *o = observed(s, panel, build);
    size_t stride = o ? o->count * s->scene->count / MOST_DOTS + 1 : 1;
    struct point *dots = malloc(((o ? o->count / stride : 0) + 1) * sizeof(*dots));
    size_t count = 0;

    panel->dots[build] = dots;
    if (!dots)
        return -E_NOMEM;
    for (size_t i = 0; o && i < o->count; i++) {
        bool fits = (double)o->list[i].us <= y->most;

        panel->above += !fits;
        if (fits && i % stride == 0)
            dots[count++] = (struct point){round(ruler_at(&s->x, o->list[i].active) * 10) / 10,
                                           round(ruler_at(y, (double)o->list[i].us) * 10) / 10};
    }
    panel->dot_count[build] = count;
    s->sampled = s->sampled || stride > 1;
    return 0;
}

static struct box panel_box(const struct concurrency *s, size_t i)
{
    return plot_panel(&s->plot, i % s->plot.columns, i / s->plot.columns);
}

static int place_panel(struct concurrency *s, size_t i)
{
    struct panel *panel = &s->panels[i];
    struct ruler *y = &s->y[i / s->plot.columns];
    size_t most = 0;

    panel->dots = calloc(s->scene->count, sizeof(*panel->dots));
    panel->dot_count = calloc(s->scene->count, sizeof(*panel->dot_count));
    if (!panel->dots || !panel->dot_count)
        return -E_NOMEM;
    plot_rule(panel_box(s, i), &s->x, y);
    for (size_t b = 0; b < s->scene->count; b++) {
        if (place_dots(s, panel, b, y) < 0)
            return -E_NOMEM;
        most = panel->dot_count[b] > most ? panel->dot_count[b] : most;
    }
    panel->radius = (most <= 100 ? 2.6 : most <= 500 ? 2 : 1.7) * s->plot.unit;
    s->above += panel->above;
    return 0;
}

static void find_rulers(struct concurrency *s, int64_t *scratch)
{
    size_t active = 1;
    int64_t most[MOST_PANELS] = {0};

    for (size_t b = 0; b < s->scene->count; b++) {
        if (s->scene->builds[b].active.most > active)
            active = s->scene->builds[b].active.most;
    }
    s->x = ruler_whole("sessions that were active when the wait began", (double)active * 1.02, 5);
    for (size_t i = 0; i < s->count; i++) {
        int64_t us = needed_us(s, &s->panels[i], scratch);

        if (us > most[i / s->plot.columns])
            most[i / s->plot.columns] = us;
    }
    for (size_t i = 0; i < s->plot.rows; i++) {
        s->y[i] = ruler_time("time", most[i], 4);
        ruler_name_unit(&s->y[i]); /* rows may differ in it */
    }
}

/* So many that slopes and names have room. */
static size_t find_columns(const struct concurrency *s)
{
    double units = s->scene->width / layout_unit(s->scene->width);
    size_t fit = (size_t)fmax(units / COLUMN_LEAST, 1);
    size_t most = s->count > 4 && s->count <= 6 ? 3 : s->count < COLUMNS ? s->count : COLUMNS;

    return fit < most ? fit : most;
}

static void plan(struct concurrency *s)
{
    size_t columns = find_columns(s);
    struct plot_request request = {
        .width = s->scene->width,
        .columns = columns,
        .rows = (s->count + columns - 1) / columns,
        .panel_height = HEIGHT,
        .label_width = 90,
        .head_lines = (s->scene->count + CELLS - 1) / CELLS,
        .notes = s->scene->notes->count,
        .legend = s->scene->count > 1,
        .x_every_row = true,
    };

    plot_plan(&s->plot, &request);
}

static int fill(struct concurrency *s)
{
    size_t rows[MOST_PANELS];
    size_t most = 0;
    int64_t *scratch;
    int rc = 0;

    s->count = trends_rank(&s->trends, rows, MOST_PANELS);
    for (size_t i = 0; i < s->count; i++)
        s->panels[i].row = rows[i];
    if (s->count == 0)
        return 0;
    for (size_t b = 0; b < s->scene->count; b++) {
        if (s->scene->builds[b].table.session_count > most)
            most = s->scene->builds[b].table.session_count;
    }
    scratch = malloc((most + 1) * sizeof(*scratch));
    if (!scratch)
        return -E_NOMEM;
    plan(s);
    find_rulers(s, scratch);
    free(scratch);
    for (size_t i = 0; i < s->count && rc == 0; i++)
        rc = place_panel(s, i);
    return rc;
}

/* A build's name and how much longer each session more makes its waits, in `width` at most; returns
 * where the next may stand. */
static double paint_slope(const struct concurrency *s, struct canvas *c, const struct fit *fit,
                          size_t build, double x, double y, double width)
{
    struct font font = {13 * s->plot.unit, false, build_colour(build), ANCHOR_START, false};
    struct font bold = {13 * s->plot.unit, true, build_colour(build), ANCHOR_START, false};
    const char *label = s->scene->builds[build].label;
    double gap = 5 * s->plot.unit;
    double name;
    char slope[TREND_TEXT];

    trend_format(fit, slope);
    name = fmin(text_width(&font, label), width - text_width(&bold, slope) - 3 * gap);
    if (name < LEAST_NAME * s->plot.unit) /* then the colour must do */
        name = -gap;
    else
        plot_text(c, &font, x, y, name + 0.01, label);
    canvas_text(c, &bold, x + name + gap, y, slope);
    return x + name + text_width(&bold, slope) + 3 * gap;
}

static void paint_slopes(const struct concurrency *s, struct canvas *c, struct box box,
                         const struct fit *fits)
{
    struct font font = {13 * s->plot.unit, false, INK, ANCHOR_START, false};
    double y = box.y - s->plot.head_height + 36 * s->plot.unit;
    double x = box.x;
    char slope[TREND_TEXT];
    char text[64];
    size_t told = 0;
    size_t all = 0;

    snprintf(text, sizeof(text), "%s%s", trend_format(&fits[0], slope),
             fit_is_sure(&fits[0]) ? " a session" : "");
    if (s->scene->count == 1)
        canvas_text(c, &font, x, y, text);
    for (size_t b = 0; b < s->scene->count; b++)
        all += fits[b].count > 0; /* the others have no such step, or nobody came so far */
    for (size_t b = 0; b < s->scene->count && s->scene->count > 1; b++) {
        size_t line = CELLS - told % CELLS;
        size_t left = line < all - told ? line : all - told; /* on this line */

        if (fits[b].count == 0)
            continue;
        if (told > 0 && told % CELLS == 0) {
            x = box.x;
            y += 18 * s->plot.unit;
        }
        x = paint_slope(s, c, &fits[b], b, x, y, (box.x + box.width - x) / (double)left);
        told++;
    }
}

static void paint_line(const struct concurrency *s, struct canvas *c, const struct ruler *y,
                       const struct fit *fit, size_t build)
{
    struct pen pen = {build_colour(build), 2.5 * s->plot.unit, !fit_is_sure(fit),
                      build_class(build), 0};
    double x1 = ruler_at(&s->x, fit->x_least);
    double x2 = ruler_at(&s->x, fit->x_most);
    double y1 = ruler_at(y, fit_at(fit, fit->x_least));
    double y2 = ruler_at(y, fit_at(fit, fit->x_most));

    if (isnan(fit->slope))
        return;
    canvas_line(c, &pen, x1, y1, x2, y2);
}

/* "; sync +42 ms a session (95 %: 38 to 46 ms), explains 80 %" */
static int fit_title(const char *label, const struct fit *fit, char *out, size_t size)
{
    char slope[TREND_TEXT];

    if (!isfinite(fit->low) || !isfinite(fit->high))
        return snprintf(out, size, "; %.60s: too few waits for a trend", label);
    return snprintf(out, size, "; %.60s %s a session (95 %%: %.3g to %.3g ms), explains %.0f %%",
                    label, trend_format(fit, slope), fit->low / 1e3, fit->high / 1e3,
                    fit->explained * 100);
}

static void panel_title(const struct concurrency *s, const struct panel *panel, char *out,
                        size_t size)
{
    const struct fit *fits = trends_row(&s->trends, panel->row);
    int used = snprintf(out, size, "%.200s", step_of(s, panel)->label);

    for (size_t b = 0; b < s->scene->count && used >= 0 && (size_t)used < size; b++)
        used += fit_title(s->scene->builds[b].label, &fits[b], out + used, size - (size_t)used);
}

static void paint_panel(struct concurrency *s, struct canvas *c, size_t i)
{
    const struct panel *panel = &s->panels[i];
    const struct fit *fits = trends_row(&s->trends, panel->row);
    const char *label = step_of(s, panel)->label;
    struct box box = panel_box(s, i);
    struct ruler *y = &s->y[i / s->plot.columns];
    struct font bold = {14.5 * s->plot.unit, true, INK, ANCHOR_START, false};
    char title[1024];
    struct group group = {.class = "panel", .data = "step", .value = label, .title = title};

    plot_rule(box, &s->x, y);
    panel_title(s, panel, title, sizeof(title));
    canvas_group(c, &group);
    plot_label(c, &bold, box.x, box.y - s->plot.head_height + 13 * s->plot.unit, box.width, 1,
               label);
    paint_slopes(s, c, box, fits);
    plot_grid(&s->plot, c, box, &s->x, y);
    plot_numbers(&s->plot, c, box, &s->x, i % s->plot.columns == 0 ? y : NULL);
    for (size_t b = 0; b < s->scene->count; b++) {
        struct fill fill = {build_colour(b), panel->dot_count[b] <= 100 ? 0.55 : 0.4,
                            build_class(b)};

        canvas_dots(c, &fill, panel->dots[b], panel->dot_count[b], panel->radius);
    }
    for (size_t b = 0; b < s->scene->count; b++)
        paint_line(s, c, y, &fits[b], b);
    canvas_group_end(c);
}

/* Between which numbers of active sessions the waits began that are drawn. */
static void find_range(const struct concurrency *s, double *least, double *most)
{
    *least = INFINITY;
    *most = 0;
    for (size_t i = 0; i < s->count * s->scene->count; i++) {
        const struct fit *fit =
            &trends_row(&s->trends, s->panels[i / s->scene->count].row)[i % s->scene->count];

        if (fit->count == 0)
            continue;
        *least = fmin(*least, fit->x_least);
        *most = fmax(*most, fit->x_most);
    }
}

/* What the reader must know beside what a point is. */
static void tell_more(const struct concurrency *s, char *out, size_t size)
{
    double least;
    double most;
    size_t used = 0;

    find_range(s, &least, &most);
    if (most < 1.2 * least) {
        snprintf(out, size,
                 "but never fewer than %.0f nor more than %.0f: no trend can be seen (--all takes "
                 "in the sessions before and after)",
                 least, most);
        return;
    }
    if (s->trends.count > s->count)
        used = (size_t)snprintf(out, size, "%zu of %zu steps, the steepest first; ", s->count,
                                s->trends.count);
    used += (size_t)snprintf(out + used, size - used,
                             "dashed: no sure trend; scales differ from row to row");
    if (s->above)
        used += (size_t)snprintf(out + used, size - used, "; %zu %s above", s->above,
                                 s->above == 1 ? "point lies" : "points lie");
    if (s->sampled)
        snprintf(out + used, size - used, "; not all points are drawn");
}

static int paint(const struct sheet *sheet, struct canvas *c)
{
    struct concurrency *s = sheet->state;
    char more[256];

    tell_more(s, more, sizeof(more));
    plot_title(&s->plot, c, s->kind, more, s->scene->notes);
    if (s->scene->count > 1) {
        double x =
            plot_legend_builds(&s->plot, c, 30 * s->plot.unit, s->scene->builds, s->scene->count);

        plot_legend(&s->plot, c, x, "+10 ms: so much longer for each session more");
    }
    for (size_t i = 0; i < s->count; i++)
        paint_panel(s, c, i);
    plot_axis_names(&s->plot, c, &s->x, NULL);
    return 0;
}

/* In a run of sessions one after another there is nothing to see. */
static bool any_together(const struct scene *scene)
{
    for (size_t i = 0; i < scene->count; i++) {
        if (scene->builds[i].active.most > 1)
            return true;
    }
    return false;
}

int prepare_concurrency(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                        struct error *err)
{
    struct concurrency *s;

    *out = (struct sheet){0};
    if (!any_together(scene))
        return 0;
    s = calloc(1, sizeof(*s));
    if (!s)
        return error_nomem(err);
    *s = (struct concurrency){.kind = kind, .scene = scene};
    if (trends_compute(&s->trends, scene) < 0 || fill(s) < 0) {
        concurrency_free(s);
        return error_nomem(err);
    }
    if (s->count == 0) {
        concurrency_free(s);
        return 0;
    }
    *out = (struct sheet){s->plot.width, s->plot.height, s, paint, concurrency_free};
    return 0;
}
