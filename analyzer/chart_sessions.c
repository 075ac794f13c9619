/* One row a session in order of start, time since the first one started: the leading edge is how
 * fast users come, the trailing edge how fast the app lets them go. */
#include "analyzer/gantt.h"

#include <math.h>
#include <stdio.h>

#include "core/units.h"

/* The table's own order. */
static int place_by_start(const struct build *build, size_t *row_of, size_t *rows)
{
    *rows = build->table.session_count;
    for (size_t i = 0; i < *rows; i++)
        row_of[i] = i;
    return 0;
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

static void head_started(const struct gantt *gantt, const struct build *build, char *out,
                         size_t size)
{
    (void)gantt;
    head_count("started", build->stats.sessions, build->stats.start_every_s, out, size);
}

static void head_done(const struct gantt *gantt, const struct build *build, char *out, size_t size)
{
    (void)gantt;
    head_count("done", build->stats.done, build->stats.end_every_s, out, size);
}

static void (*const heads[])(const struct gantt *, const struct build *, char *, size_t) = {
    head_started,    head_done, gantt_head_page_load, gantt_head_calculation, gantt_head_lost,
    gantt_head_late, NULL};

int prepare_sessions(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                     struct error *err)
{
    struct gantt gantt = {
        .kind = kind,
        .scene = scene,
        .x_label = "time since the first session started",
        .y_label = "session",
        .row_is = "sessions",
        .span_us = gantt_run_span_us(scene),
        .place = place_by_start,
        .heads = heads,
    };

    return gantt_sheet(&gantt, out, err);
}
