/* The same sessions, all moved to begin together, the shortest at the bottom: what a user got, and
 * how unequally; under them the recording itself, which is what a user alone gets. */
#include "analyzer/chart.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/units.h"

static const struct session *compared; /* qsort() passes no context */

static int by_total(const void *pa, const void *pb)
{
    const struct session *a = &compared[*(const size_t *)pa];
    const struct session *b = &compared[*(const size_t *)pb];
    int64_t a_us = a->end_us - a->start_us;
    int64_t b_us = b->end_us - b->start_us;

    if (a_us != b_us)
        return a_us < b_us ? -1 : 1;
    return a < b ? -1 : 1;
}

static void order_by_total(const struct build *build, size_t *order)
{
    for (size_t i = 0; i < build->table.session_count; i++)
        order[i] = i;
    compared = build->table.sessions;
    qsort(order, build->table.session_count, sizeof(*order), by_total);
}

static void head_beyond(const struct chart *chart, const struct build *build, char *out,
                        size_t size)
{
    char mark[DURATION_TEXT];

    snprintf(out, size, "page loads\t%zu of %zu beyond %s", build->stats.page_loads_beyond,
             build->stats.sessions, duration_format(chart->mark_us, mark, sizeof(mark)));
}

static void head_session(const struct chart *chart, const struct build *build, char *out,
                         size_t size)
{
    (void)chart;
    chart_head_spread("session", &build->stats.session, out, size);
}

static void head_script(const struct chart *chart, const struct build *build, char *out,
                        size_t size)
{
    char ideal[DURATION_TEXT];

    (void)chart;
    snprintf(out, size, "script\t%s when alone",
             duration_format(build->stats.ideal_us, ideal, sizeof(ideal)));
}

static void (*const heads[])(const struct chart *, const struct build *, char *, size_t) = {
    head_beyond, head_session, head_script, chart_head_lost, chart_head_late, NULL};

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

void chart_aligned(struct chart *chart, struct build *builds, size_t count, double width,
                   int64_t mark_us)
{
    *chart = (struct chart){
        .name = "aligned",
        .title = "The same sessions, from each one's own start",
        .subtitle = "The shortest at the bottom; under them, pale, the script as it was recorded",
        .x_label = "time since the session started",
        .y_label = "sessions, shortest first",
        .builds = builds,
        .count = count,
        .width = width,
        .mark_us = mark_us,
        .span_us = 1,
        .by_start = true,
        .ideal_shown = true,
        .order = order_by_total,
        .heads = heads,
    };
    for (size_t i = 0; i < count; i++) {
        int64_t us = longest_us(&builds[i]);

        if (us > chart->span_us)
            chart->span_us = us;
    }
    /* The line belongs on the picture even when all were faster, unless it would squeeze them. */
    chart->mark_shown = mark_us < chart->span_us * 2;
    if (chart->mark_shown && mark_us > chart->span_us)
        chart->span_us = mark_us;
    chart->span_us += chart->span_us / 50;
}
