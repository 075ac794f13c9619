#include "analyzer/blocking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/draws.h"
#include "analyzer/grid.h"
#include "core/error.h"
#include "core/units.h"

/* A request is a probe when it takes no more than this share of the longest step, or this long. */
#define PROBE_SHARE 0.2
#define PROBE_US 10000

#define TICKS 65536 /* the finest look at when a probe was there */
#define WINDOWS 128
#define BLOCKS 16 /* runs of windows, which the bootstrap draws */
#define RESAMPLES 200
#define ROUNDS 100 /* of the least squares: each takes every step once */

/* What the steps of a group cost. */
struct load {
    double own_us; /* of all of them, by all sessions together */
    double times;
};

struct study {
    const struct plan *plan;
    const struct passages *p;
    const uint32_t *group;
    struct load *loads; /* a step that is the first of its group */
    struct grid there;  /* a probe is under way */
    struct grid held;   /* ... and held up */
    uint32_t steps[BLOCKERS_MOST];
    size_t count;
    double *served; /* a window and step: how often it was served while a probe was there */
    double window_us;
    double held_s[WINDOWS];
};

/* The sums that least squares need, of one block or of several together. */
struct normal {
    double a[BLOCKERS_MOST][BLOCKERS_MOST];
    double b[BLOCKERS_MOST];
};

static bool is_calculation(const struct study *s, uint32_t step)
{
    return s->plan->calculations[step] >= 0;
}

static double probe_limit_us(const struct passages *p)
{
    int64_t longest = 0;

    for (size_t i = 0; i < p->steps; i++) {
        if (p->own_us[i] > longest)
            longest = p->own_us[i];
    }
    return fmax(PROBE_US, PROBE_SHARE * (double)longest);
}

static bool is_probe(const struct study *s, uint32_t step, double limit_us)
{
    return !is_calculation(s, step) && s->p->times[step] && (double)s->p->own_us[step] <= limit_us;
}

static double weight(const struct passages *p, uint32_t step)
{
    return (double)p->own_us[step] * (double)p->times[step];
}

/* Keeps the groups that cost the most, in their order. */
static void add_group(struct study *s, uint32_t first)
{
    size_t at = s->count < BLOCKERS_MOST ? s->count++ : BLOCKERS_MOST;

    while (at > 0 && s->loads[s->steps[at - 1]].own_us < s->loads[first].own_us) {
        if (at < BLOCKERS_MOST)
            s->steps[at] = s->steps[at - 1];
        at--;
    }
    if (at < BLOCKERS_MOST)
        s->steps[at] = first;
}

static void choose_steps(struct study *s, struct blocking *out, double limit_us, size_t sessions)
{
    for (uint32_t i = 0; i < s->p->steps; i++) {
        struct load *load = &s->loads[s->group[i]];

        if (is_probe(s, i, limit_us)) {
            out->probes++;
            out->alone_s += weight(s->p, i) / (double)sessions / US_PER_S;
        } else {
            load->own_us += weight(s->p, i);
            load->times += (double)s->p->times[i];
        }
    }
    for (uint32_t i = 0; i < s->p->steps; i++) {
        if (s->loads[i].times > 0)
            add_group(s, i);
    }
}

static void look_at_probes(struct study *s, double limit_us)
{
    for (size_t i = 0; i < s->p->count; i++) {
        const struct passage *w = &s->p->list[i];

        if (!is_probe(s, w->step, limit_us))
            continue;
        grid_add(&s->there, (double)w->start_us, (double)w->end_us, 1);
        grid_add(&s->held, (double)w->start_us, (double)(w->end_us - s->p->own_us[w->step]), 1);
    }
    grid_close(&s->there);
    grid_cap(&s->there, 1);
    grid_close(&s->held);
    grid_cap(&s->held, 1);
}

