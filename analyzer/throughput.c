#include "analyzer/throughput.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/chart_signs.h"
#include "analyzer/palette.h"
#include "core/units.h"

#define ACTIVE_STEP 1.5 /* pixels between two moments at which the active are counted */

static const struct flow_look looks[FLOW_KINDS + 1] = {
    [FLOW_STARTED] = {"Sessions started", false, {FLOW_STARTED_RGB, 0.55, "flow started"}},
    [FLOW_FINISHED] = {"Sessions finished", true, {FLOW_FINISHED_RGB, 1, "flow finished"}},
    [FLOW_FAILED] = {"Sessions failed", false, {FLOW_FAILED_RGB, 1, "flow failed"}},
    [FLOW_REQUESTS] = {"Requests answered", true, {FLOW_REQUESTS_RGB, 1, "flow requests"}},
    [FLOW_MESSAGES] = {"Messages", true, {FLOW_MESSAGES_RGB, 1, "flow messages"}},
    [FLOW_KINDS] = {"Sessions active", false, {FLOW_ACTIVE_RGB, 0.6, "flow active"}},
};

const struct flow_look *flow_look(size_t what)
{
    return &looks[what];
}

/* What one panel needs. */
struct painter {
    const struct throughput *t;
    struct canvas *canvas;
    size_t build;
    const struct flow *flow;
    struct box panel;
    struct ruler x;
    struct ruler y;
    struct point *points; /* room for two an interval, or one a pixel, and two more */
};

static struct box place(struct painter *p, size_t row)
{
    p->x = p->t->x;
    p->y = p->t->y[row];
    p->panel = plot_panel(&p->t->plot, p->build, row);
    plot_rule(p->panel, &p->x, &p->y);
    return p->panel;
}

/* The outline of a row of columns, two points each. */
static size_t outline(struct painter *p, enum flow_what what)
{
    for (size_t i = 0; i < p->flow->count; i++) {
        double y = ruler_at(&p->y, flow_rate(p->flow, what, i));
        int64_t from_us = (int64_t)i * p->flow->every_us;

        p->points[2 * i] = (struct point){ruler_at(&p->x, (double)from_us), y};
        p->points[2 * i + 1] =
            (struct point){ruler_at(&p->x, (double)(from_us + p->flow->every_us)), y};
    }
    return 2 * p->flow->count;
}

/* Down to the base line, so that it can be filled. */
static void draw_area(struct painter *p, size_t what, size_t count)
{
    p->points[count] = (struct point){p->points[count - 1].x, p->y.from};
    p->points[count + 1] = (struct point){p->points[0].x, p->y.from};
    canvas_area(p->canvas, &looks[what].fill, p->points, count + 2);
}

static void draw_line(struct painter *p, enum flow_what what)
{
    struct pen pen = {looks[what].fill.rgb, 2 * p->t->plot.unit, false, looks[what].fill.class, 0};

    canvas_path(p->canvas, &pen, p->points, outline(p, what));
}

/* Columns: a line of them would lie on the base line nearly everywhere. */
static void draw_failed(struct painter *p)
{
    for (size_t i = 0; i < p->flow->count; i++) {
        double x = ruler_at(&p->x, (double)((int64_t)i * p->flow->every_us));
        double right = ruler_at(&p->x, (double)((int64_t)(i + 1) * p->flow->every_us));
        double y = ruler_at(&p->y, flow_rate(p->flow, FLOW_FAILED, i));

        if (p->flow->counts[FLOW_FAILED][i])
            canvas_rect(p->canvas, &looks[FLOW_FAILED].fill,
                        (struct box){x, y, right - x, p->y.from - y});
    }
}

static void draw_active(struct painter *p)
{
    const struct build *build = &p->t->scene->builds[p->build];
    double end = ruler_at(&p->x, (double)build->table.end_us);
    size_t count = (size_t)((end - p->x.from) / ACTIVE_STEP) + 1;

    for (size_t i = 0; i < count; i++) {
        double x = p->x.from + (double)i * ACTIVE_STEP;
        double us = p->x.most * (x - p->x.from) / (p->x.to - p->x.from);

        p->points[i] =
            (struct point){x, ruler_at(&p->y, (double)active_at(&build->active, (int64_t)us))};
    }
    draw_area(p, FLOW_KINDS, count);
}

static void draw_rows(struct painter *p)
{
    place(p, THROUGHPUT_SESSIONS);
    draw_area(p, FLOW_STARTED, outline(p, FLOW_STARTED));
    draw_failed(p);
    draw_line(p, FLOW_FINISHED);
    place(p, THROUGHPUT_STEPS);
    if (p->flow->totals[FLOW_REQUESTS])
        draw_line(p, FLOW_REQUESTS);
    if (p->flow->totals[FLOW_MESSAGES])
        draw_line(p, FLOW_MESSAGES);
    place(p, THROUGHPUT_ACTIVE);
    draw_active(p);
}

static void draw_late(struct painter *p)
{
    const struct late *late = &p->t->scene->builds[p->build].late;

    for (size_t i = 0; i < late->count; i++) {
        double from = ruler_at(&p->x, (double)late->spans[i].from_us);
        double to = ruler_at(&p->x, (double)late->spans[i].to_us);

        sign_late(p->canvas, (struct box){from, p->panel.y, to - from, p->panel.height},
                  p->t->plot.unit);
    }
}

static void draw_steady(struct painter *p)
{
    const struct steady *steady = &p->t->scene->builds[p->build].steady;
    struct pen pen = {INK, fmax(1, 2 * p->t->plot.unit), true, "steady", 0};
    int64_t us[] = {steady->from_us, steady->to_us};

    for (size_t i = 0; i < 2 && steady->used; i++) {
        double x = ruler_at(&p->x, (double)us[i]);

        canvas_line(p->canvas, &pen, x, p->panel.y, x, p->panel.y + p->panel.height);
    }
}

