/* Box plots of the steps that deserve the first look: the slowest, the most variable, those in
 * which builds differ most, a panel of rows each.  A step may stand in several: each list is
 * complete for its question.  Where the script has few waits, one panel holds them all. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/boxes.h"
#include "analyzer/layout.h"
#include "analyzer/match.h"
#include "analyzer/palette.h"
#include "analyzer/plot.h"
#include "core/units.h"

#define ALL_ROWS 10 /* so few waits stand in one panel, all of them */
#define TOP_ROWS 8
#define TOP_ROWS_MANY 5 /* with more builds than three */
#define LABELS 340.0    /* units, left of the boxes */
#define BELOW 14.0      /* the rows of a panel: air */
#define NUMBERS 150.0   /* right of them */

struct section {
    const char *name;
    const char *why;
    size_t rows[ALL_ROWS]; /* of the boxes */
    size_t count;
};

struct durations {
    const struct chart_kind *kind;
    const struct scene *scene;
    struct boxes boxes;
    struct section sections[BOX_ORDERS];
    size_t section_count;
    struct plot plot;
    struct ruler x;
    double bar;  /* pixels: of a box */
    double step; /* from one row to the next */
};

static void durations_free(void *state)
{
    struct durations *d = state;

    if (d)
        boxes_release(&d->boxes);
    free(d);
}

static const struct {
    const char *name;
    const char *why;
} headings[BOX_ORDERS] = {
    [BOX_SLOWEST] = {"The slowest", "by the 95th percentile of the slowest build"},
    [BOX_VARIABLE] = {"The most variable",
                      "by the way from the 5th to the 95th percentile, against the median"},
    [BOX_APART] =
        {"The largest differences between builds",
         "by how far two of their boxes lie apart; only where chance does not explain it"},
};

static void add_section(struct durations *d, enum box_order order, size_t most)
{
    struct section *section = &d->sections[d->section_count];

    *section = (struct section){headings[order].name, headings[order].why, {0}, 0};
    section->count = boxes_rank(&d->boxes, order, section->rows, most);
    d->section_count += section->count > 0;
}

static void choose_rows(struct durations *d)
{
    size_t most = d->scene->count > 3 ? TOP_ROWS_MANY : TOP_ROWS;

    if (d->boxes.count <= ALL_ROWS) {
        add_section(d, BOX_SLOWEST, ALL_ROWS);
        d->sections[0].name = "All steps that one waits for";
        d->sections[0].why = "the slowest first: by the 95th percentile of the slowest build";
        return;
    }
    for (int order = 0; order < BOX_ORDERS; order++)
        add_section(d, (enum box_order)order, most);
}

/* The scale of all sections. */
static struct ruler find_ruler(const struct durations *d)
{
    int64_t least = INT64_MAX;
    int64_t most = 0;

    for (size_t i = 0; i < d->section_count; i++) {
        for (size_t k = 0; k < d->sections[i].count; k++) {
            const struct five *row = boxes_row(&d->boxes, d->sections[i].rows[k]);

            for (size_t b = 0; b < d->boxes.builds; b++) {
                if (row[b].count == 0)
                    continue;
                most = row[b].us[BOX_P95] > most ? row[b].us[BOX_P95] : most;
                least = row[b].us[BOX_P5] < least ? row[b].us[BOX_P5] : least;
            }
        }
    }
    return ruler_time_either("time that one waits for it", least, most, 12);
}

/* What the lists before this one are shorter than the longest. */
static double spared(const struct durations *d, size_t section)
{
    size_t most = 0;
    size_t rows = 0;

    for (size_t i = 0; i < d->section_count; i++)
        most = d->sections[i].count > most ? d->sections[i].count : most;
    for (size_t i = 0; i < section; i++)
        rows += most - d->sections[i].count;
    return d->step * (double)rows;
}

static void plan(struct durations *d)
{
    struct plot_request request = {
        .width = d->scene->width,
        .columns = 1,
        .rows = d->section_count,
        .label_width = LABELS,
        .right_width = NUMBERS,
        .head_lines = 1,
        .notes = d->scene->notes->count,
        .legend = d->scene->count > 1,
        .x_every_row = true,
    };
    double unit = layout_unit(request.width);
    size_t most = 0;

    for (size_t i = 0; i < d->section_count; i++)
        most = d->sections[i].count > most ? d->sections[i].count : most;
    d->bar = round((d->scene->count == 1 ? 16 : 13) * unit);
    d->step = d->bar * (double)d->scene->count + round(10 * unit);
    request.panel_height = d->step * (double)most / unit + BELOW;
    plot_plan(&d->plot, &request);
    d->plot.height -= floor(spared(d, d->section_count));
    d->x = find_ruler(d);
}

static void box_title(const char *build, const char *step, const struct five *five, char *out,
                      size_t size)
{
    char text[BOX_PARTS][DURATION_TEXT];

    for (size_t i = 0; i < BOX_PARTS; i++)
        duration_format(five->us[i], text[i], sizeof(text[i]));
    snprintf(out, size, "%s: %s: p5 %s, p25 %s, p50 %s, p75 %s, p95 %s, of %zu", build, step,
             text[BOX_P5], text[BOX_P25], text[BOX_P50], text[BOX_P75], text[BOX_P95], five->count);
}

