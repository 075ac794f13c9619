/* Over time, in intervals: what came, what was done, and how many were there at once.  Started
 * sessions are an area and finished ones a line over it, so that what stays undone shows between
 * them. */
#include "analyzer/throughput.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/chart_signs.h"
#include "analyzer/palette.h"
#include "core/units.h"

#define ROW_HEIGHT 190.0
#define INTERVAL_LEAST 9.0 /* units wide */
#define TICK_WIDE 62.0

/* A line's key is a line. */
static double draw_key(const struct throughput *t, struct canvas *c, double x, size_t what)
{
    const struct flow_look *look = flow_look(what);
    struct box box = plot_key(&t->plot, x);

    if (look->line) {
        box.y += box.height * 0.4;
        box.height *= 0.2;
    }
    canvas_rect(c, &look->fill, box);
    return plot_legend(&t->plot, c, x, look->text);
}

static void draw_legend(const struct throughput *t, struct canvas *c)
{
    double x = 30 * t->plot.unit;

    for (size_t what = 0; what <= FLOW_KINDS; what++) {
        if (what == FLOW_KINDS || t->any[what])
            x = draw_key(t, c, x, what);
    }
    if (t->late) {
        sign_late(c, plot_key(&t->plot, x), t->plot.unit);
        plot_legend(&t->plot, c, x, "The player was late: not to be trusted");
    }
}

/* "5 s", "2 min": intervals are whole units. */
static const char *every_text(int64_t us, char *out, size_t size)
{
    if (us < 60 * US_PER_S)
        return duration_format(us, out, size);
    snprintf(out, size, us % (3600 * US_PER_S) ? "%lld min" : "%lld h",
             (long long)(us / (us % (3600 * US_PER_S) ? 60 * US_PER_S : 3600 * US_PER_S)));
    return out;
}

static void draw_title(const struct throughput *t, struct canvas *c)
{
    char every[DURATION_TEXT];
    char more[128];

    snprintf(more, sizeof(more), "counted in intervals of %s%s",
             every_text(t->flows[0].every_us, every, sizeof(every)),
             t->steady ? "; between the dashed lines all users were there" : "");
    plot_title(&t->plot, c, t->kind, more, t->scene->notes);
}

/* The names of the rows, along each. */
static void draw_row_names(const struct throughput *t, struct canvas *c)
{
    static const char *const names[] = {"sessions a second", "steps a second", "active sessions"};
    struct font turned = {15 * t->plot.unit, false, INK, ANCHOR_MIDDLE, true};

    for (size_t row = 0; row < THROUGHPUT_ROWS; row++) {
        struct box panel = plot_panel(&t->plot, 0, row);

        canvas_text(c, &turned, 24 * t->plot.unit, panel.y + panel.height / 2, names[row]);
    }
}

static int paint(const struct sheet *sheet, struct canvas *canvas)
{
    const struct throughput *t = sheet->state;
    int rc = 0;

    draw_title(t, canvas);
    draw_legend(t, canvas);
    for (size_t i = 0; i < t->scene->count && rc == 0; i++)
        rc = throughput_paint_build(t, i, canvas);
    draw_row_names(t, canvas);
    plot_axis_names(&t->plot, canvas, &t->x, NULL);
    return rc;
}

static void release(void *user)
{
    struct throughput *t = user;

    for (size_t i = 0; t && i < t->scene->count; i++)
        flow_release(&t->flows[i]);
    free(t);
}

static void plan(struct throughput *t, int64_t span_us)
{
    struct plot_request request = {.width = t->scene->width,
                                   .columns = t->scene->count,
                                   .rows = THROUGHPUT_ROWS,
                                   .panel_height = ROW_HEIGHT,
                                   .head_lines = 1,
                                   .notes = t->scene->notes->count,
                                   .legend = true};

    plot_plan(&t->plot, &request);
    t->x = ruler_time("time since the first session started", span_us,
                      (size_t)(t->plot.panel_width / (TICK_WIDE * t->plot.unit)));
}

static void count_most(struct throughput *t, double most[THROUGHPUT_ROWS])
{
    for (size_t i = 0; i < t->scene->count; i++) {
        const struct build *build = &t->scene->builds[i];

        for (int what = 0; what < FLOW_KINDS; what++) {
            double *row = &most[what <= FLOW_FAILED ? THROUGHPUT_SESSIONS : THROUGHPUT_STEPS];

            *row = fmax(*row, flow_most(&t->flows[i], (enum flow_what)what));
            t->any[what] = t->any[what] || t->flows[i].totals[what] > 0;
        }
        most[THROUGHPUT_ACTIVE] = fmax(most[THROUGHPUT_ACTIVE], (double)build->active.most);
        t->late = t->late || build->late.count > 0;
        t->steady = t->steady || build->steady.used;
    }
}

/* Of the build that has fewest: its lines jump most. */
static size_t fewest_sessions(const struct scene *scene)
{
    size_t fewest = 0;

    for (size_t i = 0; i < scene->count; i++) {
        size_t sessions = scene->builds[i].table.session_count;

        if (sessions && (!fewest || sessions < fewest))
            fewest = sessions;
    }
    return fewest;
}

static int count_flows(struct throughput *t, int64_t span_us)
{
    size_t intervals = (size_t)(t->plot.panel_width / (INTERVAL_LEAST * t->plot.unit));
    int64_t every_us = flow_every_us(span_us, fewest_sessions(t->scene), intervals);
    double most[THROUGHPUT_ROWS] = {0};
    int rc = 0;

    for (size_t i = 0; i < t->scene->count && rc == 0; i++) {
        const struct build *build = &t->scene->builds[i];

        rc = flow_compute(&t->flows[i], &build->table, build->script, every_us);
    }
    if (rc < 0)
        return rc;
    count_most(t, most);
    for (size_t row = 0; row < THROUGHPUT_ROWS; row++)
        t->y[row] = ruler_count(NULL, most[row] * 1.05, 5);
    return 0;
}

static int64_t longest_us(const struct scene *scene)
{
    int64_t span_us = 1;

    for (size_t i = 0; i < scene->count; i++) {
        if (scene->builds[i].table.end_us > span_us)
            span_us = scene->builds[i].table.end_us;
    }
    return span_us;
}

int prepare_throughput(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                       struct error *err)
{
    struct throughput *t = calloc(1, sizeof(*t) + scene->count * sizeof(*t->flows));
    int64_t span_us = longest_us(scene);

    *out = (struct sheet){0};
    if (!t)
        return error_nomem(err);
    t->kind = kind;
    t->scene = scene;
    plan(t, span_us);
    if (count_flows(t, span_us) < 0) {
        release(t);
        return error_nomem(err);
    }
    *out = (struct sheet){t->plot.width, t->plot.height, t, paint, release};
    return 0;
}
