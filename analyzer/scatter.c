#include "analyzer/scatter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/chart_signs.h"
#include "analyzer/palette.h"
#include "analyzer/plot.h"
#include "analyzer/scatter_points.h"
#include "core/units.h"

#define HEIGHT 420.0
#define BAR_SHARE 0.2 /* of a panel's width: the histogram, */
#define BARS_MOST 150 /* units: but no wider */
#define MOST_BINS 64
#define MOST_CROSSES 400 /* of a build */

/* One build's, in pixels. */
struct cloud {
    struct point *dots[POINT_SORTS];
    size_t dot_count[POINT_SORTS];
    struct point *line;
    size_t line_count;
    size_t bins[MOST_BINS];
    size_t fullest; /* bin */
    size_t lost;
};

struct scatter {
    const struct chart_kind *kind;
    const struct scatter_kind *what;
    const struct scene *scene;
    struct plot plot;
    struct ruler x;
    struct ruler y;
    size_t bin_count;
    size_t each;   /* points of a session, at most */
    size_t stride; /* one point in so many is drawn */
    bool mark_shown;
    bool x_apart; /* a scale for each build: one has several times the sessions of another */
    bool sorts[POINT_SORTS]; /* is there any? */
    struct cloud clouds[];   /* a build */
};

static void scatter_free(void *state)
{
    struct scatter *s = state;

    for (size_t i = 0; s && i < s->scene->count; i++) {
        for (int sort = 0; sort < POINT_SORTS; sort++)
            free(s->clouds[i].dots[sort]);
        free(s->clouds[i].line);
    }
    free(s);
}

/* A panel's two areas. */
static double bars_width(const struct plot *plot)
{
    return floor(fmin(plot->panel_width * BAR_SHARE, BARS_MOST * plot->unit));
}

static struct box dots_area(const struct plot *plot, struct box panel)
{
    panel.width -= bars_width(plot) + 8 * plot->unit;
    return panel;
}

static struct box bars_area(const struct plot *plot, struct box panel)
{
    double width = bars_width(plot);

    panel.x += panel.width - width;
    panel.width = width;
    return panel;
}

static struct ruler sessions_ruler(const struct plot *plot, size_t sessions)
{
    double width = dots_area(plot, plot_panel(plot, 0, 0)).width;

    return ruler_whole("sessions, in the order in which they started", (double)sessions + 1,
                       (size_t)(width / (80 * plot->unit)));
}

/* Those of one build, laid along its panel. */
static void rule(const struct scatter *s, size_t build, struct ruler *x, struct ruler *y)
{
    *x = s->x_apart ? sessions_ruler(&s->plot, s->scene->builds[build].table.session_count) : s->x;
    *y = s->y;
    plot_rule(dots_area(&s->plot, plot_panel(&s->plot, build, 0)), x, y);
}

/* Tenths of a pixel: a finer place costs bytes and shows nothing. */
static struct point place(const struct scatter *s, size_t session, int64_t us)
{
    return (struct point){round(ruler_at(&s->x, (double)session + 1) * 10) / 10,
                          round(ruler_at(&s->y, (double)us) * 10) / 10};
}

static size_t bin_of(const struct scatter *s, int64_t us)
{
    double share = (s->y.from - ruler_at(&s->y, (double)us)) / (s->y.from - s->y.to);
    size_t bin = (size_t)(share * (double)s->bin_count);

    return bin < s->bin_count ? bin : s->bin_count - 1;
}

static void count_bin(struct cloud *cloud, size_t bin)
{
    if (++cloud->bins[bin] > cloud->fullest)
        cloud->fullest = cloud->bins[bin];
}

static int add_line(const struct scatter *s, struct cloud *cloud,
                    const struct scatter_points *points)
{
    struct running plan = running_plan(points->of[POINT_COUNTED], s->each);
    size_t n = 0;
    int64_t *values = malloc((points->count + 1) * sizeof(*values));
    int64_t *scratch = malloc((plan.window + 1) * sizeof(*scratch));
    uint32_t *sessions = malloc((points->count + 1) * sizeof(*sessions));

    cloud->line = malloc((plan.places + 1) * sizeof(*cloud->line));
    if (values && scratch && sessions && cloud->line) {
        for (size_t i = 0; i < points->count; i++) {
            if (points->list[i].sort != POINT_COUNTED)
                continue;
            sessions[n] = points->list[i].session;
            values[n++] = points->list[i].us;
        }
        for (size_t i = 0; i < plan.places; i++) {
            size_t middle;
            int64_t us = running_median(&plan, values, n, i, &middle, scratch);

            cloud->line[cloud->line_count++] = place(s, sessions[middle], us);
        }
    }
    free(values);
    free(scratch);
    free(sessions);
    return cloud->line && cloud->line_count == plan.places ? 0 : -E_NOMEM;
}

