/* A line a session through all that it waited for, top to bottom, from its own start.  What many
 * users suffer from is a row along which many lines run flat; the darker ones suffer more when it
 * is the crowd that makes it slow. */
#include "analyzer/waterfall.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/chart_signs.h"
#include "analyzer/course_rows.h"
#include "analyzer/label_fit.h"
#include "analyzer/palette.h"
#include "core/units.h"

#define LABEL_WIDTH 270.0
#define LABEL_GAP 15.0 /* units between two labels */
#define HEIGHT_LEAST 260.0
#define HEIGHT_MOST 740.0
#define ROW_HEIGHT 28.0
#define FILE_WEIGHT 0.25 /* of a row of a file: they are many and alike */
#define TICK_WIDE 62.0

static void draw_labels(const struct waterfall *w, struct canvas *c)
{
    struct font font = {13 * w->plot.unit, false, INK, ANCHOR_END, false};
    struct box box = plot_panel(&w->plot, 0, 0);
    double room = w->plot.left - 20 * w->plot.unit;

    canvas_group(c, &(struct group){.class = "labels"});
    for (size_t row = 0; row < w->row_count; row++) {
        struct label_lines lines;

        if (!w->labelled[row])
            continue;
        label_fit(&lines, &font, w->match->list[w->rows[row]].label, room, 1);
        if (lines.count && lines.text[0])
            canvas_text(c, &font, box.x - 9 * w->plot.unit,
                        waterfall_row_y(w, box, row) + 4.5 * w->plot.unit, lines.text[0]);
        label_lines_release(&lines);
    }
    canvas_group_end(c);
}

static double legend_text(const struct waterfall *w, struct canvas *c, double x, const char *text)
{
    struct font font = {15 * w->plot.unit, false, INK, ANCHOR_START, false};

    canvas_text(c, &font, x, w->plot.legend_y, text);
    return x + text_width(&font, text) + 7 * w->plot.unit;
}

/* One box a colour, from few to many. */
static double draw_scale(const struct waterfall *w, struct canvas *c, double x)
{
    char most[32];

    snprintf(most, sizeof(most), "%zu", w->most_active);
    x = legend_text(w, c, x, "Sessions active: 1");
    for (size_t level = 0; level < CROWD_LEVELS; level++) {
        struct fill fill = {crowd_level_colour(level), 1, crowd_class(level)};
        struct box key = plot_key(&w->plot, x);

        canvas_rect(c, &fill, key);
        x += key.width;
    }
    return legend_text(w, c, x + 7 * w->plot.unit, most) + 26 * w->plot.unit;
}

static void draw_legend(const struct waterfall *w, struct canvas *c)
{
    struct pen dashed = {INK, 2 * w->plot.unit, true, "ideal", 0};
    double x = draw_scale(w, c, 30 * w->plot.unit);
    struct box key;

    key = plot_key(&w->plot, x);
    canvas_line(c, &dashed, x, key.y + key.height / 2, x + key.width, key.y + key.height / 2);
    x = plot_legend(&w->plot, c, x, "The script, played by one user alone");
    key = plot_key(&w->plot, x);
    if (w->failed) {
        sign_failed(c, x + key.width / 2, key.y + key.height / 2, 5 * w->plot.unit);
        x = plot_legend(&w->plot, c, x, "Failed here");
    }
    key = plot_key(&w->plot, x);
    if (w->unfinished) {
        sign_unfinished(c, x + key.width / 2, key.y + key.height / 2, 5 * w->plot.unit);
        plot_legend(&w->plot, c, x, "Unfinished");
    }
}

static int paint(const struct sheet *sheet, struct canvas *canvas)
{
    const struct waterfall *w = sheet->state;
    int rc = 0;

    plot_title(&w->plot, canvas, w->kind,
               w->sampled ? "of many, some are drawn, evenly from the shortest to the longest"
                          : NULL,
               w->scene->notes);
    draw_legend(w, canvas);
    for (size_t i = 0; i < w->scene->count && rc == 0; i++)
        rc = waterfall_paint_build(w, i, canvas);
    draw_labels(w, canvas);
    plot_axis_names(&w->plot, canvas, &w->x, NULL);
    return rc;
}

static void release(void *user)
{
    struct waterfall *w = user;

    for (size_t i = 0; w && i < w->scene->count; i++) {
        free(w->courses[i].row_of);
        free(w->courses[i].chosen);
    }
    match_release(&w->own);
    free(w->rows);
    free(w->row_at);
    free(w->labelled);
    free(w);
}

static int choose_rows(struct waterfall *w)
{
    long rows;

    w->rows = malloc((w->match->count + 1) * sizeof(*w->rows));
    if (!w->rows)
        return -E_NOMEM;
    rows = course_rows(w->match, w->rows);
    w->row_count = rows < 0 ? 0 : (size_t)rows;
    return rows < 0 ? -E_NOMEM : 0;
}

static bool is_file(const struct waterfall *w, size_t row)
{
    const struct matched_step *step = &w->match->list[w->rows[row]];
    size_t build = course_row_build(step, w->scene->count);

    return w->scene->builds[build].plan.kinds[step->steps[build]] == WAIT_ASSET;
}

