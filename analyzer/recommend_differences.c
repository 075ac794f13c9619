/* How a build differs from the first one, where that is more than chance.  Silence is the rule: a
 * difference is told when its interval leaves out 0 after all the questions asked at once are
 * allowed for, when it is more than the player's own lateness, and when it is a good part of what
 * it changes: two runs of one app on one machine differ by some percent, and one run of each build
 * cannot show by how many. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/match.h"
#include "analyzer/recommend_parts.h"
#include "analyzer/text.h"
#include "core/buf.h"
#include "core/error.h"

/* Half of the 5 % for the whole, half for the steps. */
#define CHANCE_MOST 0.025
#define SHARE_LEAST 0.15
#define SHARE_MOST 1
#define LATENESS_TIMES 2
#define STEPS_NAMED 3
#define LEAST_VALUES 5

struct pair {
    const struct sample *now;
    const struct sample *then;
    enum sample_at at;
    const char *key;
    const char *name;
    struct interval difference;
};

/* How many times longer users wait than alone. */
static double slowdown(const struct evidence *e)
{
    const struct service *s = &e->service;

    return s->own_s > 0 ? fmax(1, s->waited_s / s->own_s) : 1;
}

/* What two runs of the same app may differ by, in microseconds.  The nearer to its limit an app is,
 * the more a machine that is a little slower makes its users wait. */
static double margin_us(const struct evidence *now, const struct evidence *then, double value_us)
{
    double late =
        fmax((double)now->build->info.lateness_p99_us, (double)then->build->info.lateness_p99_us);
    double share = fmin(SHARE_MOST, SHARE_LEAST * fmin(slowdown(now), slowdown(then)));

    return fmax(LATENESS_TIMES * late, share * value_us);
}

static double least_value(const struct sample *a, const struct sample *b, enum sample_at at)
{
    return fmin((double)percentile(a->sorted, a->count, sample_p(at)),
                (double)percentile(b->sorted, b->count, sample_p(at)));
}

static bool overlap(const struct pair *p)
{
    struct interval now = bootstrap_percentile(p->now, p->at);
    struct interval then = bootstrap_percentile(p->then, p->at);

    return now.low <= then.high && then.low <= now.high;
}

/* Is it told, its chance among all being known? */
static bool is_told(const struct evidence *now, const struct evidence *then, const struct pair *p,
                    double chance)
{
    const struct interval *d = &p->difference;

    return chance < CHANCE_MOST && (d->low > 0 || d->high < 0) &&
           fabs(d->value) > margin_us(now, then, least_value(p->now, p->then, p->at)) &&
           !overlap(p);
}

static const char *distance_words(const struct evidence *e, const struct interval *d,
                                  char out[2 * WORDS])
{
    char far[DURATION_TEXT];
    char interval[WORDS];
    double low = fmin(fabs(d->low), fabs(d->high)) / US_PER_S;
    double high = fmax(fabs(d->low), fabs(d->high)) / US_PER_S;

    snprintf(out, 2 * WORDS, "%s %s%s", time_words(fabs(d->value) / US_PER_S, far),
             d->value < 0 ? "shorter" : "longer", interval_words(e, low, high, interval));
    return out;
}

static int tell_pair(struct findings *out, const struct evidence *now, const struct evidence *then,
                     const struct pair *p)
{
    const struct interval *d = &p->difference;
    struct finding f = {d->value < 0 ? FINDING_GOOD : FINDING_BAD,
                        p->key,
                        .unit = "s",
                        .value = d->value / US_PER_S,
                        .low = d->low / US_PER_S,
                        .high = d->high / US_PER_S};
    char distance[2 * WORDS];
    char is[DURATION_TEXT];
    char was[DURATION_TEXT];

    return say(
        out, now, f, "%s is %s than in %s: %s instead of %s.", p->name,
        distance_words(now->confidence < then->confidence ? now : then, d, distance),
        then->build->label,
        duration_format(percentile(p->now->sorted, p->now->count, sample_p(p->at)), is, sizeof(is)),
        duration_format(percentile(p->then->sorted, p->then->count, sample_p(p->at)), was,
                        sizeof(was)));
}

/* Most of what one script waits for, the other does too: else their numbers are of different
 * things. */
static bool scripts_compare(const struct evidence *now, const struct evidence *then)
{
    const struct match *match = now->scene->match;
    size_t both = 0;
    size_t any = 0;

    for (size_t i = 0; i < match->count; i++) {
        bool of_now = match->list[i].steps[now->index] != MATCH_NONE;
        bool of_then = match->list[i].steps[then->index] != MATCH_NONE;

        both += of_now && of_then;
        any += of_now || of_then;
    }
    return 2 * both >= any;
}

static int compare_whole(struct findings *out, const struct evidence *now,
                         const struct evidence *then)
{
    struct pair pairs[3] = {
        {.at = AT_P95, .key = "page-load-differs", .name = "page load p95"},
        {.at = AT_P95, .key = "calculation-differs", .name = "calculation p95"},
        {.at = AT_P50, .key = "session-differs", .name = "session p50"},
    };
    const struct sample *nows[3] = {&now->page_load, &now->calculation, &now->session};
    const struct sample *thens[3] = {&then->page_load, &then->calculation, &then->session};
    struct chance chances[3];
    size_t asked = 0;
    int rc = 0;

    for (size_t i = 0; i < 3; i++) {
        struct pair *p = &pairs[i];

        p->now = nows[i];
        p->then = thens[i];
        if (p->now->count < LEAST_VALUES || p->then->count < LEAST_VALUES)
            continue;
        if (p->now == &now->session && !now->scene->match->alike)
            continue; /* longer, because its script is */
        p->difference = bootstrap_difference(p->now, p->then, p->at);
        chances[asked++] = (struct chance){p->difference.chance, i};
    }
    chances_among_all(chances, asked);
    for (size_t i = 0; rc == 0 && i < 3; i++) {
        for (size_t k = 0; rc == 0 && k < asked; k++) {
            if (chances[k].of == i && is_told(now, then, &pairs[i], chances[k].chance))
                rc = tell_pair(out, now, then, &pairs[i]);
        }
    }
    return rc;
}

