/* A crowd's row has hundreds of waits and a pixel of height.  So the waits of one kind are one
 * path, those that no eye can part are one box, and in rows too thin for a pointer nothing is
 * written for one. */
#include "analyzer/gantt_rows.h"

#include <math.h>
#include <stdio.h>

#include "analyzer/chart_signs.h"
#include "analyzer/sign_grid.h"
#include "core/units.h"

#define JOIN_GAP 0.05 /* pixels between waits that no eye can part */
#define JOIN_GAP_THIN 0.2

static double x_of(const struct painter *p, const struct session *s, int64_t us)
{
    return gantt_x(p->gantt, p->l, p->panel, p->gantt->by_start ? us - s->start_us : us);
}

static bool is_thin(const struct painter *p)
{
    return p->l->row_height < ROW_LEAST_POINTED_AT;
}

/* Tenths of a pixel will do where nobody can look closely. */
static struct box row_box(const struct painter *p, double from, double to, double y)
{
    if (is_thin(p)) {
        from = round(from * 10) / 10;
        to = round(to * 10) / 10;
    }
    return (struct box){from, y + p->l->row_gap / 2, to - from, p->l->row_height - p->l->row_gap};
}

size_t boxes_join(struct box *boxes, size_t count, double gap)
{
    size_t left = 0;

    for (size_t i = 0; i < count; i++) {
        struct box *last = left ? &boxes[left - 1] : NULL;

        if (last && boxes[i].x >= last->x && boxes[i].x - (last->x + last->width) < gap)
            last->width = fmax(last->width, boxes[i].x + boxes[i].width - last->x);
        else
            boxes[left++] = boxes[i];
    }
    return left;
}

static void draw_waits(struct painter *p, const struct session *s, size_t count,
                       enum wait_kind kind, double y)
{
    struct fill fill = {wait_colour(kind), s->counted ? 1 : ROWS_UNCOUNTED, wait_class(kind)};
    size_t boxes = 0;

    for (size_t i = 0; i < count; i++) {
        const struct wait *wait = &p->waits[i];

        if (wait->kind == kind && !wait->open)
            p->boxes[boxes++] = row_box(p, x_of(p, s, wait->start_us), x_of(p, s, wait->end_us), y);
    }
    boxes = boxes_join(p->boxes, boxes, is_thin(p) ? JOIN_GAP_THIN : JOIN_GAP);
    canvas_boxes(p->canvas, &fill, p->boxes, boxes);
}

/* Pale and hatched where there is room: nothing came, so it is not to be read as a long answer. */
static void draw_open_waits(struct painter *p, const struct session *s, size_t count, double y)
{
    for (size_t i = 0; i < count; i++) {
        const struct wait *wait = &p->waits[i];

        if (wait->open)
            sign_unanswered(p->canvas, wait->kind,
                            row_box(p, x_of(p, s, wait->start_us), x_of(p, s, wait->end_us), y));
    }
}