static void paint_box(const struct durations *d, struct canvas *c, const struct ruler *x,
                      const struct five *five, size_t build, double y)
{
    double at[BOX_PARTS];
    double high = d->bar - 2;
    double middle = y + high / 2;
    struct fill body = {build_colour(build), 0.4, build_class(build)};
    struct fill median = {build_colour(build), 1, build_class(build)};
    struct pen pen = {build_colour(build), fmax(1.5 * d->plot.unit, 1), false, build_class(build),
                      0};

    for (size_t i = 0; i < BOX_PARTS; i++)
        at[i] = ruler_at(x, (double)five->us[i]);
    canvas_line(c, &pen, at[BOX_P5], middle, at[BOX_P25], middle);
    canvas_line(c, &pen, at[BOX_P75], middle, at[BOX_P95], middle);
    canvas_line(c, &pen, at[BOX_P5], y + high / 4, at[BOX_P5], y + high * 3 / 4);
    canvas_line(c, &pen, at[BOX_P95], y + high / 4, at[BOX_P95], y + high * 3 / 4);
    canvas_rect(c, &body, (struct box){at[BOX_P25], y, fmax(at[BOX_P75] - at[BOX_P25], 1), high});
    canvas_rect(c, &median,
                (struct box){at[BOX_P50] - 2 * d->plot.unit, y, 4 * d->plot.unit, high});
}

/* Right of the boxes: p50 and p95. */
static void paint_numbers(const struct durations *d, struct canvas *c, struct box panel,
                          const struct five *five, size_t build, double y)
{
    struct font font = {12 * d->plot.unit, false, d->scene->count > 1 ? build_colour(build) : INK,
                        ANCHOR_END, false};
    double right = panel.x + panel.width;
    char text[DURATION_TEXT];

    y += d->bar - 4 * d->plot.unit;
    canvas_text(c, &font, right + 68 * d->plot.unit, y,
                duration_format(five->us[BOX_P50], text, sizeof(text)));
    canvas_text(c, &font, right + 138 * d->plot.unit, y,
                duration_format(five->us[BOX_P95], text, sizeof(text)));
}

static void paint_row(const struct durations *d, struct canvas *c, struct box panel,
                      const struct ruler *x, size_t row, double top)
{
    const char *label = d->scene->match->list[d->boxes.matched[row]].label;
    const struct five *boxes = boxes_row(&d->boxes, row);
    struct font font = {13.5 * d->plot.unit, false, INK, ANCHOR_END, false};
    double y = top + (d->step - d->bar * (double)d->boxes.builds) / 2;
    char title[512];

    plot_label(c, &font, panel.x - 12 * d->plot.unit, top + d->step / 2,
               panel.x - 42 * d->plot.unit, d->step >= 34 * d->plot.unit ? 2 : 1, label);
    for (size_t i = 0; i < d->boxes.builds; i++, y += d->bar) {
        struct group group = {.class = "box", .data = "step", .value = label, .title = title};

        if (boxes[i].count == 0)
            continue;
        box_title(d->scene->builds[i].label, label, &boxes[i], title, sizeof(title));
        canvas_group(c, &group);
        paint_box(d, c, x, &boxes[i], i, y);
        paint_numbers(d, c, panel, &boxes[i], i, y);
        canvas_group_end(c);
    }
}

static void paint_column_names(const struct durations *d, struct canvas *c, struct box panel)
{
    struct font font = {12 * d->plot.unit, true, INK_SOFT, ANCHOR_END, false};
    double right = panel.x + panel.width;

    canvas_text(c, &font, right + 68 * d->plot.unit, panel.y - 6 * d->plot.unit, "p50");
    canvas_text(c, &font, right + 138 * d->plot.unit, panel.y - 6 * d->plot.unit, "p95");
}

static void paint_section(const struct durations *d, struct canvas *c, size_t i)
{
    const struct section *section = &d->sections[i];
    struct box panel = plot_panel(&d->plot, 0, i);
    struct box head;
    struct ruler x = d->x;
    struct pen between = {GRID, 1, false, "grid", 0};

    panel.y -= spared(d, i);
    head = panel;
    head.width += head.x - 30 * d->plot.unit;
    head.x = 30 * d->plot.unit;
    panel.height = d->step * (double)section->count;
    plot_rule(panel, &x, NULL);
    plot_head(&d->plot, c, head, section->name, &section->why, 1);
    plot_grid(&d->plot, c, panel, &x, NULL);
    paint_column_names(d, c, panel);
    for (size_t k = 0; k < section->count; k++) {
        double top = panel.y + d->step * (double)k;

        canvas_line(c, &between, 30 * d->plot.unit, top, d->plot.width - 12 * d->plot.unit, top);
        paint_row(d, c, panel, &x, section->rows[k], top);
    }
    plot_numbers(&d->plot, c, panel, &x, NULL);
}

static int paint(const struct sheet *sheet, struct canvas *c)
{
    const struct durations *d = sheet->state;

    plot_title(&d->plot, c, d->kind, NULL, d->scene->notes);
    if (d->scene->count > 1)
        plot_legend_builds(&d->plot, c, 30 * d->plot.unit, d->scene->builds, d->scene->count);
    for (size_t i = 0; i < d->section_count; i++)
        paint_section(d, c, i);
    plot_axis_names(&d->plot, c, &d->x, NULL);
    return 0;
}

int prepare_durations(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                      struct error *err)
{
    struct durations *d = calloc(1, sizeof(*d));

    *out = (struct sheet){0};
    if (!d)
        return error_nomem(err);
    *d = (struct durations){.kind = kind, .scene = scene};
    if (boxes_compute(&d->boxes, scene) < 0) {
        durations_free(d);
        return error_nomem(err);
    }
    choose_rows(d);
    if (d->section_count == 0) {
        durations_free(d);
        return 0;
    }
    plan(d);
    *out = (struct sheet){d->plot.width, d->plot.height, d, paint, durations_free};
    return 0;
}