static int add_cloud(struct scatter *s, size_t build, const struct scatter_points *points)
{
    struct cloud *cloud = &s->clouds[build];
    size_t seen[POINT_SORTS] = {0};

    rule(s, build, &s->x, &s->y);
    for (int sort = 0; sort < POINT_SORTS; sort++) {
        cloud->dots[sort] = malloc((points->of[sort] + 1) * sizeof(**cloud->dots));
        if (!cloud->dots[sort])
            return -E_NOMEM;
        s->sorts[sort] = s->sorts[sort] || points->of[sort] > 0;
    }
    cloud->lost = points->of[POINT_LOST];
    for (size_t i = 0; i < points->count; i++) {
        const struct scatter_point *p = &points->list[i];

        if (p->sort == POINT_COUNTED)
            count_bin(cloud, bin_of(s, p->us));
        if (p->sort == POINT_LOST ? cloud->dot_count[p->sort] < MOST_CROSSES
                                  : seen[p->sort]++ % s->stride == 0)
            cloud->dots[p->sort][cloud->dot_count[p->sort]++] = place(s, p->session, p->us);
    }
    return add_line(s, cloud, points);
}

/* Lost ones may have waited for minutes: they stretch the scale a little, not out of shape. */
static int64_t highest(const struct scatter *s, const struct scatter_points *all, int64_t *least)
{
    int64_t most = 0;
    int64_t lost = 0;

    *least = INT64_MAX;
    for (size_t i = 0; i < s->scene->count; i++) {
        most = all[i].most_us > most ? all[i].most_us : most;
        lost = all[i].most_lost_us > lost ? all[i].most_lost_us : lost;
        if (all[i].count > all[i].of[POINT_LOST] && all[i].least_us < *least)
            *least = all[i].least_us;
    }
    if (most == 0 || lost <= most + most / 2)
        most = lost > most ? lost : most;
    return most;
}

static void plan_y(struct scatter *s, const struct scatter_points *all)
{
    int64_t least;
    int64_t most = highest(s, all, &least);

    s->mark_shown = s->what->mark && s->scene->mark_us < most * 2;
    if (s->mark_shown && s->scene->mark_us > most)
        most = s->scene->mark_us;
    /* Room for the name of the mark, and for what lies beyond. */
    s->y = ruler_time_either(s->what->axis, least == INT64_MAX ? 0 : least, most + most / 20, 9);
}

static bool share_a_factor(size_t a, size_t b)
{
    while (b) {
        size_t rest = a % b;

        a = b;
        b = rest;
    }
    return a > 1;
}

/* Sessions have as many points each: in step with them, it would show the same calculations
 * always. */
static size_t find_stride(const struct scatter *s, size_t count)
{
    size_t stride = count / SCATTER_DOTS + 1;

    while (s->each > 1 && share_a_factor(stride, s->each))
        stride++;
    return stride;
}

static void plan_x(struct scatter *s, const struct scatter_points *all)
{
    size_t most = 0;
    size_t least = SIZE_MAX;
    size_t count = 0;

    for (size_t i = 0; i < s->scene->count; i++) {
        size_t n = s->scene->builds[i].table.session_count;

        most = n > most ? n : most;
        least = n < least ? n : least;
        count += all[i].count;
    }
    s->x = sessions_ruler(&s->plot, most);
    s->x_apart = most / 4 > least;
    s->each =
        s->what->metric == METRIC_CALCULATION ? s->scene->builds[0].plan.calculation_count : 1;
    s->each += s->each == 0;
    s->stride = find_stride(s, count);
    s->bin_count = histogram_bins(count / s->scene->count);
}

