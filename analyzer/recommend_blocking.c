/* One thread for all: pages and files that wait while the app works for others, and for what. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/fit.h"
#include "analyzer/recommend_parts.h"
#include "core/error.h"

/* A page load may be held up by so long, and by as long as it takes alone, before anybody is
 * accused: a busy machine holds up a little. */
#define HELD_LEAST_S 0.1
#define HELD_MUCH_S 1

/* Steps that are named: the worst, each with so much of all the time that steps hold up. */
#define NAMED_MOST 3
#define NAMED_SHARE 0.15

static bool blocks(const struct evidence *e)
{
    const struct blocking *b = &e->blocking;

    if (evidence_is_fast(e) && !e->service.falls_behind)
        return false;
    return b->count && b->held_s > HELD_LEAST_S && b->held_s > b->alone_s;
}

bool evidence_names(const struct evidence *e, size_t i)
{
    const struct blocking *b = &e->blocking;

    return blocks(e) && i < NAMED_MOST && i < b->count && b->list[i].share >= NAMED_SHARE &&
           b->list[i].each_s > 0 && !(b->list[i].low_s <= 0);
}

static int by_active(const void *pa, const void *pb)
{
    const struct fit_point *a = pa;
    const struct fit_point *b = pb;

    return (a->x > b->x) - (a->x < b->x);
}

/* Page loads against sessions active. */
static int fit_page_loads(struct fit *fit, const struct evidence *e)
{
    const struct build *build = e->build;
    size_t count = build->table.session_count;
    struct fit_point *points = malloc((count + 1) * sizeof(*points));
    size_t n = 0;
    int rc;

    if (!points)
        return -E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        const struct session *s = &build->table.sessions[i];
        int64_t us = s->counted ? page_load_us(&build->plan, &build->table, i) : -1;

        if (us >= 0)
            points[n++] = (struct fit_point){(double)active_at(&build->active, s->start_us),
                                             (double)us / US_PER_S};
    }
    qsort(points, n, sizeof(*points), by_active);
    rc = fit_line(fit, points, n);
    free(points);
    return rc;
}

static int tell_held(struct findings *out, const struct evidence *e)
{
    const struct blocking *b = &e->blocking;
    struct finding f = {.weight = b->held_s > HELD_MUCH_S ? FINDING_BAD : FINDING_WARN,
                        .key = "one-thread",
                        .unit = "s",
                        .value = b->held_s};
    struct fit fit = {0};
    char held[DURATION_TEXT];
    char alone[DURATION_TEXT];
    char slope[DURATION_TEXT];
    char interval[WORDS];
    char grows[2 * WORDS] = "";
    int rc = fit_page_loads(&fit, e);

    if (rc < 0)
        return rc;
    if (isfinite(fit.slope) && fit_is_sure(&fit) && fit.slope > 0)
        snprintf(grows, sizeof(grows), "; each further session that is active adds %s%s",
                 time_words(fit.slope, slope), interval_words(e, fit.low, fit.high, interval));
    f.low = f.high = f.value;
    return say(
        out, e, f,
        "pages and files wait while the app works for other users: %s a session, where alone "
        "they take %s%s. That is how an app behaves that has one "
        "thread, or too few, for everything.",
        time_words(b->held_s, held), time_words(b->alone_s, alone), grows);
}

static int tell_blocker(struct findings *out, const struct evidence *e, size_t i)
{
    const struct blocker *b = &e->blocking.list[i];
    static const char *const places[] = {"the first thing to change", "the second", "the third"};
    char *step = group_words(e, b->step);
    char each[DURATION_TEXT];
    char interval[WORDS];
    struct finding f = {.weight = FINDING_NOTE,
                        .key = "make-asynchronous",
                        .unit = "s",
                        .value = b->each_s,
                        .low = b->low_s,
                        .high = b->high_s};
    int rc = -E_NOMEM;

    if (step)
        rc =
            say(out, e, f,
                "%s holds up everybody else for %s%s each time, %.0f %% of all the time that steps "
                "do: %s. Have another thread or process do that work, or do it once for all "
                "sessions that ask for the same.",
                step, time_words(b->each_s, each), interval_words(e, b->low_s, b->high_s, interval),
                100 * b->share, places[i]);
    free(step);
    return rc;
}

int recommend_blocking(struct findings *out, const struct evidence *e)
{
    int rc;

    if (!blocks(e))
        return 0;
    rc = tell_held(out, e);
    for (size_t i = 0; rc == 0 && evidence_names(e, i); i++)
        rc = tell_blocker(out, e, i);
    return rc;
}