/* Sets where each row lies; returns how many rows of full height that makes. */
static double place_rows(struct waterfall *w)
{
    double sum = 0;

    for (size_t row = 0; row < w->row_count; row++) {
        double weight = is_file(w, row) ? FILE_WEIGHT : 1;

        w->row_at[row] = sum + weight / 2;
        sum += weight;
    }
    for (size_t row = 0; row < w->row_count; row++)
        w->row_at[row] /= sum;
    return sum;
}

static void plan_plot(struct waterfall *w, double rows)
{
    struct plot_request request = {.width = w->scene->width,
                                   .columns = w->scene->count,
                                   .rows = 1,
                                   .panel_height =
                                       fmin(fmax(rows * ROW_HEIGHT, HEIGHT_LEAST), HEIGHT_MOST),
                                   .label_width = LABEL_WIDTH,
                                   .head_lines = 1,
                                   .notes = w->scene->notes->count,
                                   .legend = true};

    plot_plan(&w->plot, &request);
}

/* The homepage and what is calculated are named before files. */
static int plan_rows(struct waterfall *w)
{
    bool *important = malloc((w->row_count + 1) * sizeof(*important));

    w->row_at = malloc((w->row_count + 1) * sizeof(*w->row_at));
    w->labelled = malloc((w->row_count + 1) * sizeof(*w->labelled));
    if (important && w->row_at && w->labelled) {
        plan_plot(w, place_rows(w));
        for (size_t row = 0; row < w->row_count; row++)
            important[row] = !is_file(w, row);
        course_label_rows(w->row_at, important, w->row_count,
                          LABEL_GAP * w->plot.unit / w->plot.panel_height, w->labelled);
    }
    free(important);
    return important && w->row_at && w->labelled ? 0 : -E_NOMEM;
}

static int place_steps(const struct waterfall *w, size_t build, struct course *course)
{
    size_t steps = w->scene->builds[build].script->count;

    course->row_of = malloc((steps + 1) * sizeof(*course->row_of));
    if (!course->row_of)
        return -E_NOMEM;
    for (size_t i = 0; i < steps; i++)
        course->row_of[i] = COURSE_NO_ROW;
    for (size_t row = 0; row < w->row_count; row++) {
        uint32_t step = w->match->list[w->rows[row]].steps[build];

        if (step != MATCH_NONE)
            course->row_of[step] = (uint32_t)row;
    }
    return 0;
}

static int choose_sessions(const struct waterfall *w, size_t build, struct course *course)
{
    size_t most = WATERFALL_LINES_MOST / w->scene->count;
    long chosen;

    if (most < WATERFALL_LINES_LEAST)
        most = WATERFALL_LINES_LEAST;
    course->chosen = malloc(most * sizeof(*course->chosen));
    if (!course->chosen)
        return -E_NOMEM;
    chosen = course_choose(&w->scene->builds[build].table, most, course->chosen, &course->counted);
    course->count = chosen < 0 ? 0 : (size_t)chosen;
    return chosen < 0 ? -E_NOMEM : 0;
}

static int plan_courses(struct waterfall *w)
{
    int rc = 0;

    for (size_t i = 0; i < w->scene->count && rc == 0; i++) {
        rc = place_steps(w, i, &w->courses[i]);
        if (rc == 0)
            rc = choose_sessions(w, i, &w->courses[i]);
    }
    return rc;
}

/* The longest session that is drawn, or the script. */
static int64_t longest_us(const struct waterfall *w)
{
    int64_t longest = 1;

    for (size_t i = 0; i < w->scene->count; i++) {
        const struct build *build = &w->scene->builds[i];
        const struct course *course = &w->courses[i];

        if (build->stats.ideal_us > longest)
            longest = build->stats.ideal_us;
        if (course->count) {
            const struct session *s = &build->table.sessions[course->chosen[course->count - 1]];

            longest = s->end_us - s->start_us > longest ? s->end_us - s->start_us : longest;
        }
    }
    return longest;
}

static void look_at_builds(struct waterfall *w)
{
    size_t fit = (size_t)(w->plot.panel_width / (TICK_WIDE * w->plot.unit));

    w->x = ruler_time("time since the session started", longest_us(w), fit);
    for (size_t i = 0; i < w->scene->count; i++) {
        const struct build *build = &w->scene->builds[i];

        if (build->active.most > w->most_active)
            w->most_active = build->active.most;
        w->sampled = w->sampled || w->courses[i].count < w->courses[i].counted;
        w->failed = w->failed || build->stats.failed;
        w->unfinished = w->unfinished || build->stats.unfinished;
    }
}

static int plan(struct waterfall *w)
{
    int rc = choose_rows(w);

    if (rc < 0 || w->row_count == 0)
        return rc;
    rc = plan_rows(w);
    if (rc == 0)
        rc = plan_courses(w);
    if (rc == 0)
        look_at_builds(w);
    return rc;
}

int prepare_waterfall(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                      struct error *err)
{
    struct waterfall *w = calloc(1, sizeof(*w) + scene->count * sizeof(*w->courses));
    int rc = 0;

    *out = (struct sheet){0};
    if (!w)
        return error_nomem(err);
    w->kind = kind;
    w->scene = scene;
    w->match = scene->match;
    if (!w->match || !w->match->count) {
        rc = match_compute(&w->own, scene->builds, scene->count);
        w->match = &w->own;
    }
    if (rc == 0)
        rc = plan(w);
    if (rc < 0) {
        release(w);
        return error_nomem(err);
    }
    *out = (struct sheet){w->plot.width, w->row_count ? w->plot.height : 0, w, paint, release};
    return 0;
}
