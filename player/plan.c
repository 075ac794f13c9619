#include "player/plan.h"

#include <stdlib.h>

#include "core/wait.h"

struct ending {
    int64_t end_us;
    uint32_t step;
};

static int by_end(const void *a, const void *b)
{
    const struct ending *x = a;
    const struct ending *y = b;

    if (x->end_us != y->end_us)
        return x->end_us < y->end_us ? -1 : 1;
    return x->step < y->step ? -1 : x->step > y->step;
}

/* When a step counts as ended in the recording. */
static int64_t effective_end_us(const struct script *script, size_t i, bool sequential)
{
    const struct step *step = script_at(script, i);
    bool cause = (sequential && !step->left) || step->type == STEP_REQ_HOME;
    int64_t next_us;

    if (!cause || i + 1 == script->count)
        return step->end_us;
    next_us = script_at(script, i + 1)->begin_us;
    return step->end_us < next_us ? step->end_us : next_us;
}

static void rank_steps(struct plan *plan, const struct ending *ends)
{
    for (size_t rank = 0; rank < plan->count; rank++)
        plan->steps[ends[rank].step].rank = (uint32_t)rank;
}

/* The ranks that had ended before step i began, and how long before: they only grow with i. */
static void find_needs(struct plan *plan, const struct script *script, const struct ending *ends)
{
    size_t need = 0;

    for (size_t i = 0; i < plan->count; i++) {
        int64_t begin_us = script_at(script, i)->begin_us;

        while (need < plan->count && ends[need].end_us <= begin_us && ends[need].step < i)
            need++;
        plan->steps[i].need = (uint32_t)need;
        plan->steps[i].gap_us = need ? begin_us - ends[need - 1].end_us : begin_us;
    }
}

static void mark_page_load(struct plan *plan, const struct script *script)
{
    bool only_last = false;
    size_t last = script_page_load_last(script, &only_last);

    for (size_t i = only_last ? last : 0; i <= last; i++) {
        if (step_is_in_background(script_at(script, i)))
            continue;
        plan->steps[i].page_load = true;
        plan->page_load_steps++;
    }
}

static void mark_bursts(struct plan *plan, const struct script *script)
{
    int64_t next_us = INT64_MAX;

    for (size_t i = plan->count; i-- > 0;) {
        const struct step *step = script_at(script, i);

        if (!step_is_request(step) || step->left) /* that one has a connection of its own */
            continue;
        plan->steps[i].ends_burst = next_us == INT64_MAX || next_us - step->end_us > PLAN_KEEP_US;
        next_us = step->begin_us;
    }
}

int plan_init(struct plan *plan, const struct script *script, bool sequential)
{
    struct ending *ends = calloc(script->count, sizeof(*ends));

    *plan = (struct plan){.count = script->count};
    plan->steps = calloc(script->count, sizeof(*plan->steps));
    if (!ends || !plan->steps) {
        free(ends);
        plan_release(plan);
        return -E_NOMEM;
    }
    for (size_t i = 0; i < script->count; i++)
        ends[i] = (struct ending){effective_end_us(script, i, sequential), (uint32_t)i};
    qsort(ends, script->count, sizeof(*ends), by_end);
    rank_steps(plan, ends);
    find_needs(plan, script, ends);
    mark_page_load(plan, script);
    mark_bursts(plan, script);
    free(ends);
    return 0;
}

void plan_release(struct plan *plan)
{
    free(plan->steps);
    *plan = (struct plan){0};
}
