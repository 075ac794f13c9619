/* What costs users most and holds up nobody else: computed once for all, or ahead of time, they
 * would not wait for it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/fit.h"
#include "analyzer/recommend_parts.h"
#include "core/error.h"

#define NAMED_MOST 2
/* A step is worth it when so much of all waiting is for it, and it takes so long all by itself. */
#define WAITED_SHARE 0.15
#define OWN_LEAST_US 200000
#define OWN_SHARE 0.1 /* of what users wait for it */

struct worth {
    size_t step;      /* the first of its group */
    double waited_us; /* by all sessions together: time x frequency, with what load adds to it */
    double own_us;    /* the same, had each taken as little as the shortest of its step */
    size_t count;
};

static void add_step(struct worth *worth, const struct step_observations *step)
{
    int64_t own_us = INT64_MAX;

    for (size_t k = 0; k < step->count; k++) {
        int64_t us = step->list[k].us;

        worth->waited_us += (double)us;
        own_us = us < own_us ? us : own_us;
    }
    worth->count += step->count;
    worth->own_us += step->count ? (double)own_us * (double)step->count : 0;
}

static bool is_named(const struct evidence *e, size_t step)
{
    for (size_t i = 0; evidence_names(e, i); i++) {
        if (e->blocking.list[i].step == step)
            return true;
    }
    return false;
}

static bool is_worth_it(const struct evidence *e, const struct worth *w, double all_us)
{
    return w->count && w->waited_us >= WAITED_SHARE * all_us &&
           w->own_us >= OWN_LEAST_US * (double)w->count && w->own_us >= OWN_SHARE * w->waited_us &&
           !is_named(e, w->step);
}

static int tell_worth(struct findings *out, const struct evidence *e, const struct worth *w,
                      double all_us)
{
    double mean = w->waited_us / (double)w->count / US_PER_S;
    struct finding f = {.weight = FINDING_NOTE,
                        .key = "cache",
                        .unit = "s",
                        .value = mean,
                        .low = mean,
                        .high = mean};
    char *words = group_words(e, w->step);
    struct fit fit = {0};
    char waited[DURATION_TEXT];
    char own[DURATION_TEXT];
    char alone[WORDS] = " each time";
    char slope[DURATION_TEXT];
    char grows[WORDS] = "";
    int rc = words ? fit_waits(&fit, &e->build->observations.steps[w->step]) : -E_NOMEM;

    if (rc == 0 && isfinite(fit.slope) && fit_is_sure(&fit) && fit.slope > 0)
        snprintf(grows, sizeof(grows), ", and %s more with each further session that is active",
                 time_words(fit.slope / US_PER_S, slope));
    if (e->build->active.most > 1)
        snprintf(alone, sizeof(alone), " on average, %s even when nobody else is there",
                 time_words(w->own_us / (double)w->count / US_PER_S, own));
    if (rc == 0)
        rc = say(out, e, f,
                 "%.0f %% of all waiting is for %s: %s%s%s. Every session asks for it: do it once "
                 "for all (a cache), or before they "
                 "come.",
                 100 * w->waited_us / all_us, words, time_words(mean, waited), alone, grows);
    free(words);
    return rc;
}

static int most_first(const void *pa, const void *pb)
{
    const struct worth *a = pa;
    const struct worth *b = pb;

    if (a->waited_us != b->waited_us)
        return a->waited_us > b->waited_us ? -1 : 1;
    return a->step < b->step ? -1 : 1;
}

int recommend_worth(struct findings *out, const struct evidence *e)
{
    size_t count = e->build->observations.count;
    struct worth *list;
    double all_us = 0;
    size_t told = 0;
    int rc = 0;

    if (evidence_is_fast(e))
        return 0;
    list = calloc(count + 1, sizeof(*list));
    if (!list)
        return -E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        list[i].step = i;
        add_step(&list[e->group[i]], &e->build->observations.steps[i]);
    }
    for (size_t i = 0; i < count; i++)
        all_us += list[i].waited_us;
    qsort(list, count, sizeof(*list), most_first);
    for (size_t i = 0; rc == 0 && i < count && told < NAMED_MOST; i++) {
        if (!is_worth_it(e, &list[i], all_us))
            continue;
        rc = tell_worth(out, e, &list[i], all_us);
        told++;
    }
    free(list);
    return rc;
}
