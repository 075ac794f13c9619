#include "analyzer/gantt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/gantt_frame.h"
#include "analyzer/chart_signs.h"
#include "core/units.h"

double gantt_x(const struct gantt *gantt, const struct layout *layout, size_t panel, int64_t us)
{
    return layout->left + layout->panel_step * (double)panel +
           layout->panel_width * (double)us / (double)gantt->span_us;
}

bool gantt_head_used(const struct gantt *gantt, size_t line)
{
    char text[GANTT_HEAD_TEXT] = "";

    for (size_t i = 0; i < gantt->scene->count && !*text; i++)
        gantt->heads[line](gantt, &gantt->scene->builds[i], text, sizeof(text));
    return *text;
}

bool gantt_has_open(const struct gantt *gantt)
{
    for (size_t i = 0; i < gantt->scene->count; i++) {
        if (gantt->scene->builds[i].stats.failed_wait.count ||
            gantt->scene->builds[i].stats.cut_waits)
            return true;
    }
    return false;
}

bool gantt_has_late(const struct gantt *gantt)
{
    for (size_t i = 0; i < gantt->scene->count; i++) {
        if (gantt->scene->builds[i].late.count)
            return true;
    }
    return false;
}

void gantt_layout(const struct gantt *gantt, struct layout *layout)
{
    struct layout_request request = {.builds = gantt->scene->count,
                                     .width = gantt->scene->width,
                                     .told = gantt->scene->notes->count,
                                     .notes = gantt_has_open(gantt) || gantt_has_late(gantt),
                                     .mark = gantt->mark_shown,
                                     .foot = gantt->ideal_shown};

    for (size_t i = 0; i < gantt->scene->count; i++) {
        if (gantt->scene->builds[i].table.session_count > request.sessions)
            request.sessions = gantt->scene->builds[i].table.session_count;
    }
    for (size_t i = 0; gantt->heads[i]; i++)
        request.head_lines += gantt_head_used(gantt, i);
    layout_plan(layout, &request);
}

void gantt_head_lost(const struct gantt *gantt, const struct build *build, char *out, size_t size)
{
    const struct stats *s = &build->stats;

    (void)gantt;
    if (s->failed && s->unfinished)
        snprintf(out, size, "failed\t%zu, and %zu unfinished", s->failed, s->unfinished);
    else if (s->failed)
        snprintf(out, size, "failed\t%zu", s->failed);
    else if (s->unfinished)
        snprintf(out, size, "unfinished\t%zu", s->unfinished);
}

void gantt_head_late(const struct gantt *gantt, const struct build *build, char *out, size_t size)
{
    char words[GANTT_HEAD_TEXT / 2];

    (void)gantt;
    if (build->late.told)
        snprintf(out, size, "player late\t%s",
                 late_words(&build->late, build->table.end_us, words, sizeof(words)));
}

void gantt_head_spread(const char *name, const struct spread *spread, char *out, size_t size)
{
    char p50[DURATION_TEXT];
    char p95[DURATION_TEXT];

    if (spread->count == 0)
        snprintf(out, size, "%s\tnone ended", name);
    else
        snprintf(out, size, "%s\tp50 %s, p95 %s", name,
                 duration_format(spread->p50_us, p50, sizeof(p50)),
                 duration_format(spread->p95_us, p95, sizeof(p95)));
}

/* One panel at a time, with what all its rows need. */
struct painter {
    const struct gantt *gantt;
    const struct layout *l;
    struct canvas *canvas;
    size_t panel;
    struct build *build;
    size_t *order;
    struct wait *waits;
};

static double x_of(const struct painter *p, const struct session *s, int64_t us)
{
    return gantt_x(p->gantt, p->l, p->panel, p->gantt->by_start ? us - s->start_us : us);
}

static struct box row_box(const struct painter *p, double from, double to, double y)
{
    return (struct box){from, y + p->l->row_gap / 2, to - from, p->l->row_height - p->l->row_gap};
}

/* Pale and hatched where there is room: nothing came, so it is not to be read as a long answer. */
static void draw_wait(struct painter *p, const struct session *s, const struct wait *wait, double y)
{
    struct box box = row_box(p, x_of(p, s, wait->start_us), x_of(p, s, wait->end_us), y);

    if (wait->open)
        sign_unanswered(p->canvas, wait->kind, box);
    else
        canvas_rect(p->canvas, &(struct fill){wait_colour(wait->kind), 1, wait_class(wait->kind)},
                    box);
}

static void session_title(const struct session *s, char *out, size_t size)
{
    static const char *const words[] = {"done", "failed", "unfinished"};
    char time[DURATION_TEXT];
    int used =
        snprintf(out, size, "session %ld, user %ld: %s after %s", s->id, s->user, words[s->outcome],
                 duration_format(s->end_us - s->start_us, time, sizeof(time)));

    if (s->outcome == SESSION_FAILED && s->failed_line)
        used += snprintf(out + used, size - (size_t)used, ", line %u", s->failed_line);
    if (s->outcome == SESSION_FAILED && *s->reason)
        snprintf(out + used, size - (size_t)used, ": %.300s", s->reason);
}

