#include "analyzer/charts.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"

const struct chart_kind chart_kinds[] = {
    {"sessions", "What every session waited for",
     "One row a session, in the order in which they started; each rectangle is a wait",
     "Read it from the bottom up: each row is one session, time runs to the right. When the "
     "coloured "
     "parts of later rows get longer, the app falls behind.",
     prepare_sessions},
    {"users", "What every user went through",
     "One row a simulated user, sessions one after another; each rectangle is a wait",
     "Each row is one user. Between the two lines all users were there: only sessions within that "
     "time count in the numbers.",
     prepare_users},
    {"aligned", "The same sessions, from each one's own start",
     "The shortest at the bottom; under them, pale, the script as it was recorded",
     "All rows begin together. The further they reach beyond the pale row at the bottom, the "
     "longer "
     "users waited because others were there.",
     prepare_aligned},
    {"waterfall", "How far each session had come, and when",
     "A line a session, down through all that it waits for; its colour tells how many sessions "
     "were "
     "active",
     "Where a line runs flat, that user waits for the step beside it; where it slants, the user "
     "thinks. The dashed line is the script played by one user alone: what lies between it and the "
     "others is what the crowd costs.",
     prepare_waterfall},
    {"page-load", "How long pages took to load",
     "A point a session, in the order in which they started; beside it, how many took how long",
     "Points that climb from left to right mean that it gets worse as users come. Above the line "
     "is "
     "longer than one may ask of a user.",
     prepare_page_load},
    {"calculation", "How long calculations took",
     "A point a calculation, in the order in which the sessions started",
     "Each point is the time from a click until all that it changes had changed.",
     prepare_calculation},
    {"durations", "How long each step took",
     "A box a step and build: its middle half, the line its median, whiskers to the 5th and 95th "
     "percentile",
     "The steps at the top deserve the first look: they are the slowest, the most variable, or "
     "differ most between the builds.",
     prepare_durations},
    {"concurrency", "Which steps get slower when more users are there",
     "A point a session: how long the step took, and how many sessions were active meanwhile",
     "A line that rises says that each further user makes this step slower for all; a flat one "
     "says "
     "that the step does not care. The steepest come first.",
     prepare_concurrency},
    {"percentiles", "How long the slowest had to wait",
     "The share of waits, on an axis that gives the slowest the most room, and how long they took",
     "At 90 % stands the time that one wait in ten exceeds; at 99.9 %, one in a thousand. A curve "
     "that turns up early hurts many.",
     prepare_percentiles},
    {"throughput", "What the app got done",
     "Sessions started, finished and failed, requests and messages a second, and sessions active",
     "When as many sessions finish as start, the app keeps up. When the number of active sessions "
     "climbs all the time, it does not.",
     prepare_throughput},
};

const size_t chart_kind_count = sizeof(chart_kinds) / sizeof(chart_kinds[0]);

void sheet_release(struct sheet *sheet)
{
    if (sheet->release)
        sheet->release(sheet->state);
    *sheet = (struct sheet){0};
}

static size_t find_kind(const char *name, size_t len)
{
    size_t i = 0;

    while (i < chart_kind_count &&
           (strlen(chart_kinds[i].name) != len || strncmp(chart_kinds[i].name, name, len) != 0))
        i++;
    return i;
}

static int refuse_name(const char *name, size_t len, struct error *err)
{
    struct buf names;

    buf_init(&names, 4096);
    for (size_t i = 0; i < chart_kind_count; i++)
        buf_addf(&names, "%s%s", i ? ", " : "", chart_kinds[i].name);
    error_set(err, E_USAGE, "--charts: there is no chart '%.*s'; there are %s", (int)len, name,
              names.data ? names.data : "");
    buf_release(&names);
    return -E_USAGE;
}

int charts_choose(bool *chosen, const char *list, struct error *err)
{
    for (size_t i = 0; i < chart_kind_count; i++)
        chosen[i] = list == NULL;
    while (list) {
        size_t len = strcspn(list, ",");
        size_t i = find_kind(list, len);

        if (i == chart_kind_count)
            return refuse_name(list, len, err);
        chosen[i] = true;
        list = list[len] ? list + len + 1 : NULL;
    }
    return 0;
}

static struct canvas *painted(const struct sheet *sheet, struct canvas *canvas)
{
    if (canvas && sheet->paint(sheet, canvas) == 0)
        return canvas;
    if (canvas)
        canvas_free(canvas);
    return NULL;
}

struct canvas *sheet_svg(const struct sheet *sheet, const struct chart_kind *kind)
{
    return painted(sheet, canvas_svg_new(sheet->width, sheet->height, kind->title, kind->subtitle));
}

struct canvas *sheet_png(const struct sheet *sheet)
{
    return painted(sheet, canvas_png_new(sheet->width, sheet->height));
}
