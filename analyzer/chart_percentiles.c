/* The whole distribution of what users wait for, on an axis that gives each further nine as much
 * room as the one before: at t stands the share 1 - 10^-t.  A line ends where its values do: of n
 * values the last share that one of them stands for is 1 - 1/n. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/metric.h"
#include "analyzer/palette.h"
#include "analyzer/plot.h"
#include "core/units.h"

#define PANELS 3
#define HEIGHT 400.0
#define PLACES 160        /* of a line */
#define NAMES_MOST 130.0  /* units: the builds' names at the ends of their lines */
#define NUMBER_ROOM 60.0  /* units: of a number at the end of a line that is alone */
#define FIRST_T 0.0222764 /* 5 %: the very fastest tell nothing, and would stretch the scale */
#define LEAST_T 1.0       /* even of few values one sees where 90 % would stand */
#define MOST_T 4.0        /* 99.99 % */

static const struct {
    const char *name;
    const char *what;
    enum metric metric; /* METRIC_STEP: every wait, where nothing is calculated */
} kinds[PANELS] = {
    {"Page load", "from the first request until the page is there", METRIC_PAGE_LOAD},
    {"Calculation", "from a click until all that it changes has changed", METRIC_CALCULATION},
    {"Session", "from its first step to its last, think times and all", METRIC_SESSION},
};

struct line {
    struct dist dist;
    struct point *points;
    size_t count;
    double name_y;
};

struct panel {
    const char *name;
    const char *what;
    bool marked; /* the mark stands in it */
    struct ruler y;
    struct line *lines; /* a build */
};

struct percentiles {
    const struct chart_kind *kind;
    const struct scene *scene;
    struct plot plot;
    struct ruler x;
    double names; /* pixels, right of the lines */
    struct panel panels[PANELS];
    size_t count;
};

static void panel_release(struct panel *panel, size_t builds)
{
    for (size_t b = 0; panel->lines && b < builds; b++) {
        dist_release(&panel->lines[b].dist);
        free(panel->lines[b].points);
    }
    free(panel->lines);
    *panel = (struct panel){0};
}

static void percentiles_free(void *state)
{
    struct percentiles *s = state;

    for (size_t i = 0; s && i < PANELS; i++)
        panel_release(&s->panels[i], s->scene->count);
    free(s);
}

/* Every wait of every step. */
static int dist_of_waits(struct dist *out, const struct build *build)
{
    const struct observations *o = &build->observations;
    int64_t *values = malloc((o->all_count + 1) * sizeof(*values));

    if (!values)
        return -E_NOMEM;
    for (size_t i = 0; i < o->all_count; i++)
        values[i] = o->all[i].us;
    dist_of_values(out, values, o->all_count);
    return 0;
}

static int collect(struct panel *panel, const struct scene *scene, enum metric metric, size_t *any)
{
    panel->lines = calloc(scene->count, sizeof(*panel->lines));
    if (!panel->lines)
        return -E_NOMEM;
    *any = 0;
    for (size_t b = 0; b < scene->count; b++) {
        struct dist *dist = &panel->lines[b].dist;
        int rc = metric == METRIC_STEP ? dist_of_waits(dist, &scene->builds[b])
                                       : metric_dist(dist, &scene->builds[b], metric, 0);

        if (rc < 0)
            return rc;
        *any += dist->count;
    }
    return 0;
}

/* Of a streamed run only some sessions' waits are kept: too few for its slowest. */
static bool any_streamed(const struct scene *scene)
{
    for (size_t i = 0; i < scene->count; i++) {
        if (scene->builds[i].stream)
            return true;
    }
    return false;
}

static bool any_calculates(const struct scene *scene)
{
    for (size_t i = 0; i < scene->count; i++) {
        if (scene->builds[i].plan.calculation_count > 0)
            return true;
    }
    return false;
}