static size_t count_lines(const struct scatter_kind *what, const struct scatter_points *all,
                          size_t builds)
{
    size_t lines = what->mark ? 2 : 1;

    for (size_t i = 0; i < builds; i++) {
        if (all[i].of[POINT_LOST])
            return lines + 1;
    }
    return lines;
}

static int fill(struct scatter *s, const struct scatter_points *all)
{
    struct plot_request request = {
        .width = s->scene->width,
        .columns = s->scene->count,
        .rows = 1,
        .panel_height = HEIGHT,
        .head_lines = count_lines(s->what, all, s->scene->count),
        .notes = s->scene->notes->count,
        .legend = true,
    };

    plan_y(s, all);
    request.label_width = s->y.log ? 100 : 0;
    plot_plan(&s->plot, &request);
    plan_x(s, all);
    for (size_t i = 0; i < s->scene->count; i++) {
        if (add_cloud(s, i, &all[i]) < 0)
            return -E_NOMEM;
    }
    return 0;
}

/* Each as wide as its fullest bar: it is the shape that tells. */
static void paint_bars(const struct scatter *s, struct canvas *c, size_t build)
{
    struct box area = bars_area(&s->plot, plot_panel(&s->plot, build, 0));
    const struct cloud *cloud = &s->clouds[build];
    struct fill fill = {build_colour(build), 0.55, build_class(build)};
    double step = area.height / (double)s->bin_count;
    struct pen axis = {GRID, 1, false, "grid", 0};

    canvas_line(c, &axis, area.x, area.y, area.x, area.y + area.height);
    for (size_t k = 0; k < s->bin_count; k++) {
        double width = area.width * (double)cloud->bins[k] / (double)cloud->fullest;

        if (cloud->bins[k])
            canvas_rect(c, &fill,
                        (struct box){area.x, area.y + area.height - step * (double)(k + 1) + 0.5,
                                     fmax(width, 1), step - 1});
    }
}

static double radius_of(const struct scatter *s, size_t count)
{
    return (count <= 100 ? 4 : count <= 1000 ? 2.6 : count <= 4000 ? 2 : 1.6) * s->plot.unit;
}

static void paint_dots(const struct scatter *s, struct canvas *c, size_t build)
{
    const struct cloud *cloud = &s->clouds[build];
    size_t count = cloud->dot_count[POINT_COUNTED];
    struct fill counted = {build_colour(build),
                           count <= 100    ? 0.85
                           : count <= 1000 ? 0.6
                                           : 0.35,
                           build_class(build)};
    struct fill aside = {INK_SOFT, 0.35, "aside"};
    struct pen line = {INK, 2 * s->plot.unit, false, "median", 0};

    canvas_dots(c, &aside, cloud->dots[POINT_ASIDE], cloud->dot_count[POINT_ASIDE],
                radius_of(s, count));
    canvas_dots(c, &counted, cloud->dots[POINT_COUNTED], count, radius_of(s, count));
    canvas_path(c, &line, cloud->line, cloud->line_count);
    for (size_t i = 0; i < cloud->dot_count[POINT_LOST]; i++)
        sign_failed(c, cloud->dots[POINT_LOST][i].x,
                    fmax(cloud->dots[POINT_LOST][i].y, s->plot.top + 7 * s->plot.unit),
                    5 * s->plot.unit);
}

static void paint_head(const struct scatter *s, struct canvas *c, size_t build, struct box panel)
{
    const struct build *b = &s->scene->builds[build];
    const struct spread *spread =
        s->what->metric == METRIC_PAGE_LOAD ? &b->stats.page_load : &b->stats.calculation;
    char text[3][160] = {"none ended", "", ""};
    char p50[DURATION_TEXT];
    char p95[DURATION_TEXT];
    const char *lines[] = {text[0], text[1], text[2]};
    size_t n = 1;

    if (spread->count)
        snprintf(text[0], sizeof(text[0]), "p50 %s, p95 %s",
                 duration_format(spread->p50_us, p50, sizeof(p50)),
                 duration_format(spread->p95_us, p95, sizeof(p95)));
    if (s->what->mark)
        snprintf(text[n++], sizeof(text[0]), "%zu of %zu beyond %s", b->stats.page_loads_beyond,
                 b->steady.sessions, duration_format(s->scene->mark_us, p50, sizeof(p50)));
    if (s->clouds[build].lost)
        snprintf(text[n++], sizeof(text[0]), "%zu never ended", s->clouds[build].lost);
    plot_head(&s->plot, c, panel, b->label, lines, n);
}