static void draw_over(struct painter *p)
{
    canvas_group(p->canvas, &(struct group){.class = "over", .veil = true});
    for (size_t row = 0; row < THROUGHPUT_ROWS; row++) {
        place(p, row);
        draw_late(p);
        draw_steady(p);
    }
    canvas_group_end(p->canvas);
}

/* "12", "0.45" */
static const char *rate_text(double rate, char *out, size_t size)
{
    snprintf(out, size, rate >= 100 ? "%.0f" : "%.3g", rate);
    return out;
}

static void interval_title(const struct painter *p, size_t i, char *out, size_t size)
{
    const struct flow *flow = p->flow;
    char from[DURATION_TEXT];
    char every[DURATION_TEXT];

    snprintf(out, size,
             "%s from %s on: sessions started %u, finished %u, failed %u; requests %u, messages "
             "%u; active %zu",
             duration_format(flow->every_us, every, sizeof(every)),
             duration_format((int64_t)i * flow->every_us, from, sizeof(from)),
             flow->counts[FLOW_STARTED][i], flow->counts[FLOW_FINISHED][i],
             flow->counts[FLOW_FAILED][i], flow->counts[FLOW_REQUESTS][i],
             flow->counts[FLOW_MESSAGES][i],
             active_at(&p->t->scene->builds[p->build].active, (int64_t)i * flow->every_us));
}

/* Unseen, over all panels of the build: what a pointer is told. */
static void draw_titles(struct painter *p)
{
    static const struct fill unseen = {0xffffff, 0, NULL};
    struct box top = place(p, 0);
    struct box bottom = place(p, THROUGHPUT_ROWS - 1);
    char title[320];

    for (size_t i = 0; i < p->flow->count; i++) {
        double x = ruler_at(&p->x, (double)((int64_t)i * p->flow->every_us));
        double right = ruler_at(&p->x, (double)((int64_t)(i + 1) * p->flow->every_us));

        interval_title(p, i, title, sizeof(title));
        canvas_group(p->canvas, &(struct group){.class = "interval", .title = title});
        canvas_rect(p->canvas, &unseen,
                    (struct box){x, top.y, right - x, bottom.y + bottom.height - top.y});
        canvas_group_end(p->canvas);
    }
}

static void sessions_text(const struct flow *flow, char *out, size_t size)
{
    size_t unfinished =
        flow->totals[FLOW_STARTED] - flow->totals[FLOW_FINISHED] - flow->totals[FLOW_FAILED];
    int used = snprintf(out, size, "%zu started, %zu done", flow->totals[FLOW_STARTED],
                        flow->totals[FLOW_FINISHED]);

    if (flow->totals[FLOW_FAILED])
        used +=
            snprintf(out + used, size - (size_t)used, ", %zu failed", flow->totals[FLOW_FAILED]);
    if (unfinished)
        snprintf(out + used, size - (size_t)used, ", %zu unfinished", unfinished);
}

static void steps_text(const struct flow *flow, char *out, size_t size)
{
    char requests[32];
    char messages[32];

    rate_text(flow_most(flow, FLOW_REQUESTS), requests, sizeof(requests));
    rate_text(flow_most(flow, FLOW_MESSAGES), messages, sizeof(messages));
    if (flow->totals[FLOW_MESSAGES])
        snprintf(out, size, "peak: %s requests, %s messages", requests, messages);
    else
        snprintf(out, size, "peak: %s requests", requests);
}

static void head_text(const struct painter *p, size_t row, char *out, size_t size)
{
    const struct build *build = &p->t->scene->builds[p->build];

    if (row == THROUGHPUT_SESSIONS)
        sessions_text(p->flow, out, size);
    else if (row == THROUGHPUT_STEPS)
        steps_text(p->flow, out, size);
    else
        snprintf(out, size, "peak: %zu active", build->active.most);
}

static void draw_frame(struct painter *p)
{
    const struct plot *plot = &p->t->plot;
    const char *label = p->t->scene->builds[p->build].label;
    char text[128];
    const char *lines[] = {text};

    for (size_t row = 0; row < THROUGHPUT_ROWS; row++) {
        place(p, row);
        head_text(p, row, text, sizeof(text));
        plot_head(plot, p->canvas, p->panel, row == 0 ? label : "", lines, 1);
        plot_grid(plot, p->canvas, p->panel, &p->x, &p->y);
        plot_numbers(plot, p->canvas, p->panel, row == THROUGHPUT_ROWS - 1 ? &p->x : NULL,
                     p->build == 0 ? &p->y : NULL);
    }
}

static size_t most_points(const struct throughput *t, const struct flow *flow)
{
    size_t active = (size_t)(t->plot.panel_width / ACTIVE_STEP) + 1;

    return (2 * flow->count > active ? 2 * flow->count : active) + 2;
}

int throughput_paint_build(const struct throughput *t, size_t build, struct canvas *canvas)
{
    struct painter p = {.t = t, .canvas = canvas, .build = build, .flow = &t->flows[build]};

    p.points = malloc(most_points(t, p.flow) * sizeof(*p.points));
    if (!p.points)
        return -E_NOMEM;
    canvas_group(
        canvas,
        &(struct group){.class = "build", .data = "label", .value = t->scene->builds[build].label});
    draw_frame(&p);
    draw_rows(&p);
    draw_over(&p);
    draw_titles(&p);
    canvas_group_end(canvas);
    free(p.points);
    return 0;
}