static int collect_all(struct percentiles *s)
{
    for (size_t i = 0; i < PANELS; i++) {
        struct panel *panel = &s->panels[s->count];
        enum metric metric = kinds[i].metric;
        size_t any;

        *panel = (struct panel){.name = kinds[i].name, .what = kinds[i].what};
        if (metric == METRIC_CALCULATION && !any_calculates(s->scene)) {
            metric = METRIC_STEP;
            panel->name = "Every wait";
            panel->what = "of every step";
        }
        if (metric == METRIC_STEP && any_streamed(s->scene))
            continue;
        if (collect(panel, s->scene, metric, &any) < 0)
            return -E_NOMEM;
        panel->marked = metric == METRIC_PAGE_LOAD;
        if (any)
            s->count++;
        else
            panel_release(panel, s->scene->count);
    }
    return 0;
}

/* How far a line of n values goes. */
static double last_t(size_t n)
{
    return n > 1 ? fmin(fmax(log10((double)n), FIRST_T), MOST_T) : FIRST_T;
}

static double share_at(double t)
{
    return 1 - pow(10, -t);
}

static struct ruler share_ruler(const struct percentiles *s)
{
    static const struct {
        double left; /* of all: what takes longer */
        const char *text;
        bool minor;
    } marks[] = {{0.95, "5 %", true},      {0.5, "50 %", false},    {0.25, "75 %", true},
                 {0.1, "90 %", false},     {0.05, "95 %", true},    {0.01, "99 %", false},
                 {0.001, "99.9 %", false}, {1e-4, "99.99 %", false}};
    struct ruler x = {
        .least = FIRST_T, .most = LEAST_T, .label = "share of all that took no longer"};
    double decade;

    for (size_t i = 0; i < s->count; i++) {
        for (size_t b = 0; b < s->scene->count; b++)
            x.most = fmax(x.most, last_t(s->panels[i].lines[b].dist.count));
    }
    decade = (s->plot.panel_width - s->names) / x.most / s->plot.unit;
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        double t = -log10(marks[i].left);

        if (t > x.most + 1e-9 || (marks[i].minor && decade < 150))
            continue;
        x.ticks[x.tick_count].at = t;
        snprintf(x.ticks[x.tick_count].text, sizeof(x.ticks[0].text), "%s", marks[i].text);
        x.tick_count++;
    }
    return x;
}

static struct ruler time_ruler(const struct percentiles *s, const struct panel *panel)
{
    int64_t least = INT64_MAX;
    int64_t most = 0;

    for (size_t b = 0; b < s->scene->count; b++) {
        const struct dist *dist = &panel->lines[b].dist;

        int64_t first = dist_at(dist, share_at(FIRST_T));

        if (dist->count == 0)
            continue;
        least = first < least ? first : least;
        most = dist->max_us > most ? dist->max_us : most;
    }
    return ruler_time_either("time", least, most, 8);
}

static struct box panel_box(const struct percentiles *s, size_t i)
{
    return plot_panel(&s->plot, i, 0);
}

/* Lays the rulers along panel i. */
static void rule(struct percentiles *s, size_t i)
{
    struct box lines = panel_box(s, i);

    lines.width -= s->names;
    plot_rule(lines, &s->x, &s->panels[i].y);
}

static struct point point_at(const struct percentiles *s, const struct panel *panel,
                             const struct dist *dist, double t)
{
    return (struct point){ruler_at(&s->x, t),
                          ruler_at(&panel->y, (double)dist_at(dist, share_at(t)))};
}

static int place_line(const struct percentiles *s, const struct panel *panel, struct line *line)
{
    double last = last_t(line->dist.count);

    line->points = malloc(PLACES * sizeof(*line->points));
    if (!line->points)
        return -E_NOMEM;
    for (size_t i = 0; i < PLACES && line->dist.count > 0; i++)
        line->points[line->count++] =
            point_at(s, panel, &line->dist, FIRST_T + (last - FIRST_T) * (double)i / (PLACES - 1));
    return 0;
}