/* In how much of each session's time a probe of its own was held up, on average. */
static double held_a_session_s(const struct study *s, double limit_us, size_t sessions)
{
    double sum_us = 0;
    int64_t until_us = INT64_MIN;
    uint32_t session = 0;

    for (size_t i = 0; i < s->p->count; i++) {
        const struct passage *w = &s->p->list[i];
        int64_t to_us = w->end_us - s->p->own_us[w->step];

        if (w->session != session)
            until_us = INT64_MIN;
        session = w->session;
        if (!is_probe(s, w->step, limit_us) || to_us <= until_us)
            continue;
        sum_us += (double)(to_us - (w->start_us > until_us ? w->start_us : until_us));
        until_us = to_us;
    }
    return sum_us / (double)sessions / US_PER_S;
}

static size_t find_group(const struct study *s, uint32_t step)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->steps[i] == s->group[step])
            return i;
    }
    return s->count;
}

/* A step is served in the last part of its wait, which may reach over several windows.  Only what
 * probes could notice of it counts. */
static void count_served(struct study *s, const struct passage *w, size_t k)
{
    double own = fmax(1, (double)s->p->own_us[w->step]);
    double to = (double)w->end_us;
    double from = fmax(0, to - own);

    while (from < to) {
        size_t window = (size_t)(from / s->window_us);
        double until = fmin(to, (double)(window + 1) * s->window_us);

        if (window >= WINDOWS || until <= from)
            return;
        s->served[window * BLOCKERS_MOST + k] += grid_between(&s->there, from, until) / own;
        from = until;
    }
}

static void fill_windows(struct study *s, double limit_us)
{
    for (size_t i = 0; i < WINDOWS; i++)
        s->held_s[i] =
            grid_between(&s->held, (double)i * s->window_us, (double)(i + 1) * s->window_us) /
            US_PER_S;
    for (size_t i = 0; i < s->p->count; i++) {
        const struct passage *w = &s->p->list[i];
        size_t k = is_probe(s, w->step, limit_us) ? s->count : find_group(s, w->step);

        if (k < s->count)
            count_served(s, w, k);
    }
}

static void sum_block(const struct study *s, size_t block, struct normal *out)
{
    size_t each = WINDOWS / BLOCKS;

    memset(out, 0, sizeof(*out));
    for (size_t w = block * each; w < (block + 1) * each; w++) {
        const double *served = &s->served[w * BLOCKERS_MOST];

        for (size_t i = 0; i < s->count; i++) {
            out->b[i] += served[i] * s->held_s[w];
            for (size_t j = 0; j < s->count; j++)
                out->a[i][j] += served[i] * served[j];
        }
    }
}

static void add_block(struct normal *sum, const struct normal *block, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sum->b[i] += block->b[i];
        for (size_t j = 0; j < count; j++)
            sum->a[i][j] += block->a[i][j];
    }
}

/* What a step of a group takes by itself, on average. */
static double own_s(const struct study *s, size_t i)
{
    const struct load *load = &s->loads[s->steps[i]];

    return load->own_us / load->times / US_PER_S;
}

/* Least squares within bounds, one unknown after another until they rest. */
static void solve(const struct study *s, const struct normal *n, double each_s[BLOCKERS_MOST])
{
    memset(each_s, 0, BLOCKERS_MOST * sizeof(*each_s));
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < s->count; i++) {
            double rest = n->b[i];

            if (!(n->a[i][i] > 0))
                continue;
            for (size_t j = 0; j < s->count; j++)
                rest -= j == i ? 0 : n->a[i][j] * each_s[j];
            each_s[i] = fmin(fmax(0, rest / n->a[i][i]), own_s(s, i));
        }
    }
}

static int by_value(const void *pa, const void *pb)
{
    double a = *(const double *)pa;
    double b = *(const double *)pb;

    return (a > b) - (a < b);
}

struct resamples {
    struct normal blocks[BLOCKS];
    double each_s[BLOCKERS_MOST][RESAMPLES];
};