/* A step of both builds. */
struct step_pair {
    const char *label;
    struct sample now;
    struct sample then;
    struct interval difference;
    bool told;
};

static int sample_step(struct sample *out, const struct evidence *e, uint32_t step)
{
    const struct step_observations *list = &e->build->observations.steps[step];
    int64_t *values = malloc((list->count + 1) * sizeof(*values));

    if (!values)
        return -E_NOMEM;
    observations_times(list, values);
    return sample_of(out, values, list->count, 1);
}

static bool is_asked(const struct matched_step *m, const struct evidence *now,
                     const struct evidence *then)
{
    uint32_t a = m->steps[now->index];
    uint32_t b = m->steps[then->index];

    return m->waited && a != MATCH_NONE && b != MATCH_NONE &&
           now->build->observations.steps[a].count >= LEAST_VALUES &&
           then->build->observations.steps[b].count >= LEAST_VALUES;
}

static int compare_step(struct step_pair *out, const struct matched_step *m,
                        const struct evidence *now, const struct evidence *then)
{
    int rc = sample_step(&out->now, now, m->steps[now->index]);

    out->label = m->label;
    if (rc == 0)
        rc = sample_step(&out->then, then, m->steps[then->index]);
    if (rc == 0)
        out->difference = bootstrap_difference(&out->now, &out->then, AT_P50);
    return rc;
}

static int largest_first(const void *pa, const void *pb)
{
    const struct step_pair *a = pa;
    const struct step_pair *b = pb;
    double da = a->told ? fabs(a->difference.value) : -1;
    double db = b->told ? fabs(b->difference.value) : -1;

    return (da < db) - (da > db);
}

/* Marks those that differ, the largest difference first; how many. */
static size_t choose(struct step_pair *pairs, struct chance *chances, size_t count,
                     const struct evidence *now, const struct evidence *then)
{
    size_t told = 0;

    for (size_t i = 0; i < count; i++)
        chances[i] = (struct chance){pairs[i].difference.chance, i};
    chances_among_all(chances, count);
    for (size_t i = 0; i < count; i++) {
        struct step_pair *s = &pairs[chances[i].of];
        struct pair p = {&s->now, &s->then, AT_P50, NULL, NULL, s->difference};

        s->told = is_told(now, then, &p, chances[i].chance);
        told += s->told;
    }
    qsort(pairs, count, sizeof(*pairs), largest_first);
    return told;
}

static int tell_steps(struct findings *out, const struct evidence *now, const struct evidence *then,
                      const struct step_pair *pairs, size_t told, size_t asked)
{
    struct buf text;
    char distance[2 * WORDS];
    bool complete = true;
    int rc;

    buf_init(&text, 4096);
    for (size_t i = 0; i < told && i < STEPS_NAMED; i++) {
        char *label = text_short(pairs[i].label, LABEL_MOST);

        complete = complete && label;
        buf_addf(&text, "%s\"%s\" %s", i ? ", " : "", label ? label : "",
                 distance_words(now->confidence < then->confidence ? now : then,
                                &pairs[i].difference, distance));
        free(label);
    }
    if (text.failed || !complete) {
        buf_release(&text);
        return -E_NOMEM;
    }
    rc = say(out, now, (struct finding){.weight = FINDING_NOTE, .key = "steps-differ"},
             "%zu of %zu steps %s from %s (p50)%s: %s.", told, asked,
             told > 1 ? "differ" : "differs", then->build->label,
             told > STEPS_NAMED ? ", most of all" : "", text.data);
    buf_release(&text);
    return rc;
}

static int compare_steps(struct findings *out, const struct evidence *now,
                         const struct evidence *then)
{
    const struct match *match = now->scene->match;
    struct step_pair *pairs = calloc(match->count + 1, sizeof(*pairs));
    struct chance *chances = calloc(match->count + 1, sizeof(*chances));
    size_t asked = 0;
    size_t told;
    int rc = pairs && chances ? 0 : -E_NOMEM;

    for (size_t i = 0; rc == 0 && i < match->count; i++) {
        if (is_asked(&match->list[i], now, then))
            rc = compare_step(&pairs[asked++], &match->list[i], now, then);
    }
    if (rc == 0 && asked) {
        told = choose(pairs, chances, asked, now, then);
        if (told)
            rc = tell_steps(out, now, then, pairs, told, asked);
    }
    for (size_t i = 0; pairs && i < asked; i++) {
        sample_release(&pairs[i].now);
        sample_release(&pairs[i].then);
    }
    free(pairs);
    free(chances);
    return rc;
}

int recommend_differences(struct findings *out, const struct evidence *evidence,
                          const struct evidence *base)
{
    int rc = scripts_compare(evidence, base) ? compare_whole(out, evidence, base) : 0;

    return rc < 0 ? rc : compare_steps(out, evidence, base);
}
