#include "analyzer/passages.h"

#include <stdlib.h>

#include "core/error.h"

static int make_room(struct passages *out, const struct plan *plan, const struct table *table)
{
    size_t steps = plan->script->count;

    *out = (struct passages){malloc((table->event_count + 1) * sizeof(*out->list)),
                             0,
                             calloc(steps + 1, sizeof(*out->own_us)),
                             calloc(steps + 1, sizeof(*out->times)),
                             steps,
                             0};
    return out->list && out->own_us && out->times ? 0 : -E_NOMEM;
}

static void take(struct passages *out, size_t session, const struct wait *wait)
{
    int64_t us = wait->end_us - wait->start_us;
    int64_t *own_us = &out->own_us[wait->step];

    if (!out->times[wait->step]++ || us < *own_us)
        *own_us = us;
    if (wait->end_us > out->end_us)
        out->end_us = wait->end_us;
    out->list[out->count++] =
        (struct passage){wait->start_us, wait->end_us, wait->step, (uint32_t)session};
}

int passages_compute(struct passages *out, struct plan *plan, const struct table *table)
{
    struct wait *waits = malloc((table_longest(table) + 1) * sizeof(*waits));
    int rc = make_room(out, plan, table);

    if (!waits)
        rc = -E_NOMEM;
    for (size_t s = 0; rc == 0 && s < table->session_count; s++) {
        size_t count = waits_of_session(plan, table, s, waits);

        for (size_t i = 0; i < count; i++) {
            if (wait_ended(plan, table, s, &waits[i]))
                take(out, s, &waits[i]);
        }
    }
    free(waits);
    if (rc < 0)
        passages_release(out);
    return rc;
}

void passages_release(struct passages *passages)
{
    free(passages->list);
    free(passages->own_us);
    free(passages->times);
    *passages = (struct passages){0};
}
