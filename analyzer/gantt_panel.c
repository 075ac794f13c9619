#include "analyzer/gantt_panel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/chart_signs.h"
#include "analyzer/gantt_frame.h"
#include "analyzer/gantt_rows.h"
#include "analyzer/plot.h"
#include "core/units.h"

static void late_title(const struct late_span *span, char *out, size_t size)
{
    char from[DURATION_TEXT];
    char to[DURATION_TEXT];
    char words[2 * DURATION_TEXT];

    snprintf(out, size, "from %s to %s the player was late (%s): not to be trusted",
             duration_format(span->from_us, from, sizeof(from)),
             duration_format(span->to_us, to, sizeof(to)),
             late_span_words(span, words, sizeof(words)));
}

/* Rows on one clock: the same moment lies below itself in all of them. */
static struct box time_box(const struct painter *p, int64_t from_us, int64_t to_us)
{
    const struct layout *l = p->l;
    double from = gantt_x(p->gantt, l, p->panel, from_us);
    double to = gantt_x(p->gantt, l, p->panel, to_us);

    return (struct box){from, l->top, to - from, l->bottom - l->top};
}

/* Under the rows, unseen: what a pointer is told where it rests on none of them. */
static void draw_late_titles(struct painter *p)
{
    static const struct fill unseen = {0xffffff, 0, NULL};
    const struct late *late = &p->build->late;
    char title[256];

    for (size_t i = 0; i < late->count; i++) {
        const struct late_span *span = &late->spans[i];

        late_title(span, title, sizeof(title));
        canvas_group(p->canvas, &(struct group){.class = "late-time", .title = title});
        canvas_rect(p->canvas, &unseen, time_box(p, span->from_us, span->to_us));
        canvas_group_end(p->canvas);
    }
}

static void draw_late(struct painter *p)
{
    const struct late *late = &p->build->late;

    if (!late->count)
        return;
    canvas_group(p->canvas, &(struct group){.class = "late", .veil = true});
    for (size_t i = 0; i < late->count; i++)
        sign_late(p->canvas, time_box(p, late->spans[i].from_us, late->spans[i].to_us), p->l->unit);
    canvas_group_end(p->canvas);
}

/* What one user alone waited for, pale, under the rows. */
static void draw_ideal(struct painter *p)
{
    const struct layout *l = p->l;
    struct font label = {13 * l->unit, false, INK_SOFT, ANCHOR_END, false};
    double height = 14 * l->unit;
    double y = l->bottom + l->foot_height - height - 4 * l->unit;
    int64_t length_us;
    size_t waits = waits_of_script(&p->build->plan, p->waits, &length_us);
    struct fill life = {LIFE, 1, "life"};
    double zero = gantt_x(p->gantt, l, p->panel, 0);
    double end = gantt_x(p->gantt, l, p->panel, length_us);

    canvas_group(p->canvas, &(struct group){.class = "ideal", .title = "the recording itself"});
    canvas_rect(p->canvas, &life, (struct box){zero, y, end - zero, height});
    for (size_t i = 0; i < waits; i++) {
        struct fill fill = {wait_colour(p->waits[i].kind), 0.5, wait_class(p->waits[i].kind)};
        double x = gantt_x(p->gantt, l, p->panel, p->waits[i].start_us);
        double right = gantt_x(p->gantt, l, p->panel, p->waits[i].end_us);

        canvas_rect(p->canvas, &fill, (struct box){x, y, right - x, height});
    }
    if (p->panel == 0)
        canvas_text(p->canvas, &label, l->left - 9 * l->unit, y + 11.5 * l->unit, "script");
    canvas_group_end(p->canvas);
}

static void draw_mark(struct painter *p)
{
    const struct layout *l = p->l;
    struct font label = {14 * l->unit, true, LIMIT_INK, ANCHOR_MIDDLE, false};
    struct pen pen = {LIMIT, 3 * l->unit, false, "limit", 0};
    double x = gantt_x(p->gantt, l, p->panel, p->gantt->scene->mark_us);
    char text[DURATION_TEXT];

    canvas_line(p->canvas, &pen, x, l->top - 2 * l->unit, x, l->bottom + l->foot_height);
    canvas_text(p->canvas, &label, x, l->top - 6 * l->unit,
                duration_format(p->gantt->scene->mark_us, text, sizeof(text)));
}

/* The name of a part of the run, in the middle above it, where there is room. */
static void name_part(struct painter *p, int64_t from_us, int64_t to_us, const char *name)
{
    const struct layout *l = p->l;
    struct font font = {13 * l->unit, false, INK, ANCHOR_MIDDLE, false};
    struct box box = time_box(p, from_us, to_us);

    if (text_width(&font, name) + 8 * l->unit <= box.width)
        canvas_text(p->canvas, &font, box.x + box.width / 2, l->top - 6 * l->unit, name);
}

/* Where warm-up ends and cool-down begins. */
static void draw_steady(struct painter *p)
{
    const struct layout *l = p->l;
    const struct steady *steady = &p->build->steady;
    struct pen pen = {INK, fmax(1, 2 * l->unit), true, "steady", 0};
    int64_t us[] = {steady->from_us, steady->to_us};

    canvas_group(p->canvas, &(struct group){.class = "steady", .veil = true});
    for (size_t i = 0; i < 2; i++) {
        double x = gantt_x(p->gantt, l, p->panel, us[i]);

        canvas_line(p->canvas, &pen, x, l->top - 18 * l->unit, x, l->bottom);
    }
    name_part(p, 0, steady->from_us, "warm-up");
    name_part(p, steady->from_us, steady->to_us, "steady");
    name_part(p, steady->to_us, p->build->table.end_us, "cool-down");
    canvas_group_end(p->canvas);
}

static int draw_panel(struct painter *p)
{
    int rc;

    canvas_group(p->canvas,
                 &(struct group){.class = "build", .data = "label", .value = p->build->label});
    frame_panel(p->gantt, p->l, p->panel, p->canvas);
    if (!p->gantt->by_start)
        draw_late_titles(p);
    rows_draw(p);
    if (!p->gantt->by_start)
        draw_late(p);
    if (!p->gantt->by_start && p->build->steady.used)
        draw_steady(p);
    if (p->gantt->ideal_shown)
        draw_ideal(p);
    if (p->gantt->mark_shown)
        draw_mark(p);
    rc = rows_draw_signs(p);
    canvas_group_end(p->canvas);
    return rc;
}

int panel_paint(const struct gantt_state *state, size_t panel, struct canvas *canvas)
{
    struct build *build = &state->gantt.scene->builds[panel];
    size_t longest = table_longest(&build->table);
    struct painter p = {.gantt = &state->gantt,
                        .l = &state->layout,
                        .rows = &state->rows[panel],
                        .canvas = canvas,
                        .panel = panel,
                        .build = build};
    int rc = -E_NOMEM;

    if (build->script->count > longest)
        longest = build->script->count;
    p.waits = malloc((longest + 1) * sizeof(*p.waits));
    p.boxes = malloc((longest + 1) * sizeof(*p.boxes));
    if (p.waits && p.boxes)
        rc = draw_panel(&p);
    free(p.waits);
    free(p.boxes);
    return rc;
}
