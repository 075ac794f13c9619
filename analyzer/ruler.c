/* Where values lie along an axis, and which of them are named. */
#include <math.h>
#include <stdio.h>
#include <string.h>

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

void ruler_name_unit(struct ruler *ruler)
{
    for (size_t i = 1; ruler->unit && i < ruler->tick_count; i++) {
        struct tick *tick = &ruler->ticks[i];
        size_t len = strlen(tick->text);

        snprintf(tick->text + len, sizeof(tick->text) - len, " %s", ruler->unit);
    }
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

/* Where a logarithmic axis may end or be named. */
#define DECADE(us) 1 * (us), 2 * (us), 5 * (us)
#define MINUTE_US (60 * US_PER_S)
#define HOUR_US (60 * MINUTE_US)
static const int64_t log_marks[] = {DECADE(1),
                                    DECADE(10),
                                    DECADE(100),
                                    DECADE(US_PER_MS),
                                    DECADE(10 * US_PER_MS),
                                    DECADE(100 * US_PER_MS),
                                    DECADE(US_PER_S),
                                    10 * US_PER_S,
                                    20 * US_PER_S,
                                    DECADE(MINUTE_US),
                                    10 * MINUTE_US,
                                    20 * MINUTE_US,
                                    DECADE(HOUR_US),
                                    DECADE(10 * HOUR_US),
                                    DECADE(100 * HOUR_US),
                                    10000 * HOUR_US};
#define LOG_MARKS (sizeof(log_marks) / sizeof(log_marks[0]))
#define LOG_TICKS 10 /* with more, only those of whole decades are named */

static bool is_decade(int64_t us)
{
    int64_t count = us % HOUR_US == 0 ? us / HOUR_US : us % MINUTE_US == 0 ? us / MINUTE_US : us;

    while (count % 10 == 0)
        count /= 10;
    return count == 1;
}

/* A tick carries its unit: on such an axis milliseconds and minutes stand side by side. */
static void add_log_tick(struct ruler *ruler, int64_t us)
{
    struct tick *tick = &ruler->ticks[ruler->tick_count++];

    tick->at = (double)us;
    if (us % HOUR_US == 0)
        snprintf(tick->text, sizeof(tick->text), "%lld h", (long long)(us / HOUR_US));
    else if (us % MINUTE_US == 0)
        snprintf(tick->text, sizeof(tick->text), "%lld m", (long long)(us / MINUTE_US));
    else
        duration_format(us, tick->text, sizeof(tick->text));
}

struct ruler ruler_time_log(const char *label, int64_t least_us, int64_t most_us)
{
    size_t low = 0;
    size_t high;
    struct ruler ruler = {.log = true, .label = label};

    while (low + 2 < LOG_MARKS && log_marks[low + 1] <= least_us)
        low++;
    for (high = low + 1; high + 1 < LOG_MARKS && log_marks[high] < most_us;)
        high++;
    ruler.least = (double)log_marks[low];
    ruler.most = (double)log_marks[high];
    for (size_t i = low; i <= high && ruler.tick_count < RULER_TICKS; i++) {
        if (high - low < LOG_TICKS || is_decade(log_marks[i]))
            add_log_tick(&ruler, log_marks[i]);
    }
    return ruler;
}

struct ruler ruler_time_either(const char *label, int64_t least_us, int64_t most_us,
                               size_t most_ticks)
{
    if (least_us > 0 && most_us / least_us >= RULER_LOG_FROM)
        return ruler_time_log(label, least_us, most_us);
    return ruler_time(label, most_us + most_us / 25, most_ticks);
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

static struct ruler count_by(const char *label, double most, size_t most_ticks, double least_step)
{
    struct ruler ruler = {.most = most > 0 ? most : 1, .label = label};
    double step = fmax(least_step, pretty_step(ruler.most, ticks_that_fit(most_ticks)));

    for (size_t i = 0; (double)i * step <= ruler.most * 1.0001 && i < RULER_TICKS; i++) {
        ruler.ticks[i].at = (double)i * step;
        snprintf(ruler.ticks[i].text, sizeof(ruler.ticks[i].text), "%.6g", ruler.ticks[i].at);
        ruler.tick_count++;
    }
    return ruler;
}

struct ruler ruler_count(const char *label, double most, size_t most_ticks)
{
    return count_by(label, most, most_ticks, 0);
}

struct ruler ruler_whole(const char *label, double most, size_t most_ticks)
{
    return count_by(label, most, most_ticks, 1);
}
