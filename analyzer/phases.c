#include "analyzer/phases.h"

#include <stdlib.h>

static size_t count_marks(const struct script *script)
{
    size_t count = 0;

    for (size_t i = 0; i < script->count; i++)
        count += script_at(script, i)->mark != NULL;
    return count;
}

static void name_phases(struct phase *phases, const struct script *script)
{
    size_t n = 0;

    for (size_t i = 0; i < script->count; i++) {
        const char *mark = script_at(script, i)->mark;

        if (!mark)
            continue;
        if (n > 0)
            phases[n - 1].beyond = (uint32_t)i;
        phases[n++] =
            (struct phase){.name = mark, .first = (uint32_t)i, .beyond = (uint32_t)script->count};
    }
}

static int by_start(const void *pa, const void *pb)
{
    const struct wait *a = pa;
    const struct wait *b = pb;

    return (a->start_us > b->start_us) - (a->start_us < b->start_us);
}

static bool is_of(const struct phase *phase, const struct wait *wait)
{
    return wait->step >= phase->first && wait->step < phase->beyond;
}

/* A phase in which an answer never came is none that a user went through. */
static bool has_open(const struct wait *waits, size_t count, const struct phase *phase)
{
    for (size_t i = 0; i < count; i++) {
        if (waits[i].open && is_of(phase, &waits[i]))
            return true;
    }
    return false;
}

/* What these waits cover together; they are in order of their start. */
static int64_t covered_us(const struct wait *waits, size_t count, const struct phase *phase)
{
    int64_t until_us = INT64_MIN;
    int64_t sum_us = 0;

    for (size_t i = 0; i < count; i++) {
        int64_t from_us = waits[i].start_us > until_us ? waits[i].start_us : until_us;

        if (!is_of(phase, &waits[i]) || waits[i].end_us <= from_us)
            continue;
        sum_us += waits[i].end_us - from_us;
        until_us = waits[i].end_us;
    }
    return sum_us;
}

/* Steps are in the order of the script, so the last event tells how far a session came. */
static bool has_begun(const struct table *table, const struct session *s, uint32_t step)
{
    return s->event_count && table->events[s->first_event + s->event_count - 1].step >= step;
}

int64_t phase_of_session(struct phase *phase, struct plan *plan, const struct table *table,
                         size_t session, struct wait *waits)
{
    const struct session *s = &table->sessions[session];
    size_t count;

    if (!s->counted || !has_begun(table, s, phase->first))
        return -1;
    phase->reached++;
    if (s->outcome != SESSION_DONE && !has_begun(table, s, phase->beyond))
        return -1;
    count = waits_of_session(plan, table, session, waits);
    if (has_open(waits, count, phase))
        return -1;
    qsort(waits, count, sizeof(*waits), by_start);
    return covered_us(waits, count, phase);
}

static void measure(struct phase *phase, struct plan *plan, const struct table *table,
                    struct wait *waits, int64_t *values)
{
    size_t through = 0;

    for (size_t i = 0; i < table->session_count; i++) {
        int64_t us = phase_of_session(phase, plan, table, i, waits);

        if (us >= 0)
            values[through++] = us;
    }
    phase->waited = spread_of(values, through);
}

int phases_list(struct phase **out, size_t *count, const struct script *script)
{
    *count = count_marks(script);
    *out = *count ? calloc(*count, sizeof(**out)) : NULL;
    if (*count && !*out) {
        *count = 0;
        return -E_NOMEM;
    }
    if (*count)
        name_phases(*out, script);
    return 0;
}

int phases_compute(struct phase **out, size_t *count, struct plan *plan, const struct table *table)
{
    struct wait *waits = malloc((table_longest(table) + 1) * sizeof(*waits));
    int64_t *values = malloc((table->session_count + 1) * sizeof(*values));
    int rc = phases_list(out, count, plan->script);

    for (size_t i = 0; rc == 0 && waits && values && i < *count; i++)
        measure(&(*out)[i], plan, table, waits, values);
    if (rc < 0 || !waits || !values) {
        free(*out);
        *out = NULL;
        *count = 0;
        rc = -E_NOMEM;
    }
    free(waits);
    free(values);
    return rc;
}