/* Blocks of neighbouring windows are drawn, not windows: a queue reaches from one into the next. */
static void resample(const struct study *s, struct resamples *r)
{
    struct draws draws = draws_from(1);
    double each_s[BLOCKERS_MOST];

    for (size_t i = 0; i < RESAMPLES; i++) {
        struct normal sum = {0};

        for (size_t b = 0; b < BLOCKS; b++)
            add_block(&sum, &r->blocks[draws_below(&draws, BLOCKS)], s->count);
        solve(s, &sum, each_s);
        for (size_t k = 0; k < s->count; k++)
            r->each_s[k][i] = each_s[k];
    }
    for (size_t k = 0; k < s->count; k++)
        qsort(r->each_s[k], RESAMPLES, sizeof(double), by_value);
}

static int worst_first(const void *pa, const void *pb)
{
    const struct blocker *a = pa;
    const struct blocker *b = pb;

    if (a->share != b->share)
        return a->share > b->share ? -1 : 1;
    return a->step < b->step ? -1 : 1;
}

static void tell(const struct study *s, const struct resamples *r, const double *each_s,
                 size_t sessions, struct blocking *out)
{
    double all = 0;

    for (size_t i = 0; i < s->count; i++) {
        double times = s->loads[s->steps[i]].times / (double)sessions;

        all += each_s[i] * times;
        out->list[i] = (struct blocker){s->steps[i],
                                        each_s[i],
                                        r->each_s[i][RESAMPLES / 40],
                                        r->each_s[i][RESAMPLES - 1 - RESAMPLES / 40],
                                        times,
                                        each_s[i] * times};
    }
    out->count = s->count;
    for (size_t i = 0; i < out->count; i++)
        out->list[i].share = all > 0 ? out->list[i].share / all : 0;
    qsort(out->list, out->count, sizeof(*out->list), worst_first);
}

static int explain(const struct study *s, size_t sessions, struct blocking *out)
{
    struct resamples *r = malloc(sizeof(*r));
    struct normal sum = {0};
    double each_s[BLOCKERS_MOST];

    if (!r)
        return -E_NOMEM;
    for (size_t b = 0; b < BLOCKS; b++) {
        sum_block(s, b, &r->blocks[b]);
        add_block(&sum, &r->blocks[b], s->count);
    }
    solve(s, &sum, each_s);
    resample(s, r);
    tell(s, r, each_s, sessions, out);
    free(r);
    return 0;
}

static int study_windows(struct study *s, double limit_us, size_t sessions, struct blocking *out)
{
    int rc = 0;

    s->window_us = (double)(s->p->end_us + 1) / WINDOWS;
    s->served = calloc((size_t)WINDOWS * BLOCKERS_MOST, sizeof(*s->served));
    if (!s->served || grid_init(&s->there, TICKS, s->p->end_us + 1) < 0 ||
        grid_init(&s->held, TICKS, s->p->end_us + 1) < 0)
        rc = -E_NOMEM;
    if (rc == 0) {
        look_at_probes(s, limit_us);
        fill_windows(s, limit_us);
        out->held_s = held_a_session_s(s, limit_us, sessions);
        rc = explain(s, sessions, out);
    }
    grid_release(&s->there);
    grid_release(&s->held);
    free(s->served);
    return rc;
}

int blocking_compute(struct blocking *out, struct plan *plan, const struct passages *passages,
                     const uint32_t *group, size_t sessions)
{
    struct study s = {.plan = plan, .p = passages, .group = group};
    double limit_us = probe_limit_us(passages);
    int rc = 0;

    *out = (struct blocking){0};
    if (!passages->count)
        return 0;
    s.loads = calloc(passages->steps + 1, sizeof(*s.loads));
    if (!s.loads)
        return -E_NOMEM;
    choose_steps(&s, out, limit_us, sessions);
    if (out->probes && s.count)
        rc = study_windows(&s, limit_us, sessions, out);
    free(s.loads);
    return rc;
}
