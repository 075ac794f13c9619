/* The waits are counted, each step is given its room behind the one before, then they are dealt
 * out: one array for all, whatever the script. */
#include "analyzer/observations.h"

#include <stdlib.h>

#include "core/error.h"

/* What is done with every wait that ended: counted the first time, dealt out the second. */
struct survey {
    struct observations *out;
    struct plan *plan;
    const struct table *table;
    const struct active *active;
    struct active_cursor cursor;
    struct wait *waits;
    uint32_t *first_of; /* a calculation: its first step */
};

static void name_firsts(struct survey *s)
{
    for (size_t i = s->plan->script->count; i-- > 0;) {
        if (s->plan->calculations[i] >= 0)
            s->first_of[s->plan->calculations[i]] = (uint32_t)i;
    }
}

/* A session may have begun a calculation at another than its first step. */
static struct step_observations *step_of(const struct survey *s, const struct wait *wait)
{
    int calculation = s->plan->calculations[wait->step];

    return &s->out->steps[calculation < 0 ? wait->step : s->first_of[calculation]];
}

static void deal(struct survey *s, size_t session, const struct wait *wait)
{
    struct step_observations *step = step_of(s, wait);
    size_t active = active_near(s->active, wait->start_us, &s->cursor);

    step->list[step->count++] = (struct observation){
        wait->end_us - wait->start_us, (uint32_t)session,
        active ? (uint32_t)active : 1, /* 0: its own is none of those that were kept */
    };
}

static void survey_all(struct survey *s, bool dealing)
{
    for (size_t i = 0; i < s->table->session_count; i++) {
        size_t count = 0;

        if (s->table->sessions[i].counted)
            count = waits_of_session(s->plan, s->table, i, s->waits);
        for (size_t w = 0; w < count; w++) {
            if (!wait_ended(s->plan, s->table, i, &s->waits[w]))
                continue;
            if (dealing)
                deal(s, i, &s->waits[w]);
            else
                step_of(s, &s->waits[w])->count++;
        }
    }
}

static int make_room(struct observations *out)
{
    struct observation *next;

    for (size_t i = 0; i < out->count; i++)
        out->all_count += out->steps[i].count;
    out->all = malloc((out->all_count + 1) * sizeof(*out->all));
    if (!out->all)
        return -E_NOMEM;
    next = out->all;
    for (size_t i = 0; i < out->count; i++) {
        out->steps[i].list = next;
        next += out->steps[i].count;
        out->steps[i].count = 0;
    }
    return 0;
}

int observations_compute(struct observations *out, struct plan *plan, const struct table *table,
                         const struct active *active)
{
    size_t steps = plan->script->count;
    struct survey s = {out,
                       plan,
                       table,
                       active,
                       {0, 0},
                       malloc((table_longest(table) + 1) * sizeof(*s.waits)),
                       malloc((plan->calculation_count + 1) * sizeof(*s.first_of))};
    int rc = -E_NOMEM;

    *out = (struct observations){calloc(steps + 1, sizeof(*out->steps)), steps, NULL, 0};
    if (out->steps && s.waits && s.first_of) {
        name_firsts(&s);
        survey_all(&s, false);
        rc = make_room(out);
    }
    if (rc == 0)
        survey_all(&s, true);
    else
        observations_release(out);
    free(s.waits);
    free(s.first_of);
    return rc;
}

void observations_release(struct observations *observations)
{
    free(observations->steps);
    free(observations->all);
    *observations = (struct observations){0};
}

void observations_times(const struct step_observations *step, int64_t *values)
{
    for (size_t i = 0; i < step->count; i++)
        values[i] = step->list[i].us;
}
