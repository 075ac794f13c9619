#include "analyzer/late.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/units.h"

/* A run that says nothing of when its player was late is doubted as a whole from here on. */
#define TOLD_WITHOUT_AUDIT_US INT64_C(50000)

static int64_t clamp(int64_t us, int64_t most)
{
    return us < 0 ? 0 : us > most ? most : us;
}

/* What of the player's list lies in the time that the pictures show. */
static void place_spans(struct late *out, const struct audit *audit, const struct table *table)
{
    for (size_t i = 0; i < audit->untrusted_count; i++) {
        struct late_span span = audit->untrusted[i];

        span.from_us = clamp(span.from_us - table->begin_wall_us, table->end_us);
        span.to_us = clamp(span.to_us - table->begin_wall_us, table->end_us);
        if (span.from_us == span.to_us)
            continue;
        out->spans[out->count++] = span;
        out->us += span.to_us - span.from_us;
        if (span.p99_us > out->p99_us)
            out->p99_us = span.p99_us;
        if (span.stall_us > out->stall_us)
            out->stall_us = span.stall_us;
    }
}

size_t late_first(const struct late *late, int64_t us)
{
    size_t low = 0;
    size_t high = late->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (late->spans[middle].to_us > us)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

bool late_touches(const struct late *late, int64_t from_us, int64_t to_us)
{
    size_t first = late_first(late, from_us);

    return first < late->count &&
           (late->spans[first].from_us < to_us || late->spans[first].from_us <= from_us);
}

static int count_waits(struct late *out, struct plan *plan, const struct table *table)
{
    struct wait *waits = malloc((table_longest(table) + 1) * sizeof(*waits));

    if (!waits)
        return -E_NOMEM;
    for (size_t s = 0; s < table->session_count; s++) {
        size_t count = 0;

        if (table->sessions[s].counted)
            count = waits_of_session(plan, table, s, waits);
        out->waits += count;
        for (size_t i = 0; i < count; i++)
            out->waits_late += late_touches(out, waits[i].start_us, waits[i].end_us);
    }
    free(waits);
    return 0;
}

int late_compute(struct late *out, const struct run_info *info, struct plan *plan,
                 const struct table *table)
{
    const struct audit *audit = &info->audit;
    int rc = 0;

    *out = (struct late){0};
    out->spans = calloc(audit->untrusted_count + 1, sizeof(*out->spans));
    if (!out->spans)
        return -E_NOMEM;
    place_spans(out, audit, table);
    out->told = audit->present ? out->count || !audit->kept_up
                               : info->lateness_p99_us > TOLD_WITHOUT_AUDIT_US;
    if (!out->count)
        out->p99_us = audit->late_p99_us > 0 ? audit->late_p99_us : info->lateness_p99_us;
    else
        rc = count_waits(out, plan, table);
    if (rc < 0)
        late_release(out);
    return rc;
}

void late_release(struct late *late)
{
    free(late->spans);
    *late = (struct late){0};
}

const char *late_span_words(const struct late_span *span, char *out, size_t size)
{
    bool stall = !span->p99_us && span->stall_us;
    char time[DURATION_TEXT];

    snprintf(out, size, "%s %s", stall ? "stood still" : "p99",
             duration_format(stall ? span->stall_us : span->p99_us, time, sizeof(time)));
    return out;
}

const char *late_words(const struct late *late, int64_t run_us, char *out, size_t size)
{
    struct late_span worst = {0, 0, late->p99_us > 0 ? late->p99_us : 0, late->stall_us};
    char sum[DURATION_TEXT];
    char whole[DURATION_TEXT];
    char words[2 * DURATION_TEXT];

    *out = 0;
    if (!late->told)
        return out;
    late_span_words(&worst, words, sizeof(words));
    if (late->count)
        snprintf(out, size, "%s of %s, %s", duration_format(late->us, sum, sizeof(sum)),
                 duration_format(run_us, whole, sizeof(whole)), words);
    else
        snprintf(out, size, "%s, the player's own delay", words);
    return out;
}