/* A notch where a phase of the script begins. */
static void draw_phases(struct painter *p, const struct session *s, double y)
{
    struct pen pen = {INK, fmax(1, 1.5 * p->l->unit), false, "phase", 0};
    double gap = p->l->row_gap / 2;

    for (size_t i = 0; p->build->phase_count && i < s->event_count; i++) {
        const struct event *e = &p->build->table.events[s->first_event + i];
        double x = x_of(p, s, e->start_us);

        if (script_at(p->build->script, e->step)->mark)
            canvas_line(p->canvas, &pen, x, y + gap, x, y + p->l->row_height - gap);
    }
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Rows that all begin at the left: each has its own part of the time in which the player was late.
 */
static void draw_late_part(struct painter *p, const struct session *s, double y)
{
    const struct late *late = &p->build->late;

    for (size_t i = late_first(late, s->start_us);
         i < late->count && late->spans[i].from_us < s->end_us; i++) {
        double from = x_of(p, s, later(late->spans[i].from_us, s->start_us));
        double to = x_of(p, s, earlier(late->spans[i].to_us, s->end_us));

        sign_late(p->canvas, row_box(p, from, to, y), p->l->unit);
    }
}

/* The whole session; where others follow in its row, a gap parts them. */
static struct box life_box(const struct painter *p, const struct session *s, double y)
{
    bool shared = p->rows->count < p->build->table.session_count;
    struct box box = row_box(p, x_of(p, s, s->start_us), x_of(p, s, s->end_us), y);

    if (shared && box.width > 8 * p->l->unit)
        box.width -= p->l->unit;
    return box;
}

static void draw_session(struct painter *p, size_t index, double y)
{
    const struct session *s = &p->build->table.sessions[index];
    struct fill life = {LIFE, s->counted ? 1 : ROWS_UNCOUNTED, "life"};
    size_t waits = waits_of_session(&p->build->plan, &p->build->table, index, p->waits);

    canvas_rect(p->canvas, &life, life_box(p, s, y));
    for (int kind = 0; kind < WAIT_KINDS; kind++)
        draw_waits(p, s, waits, (enum wait_kind)kind, y);
    draw_open_waits(p, s, waits, y);
    draw_phases(p, s, y);
    if (p->gantt->by_start)
        draw_late_part(p, s, y);
}

static void session_title(const struct session *s, char *out, size_t size)
{
    static const char *const words[] = {"done", "failed", "unfinished"};
    char time[DURATION_TEXT];
    int used =
        snprintf(out, size, "session %ld, user %ld: %s after %s%s", s->id, s->user,
                 words[s->outcome], duration_format(s->end_us - s->start_us, time, sizeof(time)),
                 s->counted ? "" : ", not counted");

    if (s->outcome == SESSION_FAILED && s->failed_line)
        used += snprintf(out + used, size - (size_t)used, ", line %u", s->failed_line);
    if (s->outcome == SESSION_FAILED && *s->reason)
        snprintf(out + used, size - (size_t)used, ": %.300s", s->reason);
}

static void draw_group(struct painter *p, size_t index, double y)
{
    const struct session *s = &p->build->table.sessions[index];
    char title[512];
    char number[32];
    char id[96];

    session_title(s, title, sizeof(title));
    snprintf(number, sizeof(number), "%ld", s->id);
    snprintf(id, sizeof(id), "%s-b%zu-s%zu", p->gantt->kind->name, p->panel, index);
    canvas_group(p->canvas, &(struct group){.class = s->counted ? "session" : "session uncounted",
                                            .id = id,
                                            .data = "session",
                                            .value = number,
                                            .title = title});
    draw_session(p, index, y);
    canvas_group_end(p->canvas);
}

static double row_y(const struct painter *p, size_t index)
{
    return layout_row_y(p->l, p->rows->row_of[index] / p->l->bundle);
}

void rows_draw(struct painter *p)
{
    for (size_t i = 0; i < p->build->table.session_count; i++) {
        if (p->rows->row_of[i] % p->l->bundle != 0)
            continue;
        if (is_thin(p))
            draw_session(p, i, row_y(p, i));
        else
            draw_group(p, i, row_y(p, i));
    }
}

int rows_draw_signs(struct painter *p)
{
    double half = fmin(fmax(p->l->row_height * 0.35, 3), 7) * p->l->unit;
    struct box area = {gantt_x(p->gantt, p->l, p->panel, 0), p->l->top, p->l->panel_width,
                       p->l->bottom - p->l->top};
    struct sign_grid grid;

    if (sign_grid_init(&grid, area, 2 * half) < 0)
        return -E_NOMEM;
    canvas_group(p->canvas, &(struct group){.class = "signs"});
    for (size_t i = 0; i < p->build->table.session_count; i++) {
        const struct session *s = &p->build->table.sessions[i];
        double x = x_of(p, s, s->end_us);
        double y = row_y(p, i) + p->l->row_height / 2;

        if (s->outcome == SESSION_DONE || !sign_grid_take(&grid, x, y))
            continue;
        if (s->outcome == SESSION_FAILED)
            sign_failed(p->canvas, x, y, half);
        else
            sign_unfinished(p->canvas, x, y, half);
    }
    canvas_group_end(p->canvas);
    sign_grid_release(&grid);
    return 0;
}