/* A notch where a phase of the script begins. */
static void draw_phases(struct painter *p, const struct session *s, double y)
{
    struct pen pen = {INK, fmax(1, 1.5 * p->l->unit), false, "phase", 0};
    double gap = p->l->row_gap / 2;

    for (size_t i = 0; i < s->event_count; i++) {
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
static struct box late_box(const struct painter *p, const struct late_span *span)
{
    const struct layout *l = p->l;
    double from = gantt_x(p->gantt, l, p->panel, span->from_us);
    double to = gantt_x(p->gantt, l, p->panel, span->to_us);

    return (struct box){from, l->top, to - from, l->bottom - l->top};
}

/* Under the rows, unseen: what a pointer is told where it rests on none of them. */
static void draw_late_titles(struct painter *p)
{
    static const struct fill unseen = {0xffffff, 0, NULL};
    const struct late *late = &p->build->late;
    char title[256];

    for (size_t i = 0; i < late->count; i++) {
        late_title(&late->spans[i], title, sizeof(title));
        canvas_group(p->canvas, &(struct group){.class = "late-time", .title = title});
        canvas_rect(p->canvas, &unseen, late_box(p, &late->spans[i]));
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
        sign_late(p->canvas, late_box(p, &late->spans[i]), p->l->unit);
    canvas_group_end(p->canvas);
}

static void draw_session(struct painter *p, size_t index, double y)
{
    static const struct fill life = {LIFE, 1, "life"};
    const struct session *s = &p->build->table.sessions[index];
    size_t waits = waits_of_session(&p->build->plan, &p->build->table, index, p->waits);
    char title[512];
    char number[32];
    char id[96];

    session_title(s, title, sizeof(title));
    snprintf(number, sizeof(number), "%ld", s->id);
    snprintf(id, sizeof(id), "%s-b%zu-s%zu", p->gantt->kind->name, p->panel, index);
    canvas_group(
        p->canvas,
        &(struct group){
            .class = "session", .id = id, .data = "session", .value = number, .title = title});
    canvas_rect(p->canvas, &life, row_box(p, x_of(p, s, s->start_us), x_of(p, s, s->end_us), y));
    for (size_t i = 0; i < waits; i++)
        draw_wait(p, s, &p->waits[i], y);
    draw_phases(p, s, y);
    if (p->gantt->by_start)
        draw_late_part(p, s, y);
    canvas_group_end(p->canvas);
}

static double row_y(const struct painter *p, size_t place)
{
    return layout_row_y(p->l, place / p->l->bundle);
}

/* After the rows, so that no row covers the sign of the one before. */
static void draw_signs(struct painter *p)
{
    double half = fmin(fmax(p->l->row_height * 0.35, 3), 7) * p->l->unit;

    canvas_group(p->canvas, &(struct group){.class = "signs"});
    for (size_t i = 0; i < p->build->table.session_count; i++) {
        const struct session *s = &p->build->table.sessions[p->order[i]];
        double x = x_of(p, s, s->end_us);
        double y = row_y(p, i) + p->l->row_height / 2;

        if (s->outcome == SESSION_FAILED)
            sign_failed(p->canvas, x, y, half);
        else if (s->outcome == SESSION_UNFINISHED)
            sign_unfinished(p->canvas, x, y, half);
    }
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

static void draw_panel(struct painter *p)
{
    canvas_group(p->canvas,
                 &(struct group){.class = "build", .data = "label", .value = p->build->label});
    frame_panel(p->gantt, p->l, p->panel, p->canvas);
    if (!p->gantt->by_start)
        draw_late_titles(p);
    p->gantt->order(p->build, p->order);
    for (size_t i = 0; i < p->build->table.session_count; i += p->l->bundle)
        draw_session(p, p->order[i], row_y(p, i));
    if (!p->gantt->by_start)
        draw_late(p);
    if (p->gantt->ideal_shown)
        draw_ideal(p);
    if (p->gantt->mark_shown)
        draw_mark(p);
    draw_signs(p);
    canvas_group_end(p->canvas);
}

static int draw_build(const struct gantt *gantt, const struct layout *l, size_t panel,
                      struct canvas *canvas)
{
    struct build *build = &gantt->scene->builds[panel];
    size_t longest = table_longest(&build->table);
    struct painter p = {gantt, l, canvas, panel, build, NULL, NULL};

    if (build->script->count > longest)
        longest = build->script->count;
    p.order = malloc((build->table.session_count + 1) * sizeof(*p.order));
    p.waits = malloc((longest + 1) * sizeof(*p.waits));
    if (p.order && p.waits)
        draw_panel(&p);
    longest = p.order && p.waits;
    free(p.order);
    free(p.waits);
    return longest ? 0 : -E_NOMEM;
}

static int paint(const struct sheet *sheet, struct canvas *canvas)
{
    const struct gantt_state *state = sheet->state;
    int rc = 0;

    frame_title(&state->gantt, &state->layout, canvas);
    for (size_t i = 0; i < state->gantt.scene->count && rc == 0; i++)
        rc = draw_build(&state->gantt, &state->layout, i, canvas);
    frame_axes(&state->gantt, &state->layout, canvas);
    return rc;
}

int gantt_sheet(const struct gantt *gantt, struct sheet *out, struct error *err)
{
    struct gantt_state *state = malloc(sizeof(*state));

    *out = (struct sheet){0};
    if (!state)
        return error_nomem(err);
    state->gantt = *gantt;
    gantt_layout(gantt, &state->layout);
    *out = (struct sheet){state->layout.width, state->layout.height, state, paint, free};
    return 0;
}
