/* The same sessions, all moved to begin together, the shortest at the bottom: what a user got, and
 * how unequally; under them the recording itself, which is what a user alone gets. */
#include "analyzer/gantt.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/units.h"

struct total {
    int64_t us;
    size_t session;
};

static int by_total(const void *pa, const void *pb)
{
    const struct total *a = pa;
    const struct total *b = pb;

    if (a->us != b->us)
        return a->us < b->us ? -1 : 1;
    return a->session < b->session ? -1 : 1;
}

static int place_by_total(const struct build *build, size_t *row_of, size_t *rows)
{
    const struct session *sessions = build->table.sessions;
    struct total *totals = malloc((build->table.session_count + 1) * sizeof(*totals));

    if (!totals)
        return -E_NOMEM;
    *rows = build->table.session_count;
    for (size_t i = 0; i < *rows; i++)
        totals[i] = (struct total){sessions[i].end_us - sessions[i].start_us, i};
    qsort(totals, *rows, sizeof(*totals), by_total);
    for (size_t row = 0; row < *rows; row++)
        row_of[totals[row].session] = row;
    free(totals);
    return 0;
}

static void head_beyond(const struct gantt *gantt, const struct build *build, char *out,
                        size_t size)
{
    char mark[DURATION_TEXT];

    snprintf(out, size, "page loads\t%zu of %zu beyond %s", build->stats.page_loads_beyond,
             build->stats.sessions, duration_format(gantt->scene->mark_us, mark, sizeof(mark)));
}

static void head_session(const struct gantt *gantt, const struct build *build, char *out,
                         size_t size)
{
    (void)gantt;
    gantt_head_spread("session", &build->stats.session, out, size);
}

static void head_script(const struct gantt *gantt, const struct build *build, char *out,
                        size_t size)
{
    char ideal[DURATION_TEXT];

    (void)gantt;
    snprintf(out, size, "script\t%s when alone",
             duration_format(build->stats.ideal_us, ideal, sizeof(ideal)));
}

static void (*const heads[])(const struct gantt *, const struct build *, char *, size_t) = {
    head_beyond, head_session, head_script, gantt_head_lost, gantt_head_late, NULL};

static int64_t longest_us(const struct build *build)
{
    int64_t longest = build->stats.ideal_us;

    for (size_t i = 0; i < build->table.session_count; i++) {
        const struct session *s = &build->table.sessions[i];

        if (s->end_us - s->start_us > longest)
            longest = s->end_us - s->start_us;
    }
    return longest;
}

int prepare_aligned(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                    struct error *err)
{
    struct gantt gantt = {
        .kind = kind,
        .scene = scene,
        .x_label = "time since the session started",
        .y_label = "sessions, shortest first",
        .row_is = "sessions",
        .span_us = 1,
        .by_start = true,
        .ideal_shown = true,
        .place = place_by_total,
        .heads = heads,
    };

    for (size_t i = 0; i < scene->count; i++) {
        int64_t us = longest_us(&scene->builds[i]);

        if (us > gantt.span_us)
            gantt.span_us = us;
    }
    /* The line belongs on the picture even when all were faster, unless it would squeeze them. */
    gantt.mark_shown = scene->mark_us < gantt.span_us * 2;
    if (gantt.mark_shown && scene->mark_us > gantt.span_us)
        gantt.span_us = scene->mark_us;
    gantt.span_us += gantt.span_us / 50;
    return gantt_sheet(&gantt, out, err);
}
