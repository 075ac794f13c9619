#include "analyzer/told.h"

#include <stdlib.h>

#include "analyzer/match.h"

static void name_steps(struct told_step *steps, const struct match *match, size_t build)
{
    for (size_t i = 0; i < match->count; i++) {
        uint32_t step = match->list[i].steps[build];

        if (step != MATCH_NONE)
            steps[step].label = match->list[i].label;
    }
}

static void describe_steps(struct told_step *steps, const struct build *build)
{
    const struct plan *plan = &build->plan;
    const char *phase = "";

    for (size_t i = 0; i < build->script->count; i++) {
        const struct step *step = script_at(build->script, i);

        phase = step->mark ? step->mark : phase;
        steps[i] = (struct told_step){
            .label = "",
            .phase = phase,
            .kind = plan->calculations[i] >= 0 ? WAIT_CALC : plan->kinds[i],
            .line = step->line,
        };
    }
}

int told_init(struct told *told, const struct scene *scene, size_t build)
{
    struct build *b = &scene->builds[build];
    size_t longest = table_longest(&b->table);

    *told = (struct told){
        b,
        malloc((b->script->count + 1) * sizeof(*told->steps)),
        malloc((longest + 1) * sizeof(*told->waits)),
        malloc((longest + 1) * sizeof(*told->waited_us)),
    };
    if (!told->steps || !told->waits || !told->waited_us) {
        told_release(told);
        return -E_NOMEM;
    }
    describe_steps(told->steps, b);
    name_steps(told->steps, scene->match, build);
    return 0;
}

void told_release(struct told *told)
{
    free(told->steps);
    free(told->waits);
    free(told->waited_us);
    *told = (struct told){0};
}

void told_session(struct told *told, size_t session)
{
    const struct table *table = &told->build->table;
    const struct session *s = &table->sessions[session];
    size_t count = waits_of_session(&told->build->plan, table, session, told->waits);
    size_t next = 0;

    /* Waits come in the order of the events that they begin at. */
    for (size_t i = 0; i < s->event_count; i++) {
        const struct wait *wait = &told->waits[next];

        told->waited_us[i] = TOLD_NO_WAIT;
        if (next == count || wait->step != table->events[s->first_event + i].step)
            continue;
        if (wait_ended(&told->build->plan, table, session, wait))
            told->waited_us[i] = wait->end_us - wait->start_us;
        next++;
    }
}
