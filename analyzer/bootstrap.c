#include "analyzer/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/dist.h"
#include "analyzer/draws.h"
#include "analyzer/stats.h"
#include "core/error.h"

#define DRAWS 1000
#define SEED 20240514
#define LEAST_WORTH 2
#define TOP_WORTH 0.5  /* what decides at the top are few values of a few crowded moments */
#define LEAST_BLOCKS 4 /* or they do not show how much they differ */

/* In the order of their sessions. */
struct series {
    const int64_t *list;
    size_t count;
    size_t a_session;
};

double sample_p(enum sample_at at)
{
    return at == AT_P50 ? 0.5 : 0.95;
}

/* The variance of the blocks' shares, against that of independent values. */
static double effect_of(const double *above, size_t blocks, double length)
{
    double sum = 0;
    double squares = 0;
    double mean;
    double variance;

    for (size_t b = 0; b < blocks; b++) {
        sum += above[b] / length;
        squares += above[b] / length * (above[b] / length);
    }
    mean = sum / (double)blocks;
    variance = fmax(0, squares - sum * mean) / (double)(blocks - 1);
    return mean > 0 && mean < 1 ? variance * length / (mean * (1 - mean)) : 1;
}

/* The share of values above `limit` differs from block to block: by more than chance where
 * neighbours are alike.  The largest design effect of blocks of 1, 2, 4, 8, ... sessions; 1 and up.
 * above: room for a number a session. */
static double design_effect(const struct series *v, int64_t limit, double *above)
{
    size_t blocks = v->count / v->a_session;
    double length = (double)v->a_session;
    double worst = 1;

    for (size_t b = 0; b < blocks; b++) {
        above[b] = 0;
        for (size_t i = b * v->a_session; i < (b + 1) * v->a_session; i++)
            above[b] += v->list[i] > limit;
    }
    for (; blocks >= LEAST_BLOCKS; blocks /= 2, length *= 2) {
        worst = fmax(worst, effect_of(above, blocks, length));
        for (size_t b = 0; b < blocks / 2; b++)
            above[b] = above[2 * b] + above[2 * b + 1];
    }
    return worst;
}

/* Neighbours are as alike at the median as at the top, where values are too few to show it. */
static void weigh(struct sample *out, const struct series *v, double *above)
{
    double effect = 1;

    for (int at = AT_P50; at <= AT_P95; at++) {
        int64_t limit = percentile(out->sorted, out->count, sample_p(at));

        effect = fmax(effect, design_effect(v, limit, above));
        out->worth[at] = (double)v->count / effect;
    }
    out->worth[AT_P95] *= TOP_WORTH;
    for (int at = AT_P50; at <= AT_P95; at++)
        out->worth[at] = fmax(LEAST_WORTH, out->worth[at]);
}

int sample_of(struct sample *out, int64_t *values, size_t count, size_t a_session)
{
    struct series v = {values, count, a_session};
    int64_t *sorted = malloc((count + 1) * sizeof(*sorted));
    double *above = malloc((count / a_session + 1) * sizeof(*above));
    int rc = sorted && above ? 0 : -E_NOMEM;

    *out = (struct sample){0};
    if (rc == 0) {
        memcpy(sorted, values, count * sizeof(*sorted));
        sort_times(sorted, count);
        out->sorted = sorted;
        out->count = count;
        if (count)
            weigh(out, &v, above);
    } else {
        free(sorted);
    }
    free(above);
    free(values);
    return rc;
}

void sample_release(struct sample *sample)
{
    free(sample->sorted);
    *sample = (struct sample){0};
}

/* The percentile of one drawing. */
static double draw(struct draws *draws, const struct sample *sample, enum sample_at at)
{
    double p = sample_p(at);
    double n = sample->worth[at] - 1;
    double rank = draws_beta(draws, p * n + 1, (1 - p) * n + 1);

    return (double)percentile(sample->sorted, sample->count, rank);
}

static int by_size(const void *pa, const void *pb)
{
    double a = *(const double *)pa;
    double b = *(const double *)pb;

    return (a > b) - (a < b);
}

/* Twice the share of drawings on the other side of 0, or, where that is less than the drawings can
 * show, what a normal distribution as wide as they are has there: the larger of the two, for the
 * drawings have a longer tail on one side. */
static double chance_of(const double *drawn, double value)
{
    double sum = 0;
    double squares = 0;
    size_t other = 1;
    double spread;

    for (size_t i = 0; i < DRAWS; i++) {
        sum += drawn[i];
        other += value > 0 ? drawn[i] <= 0 : drawn[i] >= 0;
    }
    for (size_t i = 0; i < DRAWS; i++)
        squares += (drawn[i] - sum / DRAWS) * (drawn[i] - sum / DRAWS);
    spread = sqrt(squares / (DRAWS - 1));
    if (other > 1)
        return fmin(1, fmax(2 * (double)other / DRAWS,
                            spread > 0 ? erfc(fabs(value) / spread / M_SQRT2) : 0));
    return spread > 0 ? erfc(fabs(value) / spread / M_SQRT2) : value == 0;
}

static struct interval interval_of(double value, double drawn[DRAWS])
{
    double chance = chance_of(drawn, value);

    qsort(drawn, DRAWS, sizeof(*drawn), by_size);
    return (struct interval){value, fmin(value, drawn[DRAWS / 40]),
                             fmax(value, drawn[DRAWS - 1 - DRAWS / 40]), chance};
}

static double plain(const struct sample *sample, enum sample_at at)
{
    return (double)percentile(sample->sorted, sample->count, sample_p(at));
}

struct interval bootstrap_percentile(const struct sample *sample, enum sample_at at)
{
    struct draws draws = draws_from(SEED);
    double drawn[DRAWS];

    for (size_t i = 0; i < DRAWS; i++)
        drawn[i] = draw(&draws, sample, at);
    return interval_of(plain(sample, at), drawn);
}

struct interval bootstrap_difference(const struct sample *a, const struct sample *b,
                                     enum sample_at at)
{
    struct draws draws = draws_from(SEED);
    double drawn[DRAWS];

    for (size_t i = 0; i < DRAWS; i++)
        drawn[i] = draw(&draws, a, at) - draw(&draws, b, at);
    return interval_of(plain(a, at) - plain(b, at), drawn);
}

static int by_chance(const void *pa, const void *pb)
{
    const struct chance *a = pa;
    const struct chance *b = pb;

    if (a->chance != b->chance)
        return a->chance < b->chance ? -1 : 1;
    return a->of < b->of ? -1 : 1;
}

void chances_among_all(struct chance *list, size_t count)
{
    double least = 0;

    qsort(list, count, sizeof(*list), by_chance);
    for (size_t i = 0; i < count; i++) {
        least = fmax(least, fmin(1, list[i].chance * (double)(count - i)));
        list[i].chance = least;
    }
}