static const struct point *end_of(const struct line *line)
{
    return &line->points[line->count - 1];
}

/* The lowest end whose name has no place yet; NULL: all have. */
static struct line *next_name(const struct percentiles *s, const struct panel *panel)
{
    struct line *lowest = NULL;

    for (size_t b = 0; b < s->scene->count; b++) {
        struct line *line = &panel->lines[b];

        if (line->count && line->name_y == 0 && (!lowest || end_of(line)->y > end_of(lowest)->y))
            lowest = line;
    }
    return lowest;
}

/* Names stand at the ends of their lines, pushed up by those below them that they would cover. */
static void place_names(const struct percentiles *s, struct panel *panel)
{
    double step = 16 * s->plot.unit;
    struct line *line;

    while ((line = next_name(s, panel))) {
        double y = end_of(line)->y + 4 * s->plot.unit;
        double floor_y = INFINITY;

        for (size_t b = 0; b < s->scene->count; b++) {
            const struct line *other = &panel->lines[b];

            if (other->name_y > 0 && fabs(end_of(other)->x - end_of(line)->x) < s->names)
                floor_y = fmin(floor_y, other->name_y - step);
        }
        line->name_y = fmin(y, floor_y);
    }
}

static void plan(struct percentiles *s)
{
    struct font font;
    struct plot_request request = {
        .width = s->scene->width,
        .columns = s->count,
        .rows = 1,
        .panel_height = HEIGHT,
        .label_width = 90,
        .panel_label = 64,
        .head_lines = 1,
        .notes = s->scene->notes->count,
        .legend = s->scene->count > 1,
    };

    plot_plan(&s->plot, &request);
    font = (struct font){13 * s->plot.unit, true, INK, ANCHOR_START, false};
    s->names = NUMBER_ROOM * s->plot.unit;
    for (size_t b = 0; b < s->scene->count && s->scene->count > 1; b++)
        s->names = fmax(s->names, text_width(&font, s->scene->builds[b].label) + 12 * s->plot.unit);
    s->names = fmin(s->names, fmin(NAMES_MOST * s->plot.unit, s->plot.panel_width / 3));
}

static int fill(struct percentiles *s)
{
    plan(s);
    s->x = share_ruler(s);
    for (size_t i = 0; i < s->count; i++) {
        struct panel *panel = &s->panels[i];

        panel->y = time_ruler(s, panel);
        ruler_name_unit(&panel->y); /* panels may differ in it */
        panel->marked =
            panel->marked && (double)s->scene->mark_us <= panel->y.most && s->scene->mark_us > 0;
        rule(s, i);
        for (size_t b = 0; b < s->scene->count; b++) {
            if (place_line(s, panel, &panel->lines[b]) < 0)
                return -E_NOMEM;
        }
        place_names(s, panel);
    }
    return 0;
}

/* Dots where the axis has its nines; their times beside them when there is one line alone. */
static void paint_stops(const struct percentiles *s, struct canvas *c, const struct panel *panel,
                        size_t b)
{
    const struct line *line = &panel->lines[b];
    struct fill fill = {build_colour(b), 1, build_class(b)};
    struct font font = {13 * s->plot.unit, false, INK, ANCHOR_START, false};
    char text[DURATION_TEXT];

    for (size_t i = 0; i < s->x.tick_count; i++) {
        double t = s->x.ticks[i].at;
        struct point at;

        if (t > last_t(line->dist.count) + 1e-9)
            break;
        at = point_at(s, panel, &line->dist, t);
        canvas_dots(c, &fill, &at, 1, 4 * s->plot.unit);
        /* The line rises: below it, to the right, there is room. */
        if (s->scene->count == 1)
            canvas_text(c, &font, at.x + 7 * s->plot.unit, at.y + 17 * s->plot.unit,
                        duration_format(dist_at(&line->dist, share_at(t)), text, sizeof(text)));
    }
}

