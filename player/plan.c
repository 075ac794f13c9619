#include "player/plan.h"

#include <stdlib.h>
#include <string.h>

#include "core/wait.h"

/* How soon a browser uses a connection that has come free, on a machine that has much to do. */
#define REACTION_US INT64_C(10000)

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

/* Is it asked for over one of the connections that all requests share? */
static bool shares_connections(const struct step *step)
{
    return step_is_request(step) && !step->left;
}

static void end_pictures(const struct script *script, struct ending *ends, size_t from, size_t to,
                         int64_t quiet_us)
{
    for (size_t i = from; i < to; i++) {
        if (step_is_picture(script_at(script, i)) && shares_connections(script_at(script, i)))
            ends[i].end_us = quiet_us;
    }
}

/* Pictures count as ended when no request is under way any more. */
static void postpone_pictures(const struct script *script, struct ending *ends)
{
    int64_t busy_us = 0;
    size_t first = 0;

    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = script_at(script, i);

        if (!shares_connections(step))
            continue;
        if (step->begin_us >= busy_us) {
            end_pictures(script, ends, first, i, busy_us);
            first = i;
        }
        if (step->end_us > busy_us)
            busy_us = step->end_us;
    }
    end_pictures(script, ends, first, script->count, busy_us);
}

static void rank_steps(struct plan *plan, const struct ending *ends)
{
    for (size_t rank = 0; rank < plan->count; rank++)
        plan->steps[ends[rank].step].rank = (uint32_t)rank;
}

/* The page that is being loaded at a step, and until when it surely is. */
struct loading {
    size_t page; /* a step; SIZE_MAX: none */
    int64_t busy_us;
};

static void load_on(struct loading *l, const struct step *step, size_t i)
{
    if (!shares_connections(step))
        return;
    if (step->type == STEP_REQ_HOME)
        *l = (struct loading){.page = i, .busy_us = step->end_us};
    else if (step->begin_us > l->busy_us + WAIT_BURST_GAP_US)
        l->page = SIZE_MAX;
    else if (step->end_us > l->busy_us)
        l->busy_us = step->end_us;
}

/* How many ranks must have ended before step i: those that had when it began, or only up to its
 * page. They never get fewer from step to step, because steps do not overtake each other. */
static size_t need_of(const struct plan *plan, const struct step *step, const struct loading *l,
                      size_t had_ended, size_t before)
{
    size_t need = had_ended;

    if (step->named && l->page != SIZE_MAX)
        need = plan->steps[l->page].rank + 1;
    return need > before ? need : before;
}

/* What each step needs, and how long after the last of that it began. */
static void find_needs(struct plan *plan, const struct script *script, const struct ending *ends,
                       bool sequential)
{
    struct loading loading = {.page = SIZE_MAX};
    size_t had_ended = 0;
    size_t need = 0;

    for (size_t i = 0; i < plan->count; i++) {
        const struct step *step = script_at(script, i);

        while (had_ended < plan->count && ends[had_ended].end_us <= step->begin_us &&
               ends[had_ended].step < i)
            had_ended++;
        if (!sequential)
            load_on(&loading, step, i);
        need = need_of(plan, step, &loading, had_ended, need);
        plan->steps[i].need = (uint32_t)need;
        plan->steps[i].gap_us = need ? step->begin_us - ends[need - 1].end_us : step->begin_us;
    }
}

/* The ends of the requests under way, the earliest first.  One more than there are connections
 * shows that the browser was not held up: HTTP/2. */
struct under_way {
    int64_t ends_us[PLAN_CONNECTIONS + 1];
    size_t count;
};

static void drop_ended(struct under_way *u, int64_t now_us)
{
    size_t ended = 0;

    while (ended < u->count && u->ends_us[ended] <= now_us)
        ended++;
    u->count -= ended;
    memmove(u->ends_us, u->ends_us + ended, u->count * sizeof(u->ends_us[0]));
}

static void add_under_way(struct under_way *u, int64_t end_us)
{
    size_t at = u->count;

    if (at > PLAN_CONNECTIONS) /* the latest of too many matters to nobody */
        at--;
    else
        u->count++;
    for (; at > 0 && u->ends_us[at - 1] > end_us; at--)
        u->ends_us[at] = u->ends_us[at - 1];
    u->ends_us[at] = end_us;
}

/* The recorder tells the end of an answer when it has passed it on, and the browser may have been
 * quicker. */
static bool took_a_free_connection(const struct under_way *u, int64_t begin_us)
{
    int64_t after_us = begin_us - u->ends_us[0];

    return u->count == PLAN_CONNECTIONS && after_us >= -REACTION_US / 10 && after_us <= REACTION_US;
}

/* What waited for a connection is due with the step before it. */
static void release_queued(struct plan *plan, const struct script *script)
{
    struct under_way u = {.count = 0};

    for (size_t i = 0; i < plan->count; i++) {
        const struct step *step = script_at(script, i);

        if (!shares_connections(step))
            continue;
        if (took_a_free_connection(&u, step->begin_us)) {
            plan->steps[i].need = plan->steps[i - 1].need;
            plan->steps[i].gap_us = plan->steps[i - 1].gap_us;
            drop_ended(&u, u.ends_us[0]);
        }
        drop_ended(&u, step->begin_us);
        add_under_way(&u, step->end_us);
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

        if (!shares_connections(step))
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
    if (!sequential)
        postpone_pictures(script, ends);
    qsort(ends, script->count, sizeof(*ends), by_end);
    rank_steps(plan, ends);
    find_needs(plan, script, ends, sequential);
    if (!sequential)
        release_queued(plan, script);
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
