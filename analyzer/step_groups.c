#include "analyzer/step_groups.h"

#include <stdlib.h>
#include <string.h>

size_t step_cause(const struct build *build, size_t step)
{
    const struct step *answer = script_at(build->script, step);

    if (build->plan.calculations[step] < 0)
        return step;
    for (size_t i = step; i-- > 0;) {
        const struct step *before = script_at(build->script, i);

        if (before->type == STEP_WS_SEND && before->socket == answer->socket)
            return i;
    }
    return step;
}

struct named {
    char *name;
    bool calculation;
    uint32_t step;
};

static int by_name(const void *pa, const void *pb)
{
    const struct named *a = pa;
    const struct named *b = pb;
    int order = strcmp(a->name, b->name);

    if (order == 0)
        order = a->calculation - b->calculation;
    return order ? order : (a->step > b->step) - (a->step < b->step);
}

/* step_cause() of every step, in one pass. */
static bool find_causes(uint32_t *causes, const struct build *build)
{
    const struct script *script = build->script;
    uint32_t *sent = malloc(((size_t)script->sockets + 1) * sizeof(*sent)); /* a socket: the last */

    for (size_t i = 0; sent && i <= script->sockets; i++)
        sent[i] = UINT32_MAX;
    for (size_t i = 0; sent && i < script->count; i++) {
        const struct step *step = script_at(script, i);
        bool caused = build->plan.calculations[i] >= 0 && sent[step->socket] != UINT32_MAX;

        causes[i] = caused ? sent[step->socket] : (uint32_t)i;
        if (step->type == STEP_WS_SEND)
            sent[step->socket] = (uint32_t)i;
    }
    if (!sent)
        return false;
    free(sent);
    return true;
}

/* A cause stands before what it causes, so it has its name by then. */
static bool name_steps(struct named *named, const uint32_t *causes, const struct build *build)
{
    for (size_t i = 0; i < build->script->count; i++) {
        uint32_t cause = causes[i];
        bool is_named = cause < i && causes[cause] == cause;
        char *name = is_named ? strdup(named[cause].name) : build_step_label(build, cause);

        named[i] = (struct named){name, build->plan.calculations[i] >= 0, (uint32_t)i};
        if (!name)
            return false;
    }
    return true;
}

static void join(uint32_t *group, const struct named *named, size_t count)
{
    size_t first = 0;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(named[i].name, named[first].name) != 0 ||
            named[i].calculation != named[first].calculation)
            first = i;
        group[named[i].step] = named[first].step;
    }
}

uint32_t *steps_grouped(const struct build *build)
{
    size_t count = build->script->count;
    struct named *named = calloc(count + 1, sizeof(*named));
    uint32_t *group = malloc((count + 1) * sizeof(*group));
    /* The group of a step is the last thing that is known of it: until then, what caused it. */
    bool complete = named && group && find_causes(group, build) && name_steps(named, group, build);

    if (complete) {
        qsort(named, count, sizeof(*named), by_name);
        join(group, named, count);
    }
    for (size_t i = 0; named && i < count; i++)
        free(named[i].name);
    free(named);
    if (complete)
        return group;
    free(group);
    return NULL;
}
