/* Where values lie along an axis, and which of them are named. */
#include <math.h>
#include <stdio.h>

#include "analyzer/layout.h"
#include "analyzer/plot.h"
#include "core/units.h"

double ruler_at(const struct ruler *ruler, double value)
{
    double least = ruler->log ? log(ruler->least) : ruler->least;
    double most = ruler->log ? log(ruler->most) : ruler->most;
    double at = ruler->log ? log(fmax(value, ruler->least)) : value;
    double share = most > least ? (at - least) / (most - least) : 0;

    return ruler->from + fmin(fmax(share, 0), 1) * (ruler->to - ruler->from);
}

static size_t ticks_that_fit(size_t most)
{
    return most < 1 ? 1 : most > RULER_TICKS - 1 ? RULER_TICKS - 1 : most;
}

struct ruler ruler_time(const char *label, int64_t most_us, size_t most_ticks)
{
    struct axis axis = axis_plan(most_us, ticks_that_fit(most_ticks));
    struct ruler ruler = {.most = (double)(most_us ? most_us : 1), .label = label};

    ruler.unit = axis.unit;
    for (int64_t us = 0; us <= most_us && ruler.tick_count < RULER_TICKS; us += axis.step_us) {
        struct tick *tick = &ruler.ticks[ruler.tick_count++];

        tick->at = (double)us;
        axis_label(&axis, us, tick->text, sizeof(tick->text));
    }
    return ruler;
}

/* A tick carries its unit: on such an axis milliseconds and minutes stand side by side. */
static void add_log_tick(struct ruler *ruler, int64_t us)
{
    struct tick *tick = &ruler->ticks[ruler->tick_count];

    if (ruler->tick_count == RULER_TICKS || (double)us < ruler->least || (double)us > ruler->most)
        return;
    ruler->tick_count++;
    tick->at = (double)us;
    duration_format(us, tick->text, sizeof(tick->text));
}

static const int64_t decades[] = {1,
                                  10,
                                  100,
                                  US_PER_MS,
                                  10 * US_PER_MS,
                                  100 * US_PER_MS,
                                  US_PER_S,
                                  10 * US_PER_S,
                                  60 * US_PER_S,
                                  600 * US_PER_S,
                                  3600 * US_PER_S,
                                  36000 * US_PER_S,
                                  360000 * US_PER_S};
#define DECADES (sizeof(decades) / sizeof(decades[0]))

struct ruler ruler_time_log(const char *label, int64_t least_us, int64_t most_us)
{
    size_t low = 0;
    size_t high = 1;
    struct ruler ruler = {.log = true, .label = label};

    while (low + 2 < DECADES && decades[low + 1] <= least_us)
        low++;
    while (high + 1 < DECADES && (decades[high] < most_us || high <= low))
        high++;
    ruler.least = (double)decades[low];
    ruler.most = (double)decades[high];
    for (size_t i = low; i <= high; i++) {
        add_log_tick(&ruler, decades[i]);
        if (high - low <= 3 && i < high && decades[i + 1] / decades[i] == 10) {
            add_log_tick(&ruler, decades[i] * 2);
            add_log_tick(&ruler, decades[i] * 5);
        }
    }
    return ruler;
}

/* 1, 2 or 5 times a power of ten apart, which may be below 1. */
static double pretty_step(double span, size_t most_ticks)
{
    double power = pow(10, floor(log10(span / (double)most_ticks)));
    double steps[] = {1, 2, 5, 10};

    for (size_t i = 0; i < 4; i++) {
        if (span / (power * steps[i]) <= (double)most_ticks)
            return power * steps[i];
    }
    return power * 20;
}

struct ruler ruler_count(const char *label, double most, size_t most_ticks)
{
    struct ruler ruler = {.most = most > 0 ? most : 1, .label = label};
    double step = pretty_step(ruler.most, ticks_that_fit(most_ticks));

    for (size_t i = 0; (double)i * step <= ruler.most * 1.0001 && i < RULER_TICKS; i++) {
        ruler.ticks[i].at = (double)i * step;
        snprintf(ruler.ticks[i].text, sizeof(ruler.ticks[i].text), "%.6g", ruler.ticks[i].at);
        ruler.tick_count++;
    }
    return ruler;
}
