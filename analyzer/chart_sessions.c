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
    if (isnan(s))
        return "?";
    /* A trailing edge may even lean back a little when few sessions end close together. */
    return duration_format((int64_t)llround(fmax(s, 0) * (double)US_PER_S), out, size);
}

static void head_edges(const struct stats *stats, char *out, size_t size)
{
    char start[DURATION_TEXT];
    char end[DURATION_TEXT];

    if (stats->sessions < 2)
        snprintf(out, size, "one session has no edges");
    else if (stats->done < 2)
        snprintf(out, size, "one starts every %s",
                 seconds(stats->start_every_s, start, sizeof(start)));
    else
        snprintf(out, size, "one starts every %s, one ends every %s",
                 seconds(stats->start_every_s, start, sizeof(start)),
                 seconds(stats->end_every_s, end, sizeof(end)));
}

static void head(const struct chart *chart, const struct build *build, size_t line, char *out,
                 size_t size)
{
    (void)chart;
    switch (line) {
    case 0:
        chart_head_counts(build, out, size);
        break;
    case 1:
        head_edges(&build->stats, out, size);
        break;
    case 2:
        chart_head_spread("page load", &build->stats.page_load, out, size);
        break;
    case 3:
        chart_head_spread("calculation", &build->stats.calculation, out, size);
        break;
    default:
        chart_head_late(build, out, size);
    }
}

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
        .head = head,
    };
    for (size_t i = 0; i < count; i++) {
        if (builds[i].table.end_us > chart->span_us)
            chart->span_us = builds[i].table.end_us;
    }
    chart->span_us += chart->span_us / 50; /* room for the sign behind the last session */
}
