#include "analyzer/waits.h"

#include <math.h>
#include <stdlib.h>

#define NOWHERE SIZE_MAX

int plan_init(struct plan *plan, const struct script *script)
{
    size_t n = script->count;

    *plan = (struct plan){.script = script, .think = 1};
    plan->kinds = malloc((n + 1) * sizeof(*plan->kinds));
    plan->calculations = malloc((n + 1) * sizeof(*plan->calculations));
    plan->last_of = calloc(n + 1, sizeof(*plan->last_of));
    plan->scratch = malloc((n + 1) * sizeof(*plan->scratch));
    if (!plan->kinds || !plan->calculations || !plan->last_of || !plan->scratch) {
        plan_release(plan);
        return -E_NOMEM;
    }
    for (size_t i = 0; i < n; i++)
        plan->kinds[i] = wait_of_step(script, i);
    plan->calculation_count = script_calculations(script, plan->calculations);
    for (size_t i = 0; i < n; i++) {
        if (plan->calculations[i] >= 0)
            plan->last_of[plan->calculations[i]] = i;
    }
    plan->load_last = script_page_load_last(script, &plan->load_only_last);
    for (size_t i = plan->load_only_last ? plan->load_last : 0; i < n && i <= plan->load_last; i++)
        plan->load_steps += !step_is_in_background(script_at(script, i));
    return 0;
}

void plan_release(struct plan *plan)
{
    free(plan->kinds);
    free(plan->calculations);
    free(plan->last_of);
    free(plan->scratch);
    *plan = (struct plan){0};
}

/* Collects waits one step after another, joining the steps of a calculation. */
struct gathering {
    struct plan *plan;
    struct wait *out;
    size_t count;
};

static void begin_gathering(struct gathering *g, struct plan *plan, struct wait *out)
{
    *g = (struct gathering){plan, out, 0};
    for (size_t i = 0; i < plan->calculation_count; i++)
        plan->scratch[i] = NOWHERE;
}

static void gather(struct gathering *g, struct wait wait)
{
    int calculation = g->plan->calculations[wait.step];
    struct wait *into;

    wait.kind = calculation < 0 ? g->plan->kinds[wait.step] : WAIT_CALC;
    if (wait.kind == WAIT_NONE)
        return;
    if (calculation < 0 || g->plan->scratch[calculation] == NOWHERE) {
        if (calculation >= 0)
            g->plan->scratch[calculation] = g->count;
        g->out[g->count++] = wait;
        return;
    }
    into = &g->out[g->plan->scratch[calculation]];
    if (wait.start_us < into->start_us)
        into->start_us = wait.start_us;
    if (wait.end_us > into->end_us)
        into->end_us = wait.end_us;
    into->open = into->open || wait.open;
}

size_t waits_of_session(struct plan *plan, const struct table *table, size_t session,
                        struct wait *out)
{
    const struct session *s = &table->sessions[session];
    struct gathering g;

    begin_gathering(&g, plan, out);
    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *e = &table->events[s->first_event + i];
        bool open = e->end_us == EVENT_OPEN;

        gather(&g,
               (struct wait){WAIT_NONE, e->step, e->start_us, open ? s->end_us : e->end_us, open});
    }
    return g.count;
}

bool wait_ended(const struct plan *plan, const struct table *table, size_t session,
                const struct wait *wait)
{
    const struct session *s = &table->sessions[session];
    int calculation = plan->calculations[wait->step];

    if (wait->open || calculation < 0 || s->outcome == SESSION_DONE)
        return !wait->open;
    return table->events[s->first_event + s->event_count - 1].step >= plan->last_of[calculation];
}

/* A message received has no length in a script of shinyloadtest: the wait for it began when the
 * browser had asked. */
static int64_t asked_us(const struct script *script, size_t i)
{
    const struct step *step = script_at(script, i);

    if (!step_is_recv(step) || step->end_us > step->begin_us)
        return step->begin_us;
    while (i-- > 0) {
        const struct step *before = script_at(script, i);

        if (step_is_request(before) || before->socket != step->socket)
            continue;
        if (before->partial)
            continue;
        if (before->type == STEP_WS_SEND || before->type == STEP_WS_OPEN)
            return before->end_us;
        break;
    }
    return step->begin_us;
}

static int by_start(const void *a, const void *b)
{
    const struct wait *x = a;
    const struct wait *y = b;

    if (x->start_us != y->start_us)
        return x->start_us < y->start_us ? -1 : 1;
    return x->step < y->step ? -1 : x->step > y->step;
}

#define MOVED_MOST_US ((double)(INT64_C(1) << 60))

/* How far all behind a gap has moved, when this much think time is stretched too. */
static int64_t move_on(int64_t moved_us, int64_t gap_us, double think)
{
    return (int64_t)fmin((double)moved_us + (double)gap_us * (think - 1), MOVED_MOST_US);
}

/* What lies between the waits is think time: it is stretched, and all behind it moves. */
static int64_t stretch_think(struct wait *waits, size_t count, int64_t length_us, double think)
{
    int64_t covered_us = 0;
    int64_t moved_us = 0;

    qsort(waits, count, sizeof(*waits), by_start);
    for (size_t i = 0; i < count; i++) {
        int64_t end_us = waits[i].end_us;

        if (waits[i].start_us > covered_us)
            moved_us = move_on(moved_us, waits[i].start_us - covered_us, think);
        waits[i].start_us += moved_us;
        waits[i].end_us += moved_us;
        if (end_us > covered_us)
            covered_us = end_us;
    }
    return length_us + move_on(moved_us, length_us - covered_us, think);
}

size_t waits_of_script(struct plan *plan, struct wait *out, int64_t *length_us)
{
    struct gathering g;

    begin_gathering(&g, plan, out);
    for (size_t i = 0; i < plan->script->count; i++) {
        const struct step *step = script_at(plan->script, i);

        gather(&g, (struct wait){WAIT_NONE, (uint32_t)i, asked_us(plan->script, i), step->end_us,
                                 false});
    }
    *length_us = stretch_think(out, g.count, plan->script->length_us, plan->think);
    return g.count;
}

int64_t page_load_us(const struct plan *plan, const struct table *table, size_t session)
{
    const struct session *s = &table->sessions[session];
    int64_t end_us = -1;
    size_t seen = 0;

    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *e = &table->events[s->first_event + i];

        if (e->step > plan->load_last || (plan->load_only_last && e->step != plan->load_last) ||
            step_is_in_background(script_at(plan->script, e->step)))
            continue;
        if (e->end_us == EVENT_OPEN)
            return -1;
        if (e->end_us > end_us)
            end_us = e->end_us;
        seen++;
    }
    if (!seen || seen < plan->load_steps)
        return -1;
    return end_us - s->start_us;
}
