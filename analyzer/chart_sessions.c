/* One row a session in order of start, time since the first one started: the leading edge is how
 * fast users come, the trailing edge how fast the app lets them go. */
#include "analyzer/chart.h"

#include <math.h>
#include <stdio.h>

#include "core/units.h"

static void order_by_start(const struct build *build, size_t *order)
{
    for (size_t i = 0; i < build->table.session_count; i++)
        order[i] = i; /* the table's own order */
}

static const char *seconds(double s, char *out, size_t size)
{
    /* A trailing edge may even lean back a little when few sessions end close together. */
    return duration_format((int64_t)llround(fmax(s, 0) * (double)US_PER_S), out, size);
}

static void head_count(const char *name, size_t count, double every_s, char *out, size_t size)
{
    char every[DURATION_TEXT];

    if (isnan(every_s))
        snprintf(out, size, "%s\t%zu", name, count);
    else
        snprintf(out, size, "%s\t%zu, one every %s", name, count,
                 seconds(every_s, every, sizeof(every)));
}

static void head_started(const struct chart *chart, const struct build *build, char *out,
                         size_t size)
{
    (void)chart;
    head_count("started", build->stats.sessions, build->stats.start_every_s, out, size);
}

static void head_done(const struct chart *chart, const struct build *build, char *out, size_t size)
{
    (void)chart;
    head_count("done", build->stats.done, build->stats.end_every_s, out, size);
}

static void head_page_load(const struct chart *chart, const struct build *build, char *out,
                           size_t size)
{
    (void)chart;
    chart_head_spread("page load", &build->stats.page_load, out, size);
}

static void head_calculation(const struct chart *chart, const struct build *build, char *out,
                             size_t size)
{
    (void)chart;
    chart_head_spread("calculation", &build->stats.calculation, out, size);
}

static void (*const heads[])(const struct chart *, const struct build *, char *, size_t) = {
    head_started,    head_done, head_page_load, head_calculation, chart_head_lost,
    chart_head_late, NULL};

void chart_sessions(struct chart *chart, struct build *builds, size_t count, double width,
                    int64_t mark_us)
{
    *chart = (struct chart){
        .name = "sessions",
        .title = "What every session waited for",
        .subtitle =
            "One row a session, in the order in which they started; each rectangle is a wait",
        .x_label = "time since the first session started",
        .y_label = "session",
        .builds = builds,
        .count = count,
        .width = width,
        .mark_us = mark_us,
        .span_us = 1,
        .order = order_by_start,
        .heads = heads,
    };
    for (size_t i = 0; i < count; i++) {
        if (builds[i].table.end_us > chart->span_us)
            chart->span_us = builds[i].table.end_us;
    }
    chart->span_us += chart->span_us / 50; /* room for the sign behind the last session */
}
