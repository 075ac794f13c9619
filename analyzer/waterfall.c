#include "analyzer/waterfall.h"

#include <stdio.h>
#include <stdlib.h>

#include "analyzer/chart_signs.h"
#include "analyzer/palette.h"
#include "analyzer/sign_grid.h"
#include "core/units.h"

#define THIN_BY 0.25  /* pixels that no eye sees */
#define SIGN_HALF 5.0 /* units */

struct painter {
    const struct waterfall *w;
    struct canvas *canvas;
    size_t panel;
    struct build *build;
    const struct course *course;
    struct box box;
    struct ruler x;
    struct wait *waits;
    struct point *points; /* two a wait */
    struct sign_grid signs;
};

double waterfall_row_y(const struct waterfall *w, struct box panel, size_t row)
{
    return panel.y + panel.height * w->row_at[row];
}

static size_t to_pixels(const struct painter *p, size_t count)
{
    for (size_t i = 0; i < count; i++)
        p->points[i] = (struct point){ruler_at(&p->x, p->points[i].x),
                                      waterfall_row_y(p->w, p->box, (size_t)p->points[i].y)};
    return course_thin(p->points, count, THIN_BY);
}

/* How many sessions were active, on average, when this one waited. */
static double crowd_of(const struct painter *p, size_t waits)
{
    double sum = 0;

    for (size_t i = 0; i < waits; i++)
        sum += (double)active_at(&p->build->active, p->waits[i].start_us);
    return waits ? sum / (double)waits : 1;
}

static size_t crowd_level_of(const struct waterfall *w, double crowd)
{
    return w->most_active > 1 ? crowd_level((crowd - 1) / (double)(w->most_active - 1)) : 0;
}

static void draw_end(struct painter *p, const struct session *s, struct point at)
{
    double half = SIGN_HALF * p->w->plot.unit;

    if (s->outcome == SESSION_DONE || !sign_grid_take(&p->signs, at.x, at.y))
        return;
    if (s->outcome == SESSION_FAILED)
        sign_failed(p->canvas, at.x, at.y, half);
    else
        sign_unfinished(p->canvas, at.x, at.y, half);
}

static void draw_session(struct painter *p, size_t index)
{
    const struct session *s = &p->build->table.sessions[index];
    size_t waits = waits_of_session(&p->build->plan, &p->build->table, index, p->waits);
    double crowd = crowd_of(p, waits);
    size_t level = crowd_level_of(p->w, crowd);
    struct pen pen = {crowd_level_colour(level), 1.5 * p->w->plot.unit, false, crowd_class(level),
                      p->course->count > WATERFALL_LINES_LEAST ? 0.7 : 0.9};
    size_t points = course_points(p->waits, waits, s->start_us, p->course->row_of, p->points);
    char time[DURATION_TEXT];
    char title[160];
    char number[32];

    snprintf(title, sizeof(title), "session %ld, user %ld: %s, %.0f active", s->id, s->user,
             duration_format(s->end_us - s->start_us, time, sizeof(time)), crowd);
    snprintf(number, sizeof(number), "%ld", s->id);
    points = to_pixels(p, points);
    canvas_group(
        p->canvas,
        &(struct group){.class = "session", .data = "session", .value = number, .title = title});
    canvas_path(p->canvas, &pen, p->points, points);
    if (points)
        draw_end(p, s, p->points[points - 1]);
    canvas_group_end(p->canvas);
}

/* The recording itself: what one user alone gets. */
static void draw_script(struct painter *p)
{
    struct pen pen = {INK, 1.5 * p->w->plot.unit, true, "ideal", 0};
    int64_t length_us;
    size_t waits = waits_of_script(&p->build->plan, p->waits, &length_us);
    size_t points = course_points(p->waits, waits, 0, p->course->row_of, p->points);

    canvas_group(p->canvas,
                 &(struct group){.class = "ideal", .title = "the recording itself", .veil = true});
    canvas_path(p->canvas, &pen, p->points, to_pixels(p, points));
    canvas_group_end(p->canvas);
}

static void draw_rows(const struct painter *p)
{
    struct pen grid = {GRID, 1, false, "grid", 0};

    for (size_t row = 0; row < p->w->row_count; row++) {
        double y = waterfall_row_y(p->w, p->box, row);

        if (p->w->labelled[row])
            canvas_line(p->canvas, &grid, p->box.x, y, p->box.x + p->box.width, y);
    }
}

static void draw_head(const struct painter *p)
{
    char text[96];
    const char *lines[] = {text};

    if (p->course->count < p->course->counted)
        snprintf(text, sizeof(text), "%zu of %zu sessions", p->course->count, p->course->counted);
    else
        snprintf(text, sizeof(text), "%zu sessions", p->course->counted);
    plot_head(&p->w->plot, p->canvas, p->box, p->build->label, lines, 1);
}

static void draw_panel(struct painter *p)
{
    canvas_group(p->canvas,
                 &(struct group){.class = "build", .data = "label", .value = p->build->label});
    draw_head(p);
    plot_grid(&p->w->plot, p->canvas, p->box, &p->x, NULL);
    draw_rows(p);
    plot_numbers(&p->w->plot, p->canvas, p->box, &p->x, NULL);
    for (size_t i = 0; i < p->course->count; i++)
        draw_session(p, p->course->chosen[i]);
    draw_script(p);
    canvas_group_end(p->canvas);
}

int waterfall_paint_build(const struct waterfall *w, size_t panel, struct canvas *canvas)
{
    struct build *build = &w->scene->builds[panel];
    size_t longest = table_longest(&build->table);
    struct painter p = {.w = w,
                        .canvas = canvas,
                        .panel = panel,
                        .build = build,
                        .course = &w->courses[panel],
                        .box = plot_panel(&w->plot, panel, 0),
                        .x = w->x};
    int rc = -E_NOMEM;

    if (build->script->count > longest)
        longest = build->script->count;
    p.waits = malloc((longest + 1) * sizeof(*p.waits));
    p.points = malloc((2 * longest + 1) * sizeof(*p.points));
    plot_rule(p.box, &p.x, NULL);
    if (p.waits && p.points)
        rc = sign_grid_init(&p.signs, p.box, 2 * SIGN_HALF * w->plot.unit);
    if (rc == 0)
        draw_panel(&p);
    sign_grid_release(&p.signs);
    free(p.waits);
    free(p.points);
    return rc;
}
