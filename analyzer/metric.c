#include "analyzer/metric.h"

#include <stdlib.h>

#include "analyzer/stream.h"

const char *metric_name(enum metric metric)
{
    static const char *const names[] = {"page_load", "calculation", "session",
                                        "step",      "failed",      "lateness"};

    return names[metric];
}

static size_t of_page_load(const struct plan *plan, const struct table *table, size_t session,
                           int64_t *values)
{
    int64_t us = page_load_us(plan, table, session);

    if (us < 0)
        return 0;
    values[0] = us;
    return 1;
}

/* only: the calculation that is asked for, or -1: each. */
static size_t of_calculations(struct plan *plan, const struct table *table, size_t session,
                              int only, struct wait *scratch, int64_t *values)
{
    size_t waits = waits_of_session(plan, table, session, scratch);
    size_t count = 0;

    for (size_t i = 0; i < waits; i++) {
        int calculation = plan->calculations[scratch[i].step];

        if (calculation >= 0 && (only < 0 || calculation == only) &&
            wait_ended(plan, table, session, &scratch[i]))
            values[count++] = scratch[i].end_us - scratch[i].start_us;
    }
    return count;
}

/* Its events are in the order of the script's steps. */
static const struct event *event_of_step(const struct table *table, const struct session *s,
                                         size_t step)
{
    const struct event *events = table->events + s->first_event;
    size_t low = 0;
    size_t high = s->event_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (events[middle].step < step)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->event_count && events[low].step == step ? &events[low] : NULL;
}

int calculation_at(const struct plan *plan, size_t step)
{
    int calculation = plan->calculations[step];

    for (size_t i = step; i-- > 0 && calculation >= 0;) {
        if (plan->calculations[i] == calculation)
            return -1;
    }
    return calculation;
}

static size_t of_step(struct plan *plan, const struct table *table, size_t session, size_t step,
                      struct wait *scratch, int64_t *values)
{
    const struct event *e = event_of_step(table, &table->sessions[session], step);
    int calculation = e ? calculation_at(plan, step) : -1;

    if (calculation >= 0)
        return of_calculations(plan, table, session, calculation, scratch, values);
    if (!e || e->end_us == EVENT_OPEN)
        return 0;
    values[0] = e->end_us - e->start_us;
    return 1;
}

static size_t of_whole(const struct session *s, int64_t *values)
{
    if (s->outcome != SESSION_DONE)
        return 0;
    values[0] = s->end_us - s->start_us;
    return 1;
}

size_t metric_of_session(struct plan *plan, const struct table *table, size_t session,
                         enum metric metric, size_t step, struct wait *scratch, int64_t *values)
{
    switch (metric) {
    case METRIC_PAGE_LOAD:
        return of_page_load(plan, table, session, values);
    case METRIC_CALCULATION:
        return of_calculations(plan, table, session, -1, scratch, values);
    case METRIC_SESSION:
        return of_whole(&table->sessions[session], values);
    case METRIC_STEP:
        return of_step(plan, table, session, step, scratch, values);
    default:
        return 0;
    }
}

size_t metric_of_all(struct plan *plan, const struct table *table, enum metric metric, size_t step,
                     struct wait *scratch, int64_t *values)
{
    size_t count = 0;

    for (size_t i = 0; i < table->session_count; i++) {
        if (table->sessions[i].counted)
            count += metric_of_session(plan, table, i, metric, step, scratch, values + count);
    }
    return count;
}

/* A session without an event has no calculation, yet may be done. */
size_t metric_most(const struct table *table)
{
    return table->event_count + table->session_count + 1;
}

static int dist_of_table(struct dist *out, struct build *build, enum metric metric, size_t step)
{
    const struct table *table = &build->table;
    struct wait *scratch = malloc((table_longest(table) + 1) * sizeof(*scratch));
    int64_t *values = malloc(metric_most(table) * sizeof(*values));
    int64_t *fitting;
    size_t count;

    *out = (struct dist){0};
    if (!scratch || !values) {
        free(scratch);
        free(values);
        return -E_NOMEM;
    }
    count = metric_of_all(&build->plan, table, metric, step, scratch, values);
    free(scratch);
    fitting = realloc(values, (count + 1) * sizeof(*values));
    if (!fitting) {
        free(values);
        return -E_NOMEM;
    }
    dist_of_values(out, fitting, count);
    return 0;
}

int metric_dist(struct dist *out, struct build *build, enum metric metric, size_t step)
{
    return build->stream ? stream_dist(out, build->stream, metric, step)
                         : dist_of_table(out, build, metric, step);
}