static void line_title(const struct percentiles *s, const struct panel *panel, size_t b, char *out,
                       size_t size)
{
    static const double shares[] = {0.5, 0.9, 0.95, 0.99, 0.999, 0.9999};
    static const char *const names[] = {"p50", "p90", "p95", "p99", "p99.9", "p99.99"};
    const struct dist *dist = &panel->lines[b].dist;
    size_t used =
        (size_t)snprintf(out, size, "%.120s, %zu of them", s->scene->builds[b].label, dist->count);

    for (size_t i = 0; i < 6 && used < size; i++) {
        char text[DURATION_TEXT];

        if (shares[i] <= share_at(last_t(dist->count)) + 1e-12)
            used += (size_t)snprintf(out + used, size - used, ", %s %s", names[i],
                                     duration_format(dist_at(dist, shares[i]), text, sizeof(text)));
    }
}

static void paint_line(const struct percentiles *s, struct canvas *c, const struct panel *panel,
                       size_t b)
{
    const struct line *line = &panel->lines[b];
    const char *label = s->scene->builds[b].label;
    struct pen pen = {build_colour(b), 2.5 * s->plot.unit, false, build_class(b), 0};
    struct font name = {13 * s->plot.unit, true, build_colour(b), ANCHOR_START, false};
    char title[512];
    struct group group = {.class = "line", .data = "build", .value = label, .title = title};

    if (line->count == 0)
        return;
    line_title(s, panel, b, title, sizeof(title));
    canvas_group(c, &group);
    canvas_path(c, &pen, line->points, line->count);
    paint_stops(s, c, panel, b);
    if (s->scene->count > 1)
        plot_text(c, &name, line->points[line->count - 1].x + 8 * s->plot.unit, line->name_y,
                  s->names - 8 * s->plot.unit, label);
    canvas_group_end(c);
}

static void paint_panel(struct percentiles *s, struct canvas *c, size_t i)
{
    const struct panel *panel = &s->panels[i];
    struct box box = panel_box(s, i);
    struct group group = {.class = "panel"};
    struct ruler y;

    rule(s, i);
    y = panel->y;
    canvas_group(c, &group);
    plot_head(&s->plot, c, box, panel->name, &panel->what, 1);
    plot_grid(&s->plot, c, box, &s->x, &y);
    plot_numbers(&s->plot, c, box, &s->x, &y);
    if (panel->marked)
        plot_mark(&s->plot, c, box, &y, s->scene->mark_us, ANCHOR_END);
    for (size_t b = 0; b < s->scene->count; b++)
        paint_line(s, c, panel, b);
    canvas_group_end(c);
}

static int paint(const struct sheet *sheet, struct canvas *c)
{
    struct percentiles *s = sheet->state;

    plot_title(&s->plot, c, s->kind, "a line ends where its values do", s->scene->notes);
    if (s->scene->count > 1)
        plot_legend_builds(&s->plot, c, 30 * s->plot.unit, s->scene->builds, s->scene->count);
    for (size_t i = 0; i < s->count; i++)
        paint_panel(s, c, i);
    plot_axis_names(&s->plot, c, &s->x, NULL);
    return 0;
}

int prepare_percentiles(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                        struct error *err)
{
    struct percentiles *s = calloc(1, sizeof(*s));
    int rc;

    *out = (struct sheet){0};
    if (!s)
        return error_nomem(err);
    *s = (struct percentiles){.kind = kind, .scene = scene};
    rc = collect_all(s);
    if (rc == 0 && s->count > 0)
        rc = fill(s);
    if (rc < 0 || s->count == 0) {
        percentiles_free(s);
        return rc < 0 ? error_nomem(err) : 0;
    }
    *out = (struct sheet){s->plot.width, s->plot.height, s, paint, percentiles_free};
    return 0;
}
