#include "analyzer/stats.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/dist.h"
#include "analyzer/metric.h"
#include "core/units.h"

int64_t percentile(const int64_t *values, size_t count, double p)
{
    double at = p * (double)(count - 1);
    size_t low = (size_t)at;

    if (low + 1 >= count)
        return values[count - 1];
    return values[low] + llround((at - (double)low) * (double)(values[low + 1] - values[low]));
}

static void swap(int64_t *a, int64_t *b)
{
    int64_t kept = *a;

    *a = *b;
    *b = kept;
}

/* Hoare's: what is below the pivot moves before what is above; where the second part begins, which
 * is never empty.  Equal values are spread over both, so that a crowd of them costs no more. */
static size_t part_values(int64_t *values, size_t from, size_t to)
{
    int64_t pivot = values[from + (to - from - 1) / 2];
    size_t low = from;
    size_t high = to - 1;

    for (;;) {
        while (values[low] < pivot)
            low++;
        while (values[high] > pivot)
            high--;
        if (low >= high)
            return high + 1;
        swap(&values[low++], &values[high--]);
    }
}

/* Puts the value of this rank where a sort would put it, larger ones behind it and smaller ones
 * before: a few passes where a sort takes as many as there are digits. */
static void select_rank(int64_t *values, size_t from, size_t to, size_t rank)
{
    while (to - from > 1) {
        size_t middle = part_values(values, from, to);

        if (rank < middle)
            to = middle;
        else
            from = middle;
    }
}

/* The two values that a percentile lies between are put in their places, from *from up; the next
 * one, which must be higher, has less to look through. */
int64_t percentile_select(int64_t *values, size_t *from, size_t count, double p)
{
    size_t low = (size_t)(p * (double)(count - 1));

    select_rank(values, *from, count, low);
    if (low + 1 < count)
        select_rank(values, low + 1, count, low + 1);
    *from = low;
    return percentile(values, count, p);
}

static void find_ends(struct spread *out, const int64_t *values, size_t count)
{
    double sum = 0;

    out->min_us = out->max_us = values[0];
    for (size_t i = 0; i < count; i++) {
        out->min_us = values[i] < out->min_us ? values[i] : out->min_us;
        out->max_us = values[i] > out->max_us ? values[i] : out->max_us;
        sum += (double)values[i];
    }
    out->mean_us = llround(sum / (double)count);
}

struct spread spread_of(int64_t *values, size_t count)
{
    struct spread out = {.count = count};
    size_t from = 0;

    if (count == 0)
        return out;
    find_ends(&out, values, count);
    out.p50_us = percentile_select(values, &from, count, 0.50);
    out.p90_us = percentile_select(values, &from, count, 0.90);
    out.p95_us = percentile_select(values, &from, count, 0.95);
    out.p99_us = percentile_select(values, &from, count, 0.99);
    out.p99_9_us = percentile_select(values, &from, count, 0.999);
    return out;
}

double slope_by_rank(const int64_t *values, size_t count)
{
    double n = (double)count;
    double mean = 0;
    double covariance = 0;

    if (count < 2)
        return NAN;
    for (size_t i = 0; i < count; i++)
        mean += (double)values[i] / n;
    for (size_t i = 0; i < count; i++)
        covariance += ((double)i - (n - 1) / 2) * ((double)values[i] - mean);
    return covariance / (n * (n * n - 1) / 12); /* n times the variance of the ranks */
}

/* One that never ended lasted at least as long as its session was seen. */
static size_t count_beyond(const struct plan *plan, const struct table *table, int64_t mark_us)
{
    size_t count = 0;

    for (size_t i = 0; i < table->session_count; i++) {
        const struct session *s = &table->sessions[i];
        int64_t us = page_load_us(plan, table, i);

        count += s->counted && (us >= 0 ? us : s->end_us - s->start_us) > mark_us;
    }
    return count;
}

/* Waits without an end in the sessions that ended so. */
static size_t collect_open(struct plan *plan, const struct table *table, enum outcome outcome,
                           struct wait *scratch, int64_t *values)
{
    size_t count = 0;

    for (size_t i = 0; i < table->session_count; i++) {
        size_t waits = 0;

        if (table->sessions[i].outcome == outcome)
            waits = waits_of_session(plan, table, i, scratch);
        for (size_t w = 0; w < waits; w++) {
            if (scratch[w].open)
                values[count++] = scratch[w].end_us - scratch[w].start_us;
        }
    }
    return count;
}

static size_t collect_ends(const struct table *table, int64_t *values)
{
    size_t count = 0;

    for (size_t i = 0; i < table->session_count; i++) {
        if (table->sessions[i].outcome == SESSION_DONE)
            values[count++] = table->sessions[i].end_us;
    }
    return count;
}

static void count_outcomes(struct stats *out, const struct table *table)
{
    size_t *const counts[] = {&out->done, &out->failed, &out->unfinished};

    out->sessions = table->session_count;
    for (size_t i = 0; i < table->session_count; i++)
        ++*counts[table->sessions[i].outcome];
}

static void measure_edges(struct stats *out, const struct table *table, int64_t *values)
{
    size_t count;

    for (size_t i = 0; i < table->session_count; i++)
        values[i] = table->sessions[i].start_us;
    out->start_every_s = slope_by_rank(values, table->session_count) / (double)US_PER_S;
    count = collect_ends(table, values);
    sort_times(values, count);
    out->end_every_s = slope_by_rank(values, count) / (double)US_PER_S;
}

int stats_compute(struct stats *out, struct plan *plan, const struct table *table, int64_t mark_us)
{
    int64_t *values = malloc(metric_most(table) * sizeof(*values));
    size_t most =
        table_longest(table) > plan->script->count ? table_longest(table) : plan->script->count;
    struct wait *scratch = malloc((most + 1) * sizeof(*scratch));
    const struct {
        struct spread *out;
        enum metric metric;
    } spreads[] = {
        {&out->page_load, METRIC_PAGE_LOAD},
        {&out->calculation, METRIC_CALCULATION},
        {&out->session, METRIC_SESSION},
    };

    *out = (struct stats){0};
    if (!values || !scratch) {
        free(values);
        free(scratch);
        return -E_NOMEM;
    }
    count_outcomes(out, table);
    for (size_t i = 0; i < sizeof(spreads) / sizeof(spreads[0]); i++)
        *spreads[i].out =
            spread_of(values, metric_of_all(plan, table, spreads[i].metric, 0, scratch, values));
    out->page_loads_beyond = count_beyond(plan, table, mark_us);
    out->failed_wait =
        spread_of(values, collect_open(plan, table, SESSION_FAILED, scratch, values));
    out->cut_waits = collect_open(plan, table, SESSION_UNFINISHED, scratch, values);
    measure_edges(out, table, values);
    waits_of_script(plan, scratch, &out->ideal_us);
    free(values);
    free(scratch);
    return 0;
}
