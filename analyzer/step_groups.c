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

static bool name_steps(struct named *named, const struct build *build)
{
    for (size_t i = 0; i < build->script->count; i++) {
        named[i] = (struct named){build_step_label(build, step_cause(build, i)),
                                  build->plan.calculations[i] >= 0, (uint32_t)i};
        if (!named[i].name)
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
    bool complete = named && group && name_steps(named, build);

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
