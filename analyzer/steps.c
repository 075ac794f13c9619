/* The values of one kind are dealt out to their steps, one step's behind another's, so that one
 * array serves for all; then each step's are summed up where they lie. */
#include "analyzer/steps.h"

#include <stdlib.h>

#define TOOK TIMING_PARTS /* after the parts: the whole */

const char *timing_key(enum timing_part part)
{
    static const char *const keys[] = {"blocked_us", "dns_us",        "connect_us",
                                       "tls_us",     "first_byte_us", "bytes"};

    return keys[part];
}

/* -1: it has none of this kind. */
static int64_t value_of(const struct table *table, const struct event *e, int kind)
{
    uint32_t part;

    if (kind == TOOK)
        return e->end_us == EVENT_OPEN ? -1 : e->end_us - e->start_us;
    if (e->timing == NO_TIMING)
        return -1;
    part = table->timings[e->timing].parts[kind];
    return part == TIMING_NONE ? -1 : (int64_t)part;
}

/* Room for the work on one kind of values. */
struct dealing {
    const struct table *table;
    int64_t *values;
    size_t *next; /* a step: where its next value goes */
};

static void count_values(struct dealing *d, const struct session *s, int kind)
{
    const struct event *events = d->table->events + s->first_event;

    for (size_t i = 0; i < s->event_count; i++)
        d->next[events[i].step] += value_of(d->table, &events[i], kind) >= 0;
}

static void deal_values(struct dealing *d, const struct session *s, int kind)
{
    const struct event *events = d->table->events + s->first_event;

    for (size_t i = 0; i < s->event_count; i++) {
        int64_t value = value_of(d->table, &events[i], kind);

        if (value >= 0)
            d->values[d->next[events[i].step]++] = value;
    }
}

static void deal(struct dealing *d, size_t steps, int kind)
{
    const struct table *table = d->table;
    size_t sum = 0;

    for (size_t i = 0; i < steps; i++)
        d->next[i] = 0;
    for (size_t i = 0; i < table->session_count; i++) {
        if (table->sessions[i].counted)
            count_values(d, &table->sessions[i], kind);
    }
    for (size_t i = 0; i < steps; i++) {
        size_t count = d->next[i];

        d->next[i] = sum;
        sum += count;
    }
    for (size_t i = 0; i < table->session_count; i++) {
        if (table->sessions[i].counted)
            deal_values(d, &table->sessions[i], kind);
    }
}

static void sum_up(struct steps *out, struct dealing *d, int kind)
{
    size_t from = 0;

    deal(d, out->count, kind);
    for (size_t i = 0; i < out->count; i++) {
        struct step_stats *step = &out->list[i];
        struct spread spread = spread_of(d->values + from, d->next[i] - from);

        from = d->next[i];
        if (kind == TOOK)
            step->took = spread;
        else
            step->parts[kind] = spread;
    }
}

static void count_failed(struct steps *out, const struct table *table)
{
    for (size_t i = 0; i < table->session_count; i++) {
        const struct session *s = &table->sessions[i];

        for (size_t k = 0; s->outcome == SESSION_FAILED && k < s->event_count; k++) {
            const struct event *e = &table->events[s->first_event + k];

            out->list[e->step].failed += e->end_us == EVENT_OPEN;
        }
    }
}

int steps_compute(struct steps *out, const struct table *table, size_t steps)
{
    struct dealing d = {table, malloc((table->event_count + 1) * sizeof(*d.values)),
                        malloc((steps + 1) * sizeof(*d.next))};
    int rc = -E_NOMEM;

    *out = (struct steps){calloc(steps + 1, sizeof(*out->list)), steps};
    if (out->list && d.values && d.next) {
        sum_up(out, &d, TOOK);
        for (int kind = 0; kind < TIMING_PARTS && table->timing_count; kind++)
            sum_up(out, &d, kind);
        count_failed(out, table);
        rc = 0;
    }
    free(d.values);
    free(d.next);
    if (rc < 0)
        steps_release(out);
    return rc;
}

void steps_release(struct steps *steps)
{
    free(steps->list);
    *steps = (struct steps){0};
}
