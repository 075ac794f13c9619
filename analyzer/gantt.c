#include "analyzer/gantt.h"

#include <stdlib.h>

#include "analyzer/gantt_frame.h"
#include "analyzer/gantt_panel.h"

double gantt_x(const struct gantt *gantt, const struct layout *layout, size_t panel, int64_t us)
{
    return layout->left + layout->panel_step * (double)panel +
           layout->panel_width * (double)us / (double)gantt->span_us;
}

int64_t gantt_run_span_us(const struct scene *scene)
{
    int64_t span_us = 1;

    for (size_t i = 0; i < scene->count; i++) {
        if (scene->builds[i].table.end_us > span_us)
            span_us = scene->builds[i].table.end_us;
    }
    return span_us + span_us / 50; /* room for the sign behind the last session */
}

static bool any_build(const struct gantt *gantt, bool (*has)(const struct build *))
{
    for (size_t i = 0; i < gantt->scene->count; i++) {
        if (has(&gantt->scene->builds[i]))
            return true;
    }
    return false;
}

static bool has_open(const struct build *build)
{
    return build->stats.failed_wait.count || build->stats.cut_waits;
}

static bool has_late(const struct build *build)
{
    return build->late.count > 0;
}

static bool has_uncounted(const struct build *build)
{
    return build->steady.used;
}

bool gantt_has_open(const struct gantt *gantt)
{
    return any_build(gantt, has_open);
}

bool gantt_has_late(const struct gantt *gantt)
{
    return any_build(gantt, has_late);
}

bool gantt_has_uncounted(const struct gantt *gantt)
{
    return any_build(gantt, has_uncounted);
}

static void plan_layout(struct gantt_state *state)
{
    const struct gantt *gantt = &state->gantt;
    bool uncounted = gantt_has_uncounted(gantt);
    struct layout_request request = {.builds = gantt->scene->count,
                                     .width = gantt->scene->width,
                                     .told = gantt->scene->notes->count,
                                     .notes = gantt_has_open(gantt) || gantt_has_late(gantt) ||
                                              uncounted,
                                     .mark = gantt->mark_shown || (uncounted && !gantt->by_start),
                                     .foot = gantt->ideal_shown};

    for (size_t i = 0; i < gantt->scene->count; i++) {
        if (state->rows[i].count > request.entries)
            request.entries = state->rows[i].count;
    }
    for (size_t i = 0; gantt->heads[i]; i++)
        request.head_lines += gantt_head_used(gantt, i);
    layout_plan(&state->layout, &request);
}

static int paint(const struct sheet *sheet, struct canvas *canvas)
{
    const struct gantt_state *state = sheet->state;
    int rc = 0;

    frame_title(&state->gantt, &state->layout, canvas);
    for (size_t i = 0; i < state->gantt.scene->count && rc == 0; i++)
        rc = panel_paint(state, i, canvas);
    frame_axes(&state->gantt, &state->layout, canvas);
    return rc;
}

static void release(void *user)
{
    struct gantt_state *state = user;

    for (size_t i = 0; state->rows && i < state->gantt.scene->count; i++)
        free(state->rows[i].row_of);
    free(state->rows);
    free(state);
}

static int place_rows(struct gantt_state *state)
{
    const struct scene *scene = state->gantt.scene;
    int rc = 0;

    state->rows = calloc(scene->count, sizeof(*state->rows));
    if (!state->rows)
        return -E_NOMEM;
    for (size_t i = 0; i < scene->count && rc == 0; i++) {
        struct gantt_rows *rows = &state->rows[i];

        rows->row_of = malloc((scene->builds[i].table.session_count + 1) * sizeof(*rows->row_of));
        rc = rows->row_of ? state->gantt.place(&scene->builds[i], rows->row_of, &rows->count)
                          : -E_NOMEM;
    }
    return rc;
}

int gantt_sheet(const struct gantt *gantt, struct sheet *out, struct error *err)
{
    struct gantt_state *state = calloc(1, sizeof(*state));

    *out = (struct sheet){0};
    if (!state)
        return error_nomem(err);
    state->gantt = *gantt;
    if (place_rows(state) < 0) {
        release(state);
        return error_nomem(err);
    }
    plan_layout(state);
    *out = (struct sheet){state->layout.width, state->layout.height, state, paint, release};
    return 0;
}