static void paint_build(const struct scatter *s, struct canvas *c, size_t build)
{
    struct box whole = plot_panel(&s->plot, build, 0);
    struct box panel = dots_area(&s->plot, whole);
    struct ruler x;
    struct ruler y;
    struct group group = {
        .class = "panel", .data = "build", .value = s->scene->builds[build].label};

    rule(s, build, &x, &y);
    canvas_group(c, &group);
    paint_head(s, c, build, whole);
    plot_grid(&s->plot, c, panel, &x, NULL);
    plot_grid(&s->plot, c, whole, NULL, &y);
    plot_numbers(&s->plot, c, panel, &x, build == 0 ? &y : NULL);
    paint_bars(s, c, build);
    if (s->mark_shown)
        plot_mark(&s->plot, c, whole, &y, s->scene->mark_us, ANCHOR_START);
    paint_dots(s, c, build);
    canvas_group_end(c);
}

static void paint_legend(const struct scatter *s, struct canvas *c)
{
    const struct plot *plot = &s->plot;
    double x = 30 * plot->unit;
    struct pen line = {INK, 2 * plot->unit, false, "median", 0};
    struct fill aside = {INK_SOFT, 0.5, "aside"};
    struct box key = plot_key(plot, x);
    bool lines = false;

    for (size_t i = 0; i < s->scene->count; i++)
        lines = lines || s->clouds[i].line_count;
    if (lines) {
        canvas_line(c, &line, key.x, key.y + key.height / 2, key.x + key.width,
                    key.y + key.height / 2);
        x = plot_legend(plot, c, x, "Median of neighbours");
    }
    key = plot_key(plot, x);
    if (s->sorts[POINT_LOST]) {
        sign_failed(c, key.x + key.width / 2, key.y + key.height / 2, 5 * plot->unit);
        x = plot_legend(plot, c, x, "Never ended: at the height where it was given up");
    }
    key = plot_key(plot, x);
    if (s->sorts[POINT_ASIDE]) {
        canvas_dots(c, &aside, &(struct point){key.x + key.width / 2, key.y + key.height / 2}, 1,
                    4 * plot->unit);
        plot_legend(plot, c, x, "Not all users were there: does not count");
    }
}

static int paint(const struct sheet *sheet, struct canvas *c)
{
    const struct scatter *s = sheet->state;
    char more[96];

    snprintf(more, sizeof(more), "one point in %zu is drawn, the rest counts all the same",
             s->stride);
    plot_title(&s->plot, c, s->kind, s->stride > 1 ? more : NULL, s->scene->notes);
    paint_legend(s, c);
    for (size_t i = 0; i < s->scene->count; i++)
        paint_build(s, c, i);
    plot_axis_names(&s->plot, c, &s->x, &s->y);
    return 0;
}

static int collect(const struct scatter_kind *what, const struct scene *scene,
                   struct scatter_points *all, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < scene->count; i++) {
        if (scatter_points_collect(&all[i], &scene->builds[i], what->metric) < 0)
            return -E_NOMEM;
        *count += all[i].count;
    }
    return 0;
}

int scatter_sheet(const struct scatter_kind *what, const struct chart_kind *kind,
                  const struct scene *scene, struct sheet *out, struct error *err)
{
    struct scatter_points *all = calloc(scene->count + 1, sizeof(*all));
    struct scatter *s = calloc(1, sizeof(*s) + scene->count * sizeof(*s->clouds));
    size_t count = 0;
    int rc = -E_NOMEM;

    *out = (struct sheet){0};
    if (s)
        *s = (struct scatter){.kind = kind, .what = what, .scene = scene};
    if (all && s)
        rc = collect(what, scene, all, &count);
    if (rc == 0 && count > 0)
        rc = fill(s, all);
    if (rc == 0 && count > 0)
        *out = (struct sheet){s->plot.width, s->plot.height, s, paint, scatter_free};
    else
        scatter_free(s);
    for (size_t i = 0; all && i < scene->count; i++)
        free(all[i].list);
    free(all);
    return rc < 0 ? error_nomem(err) : 0;
}
