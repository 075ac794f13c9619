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

double sample_p(enum sample_at at)
{
    return at == AT_P50 ? 0.5 : 0.95;
}

/* Blocks of about the square root of the number of sessions: long enough for what hangs together,
 * many enough to see how they differ. */
static size_t block_length(size_t count, size_t a_session)
{
    size_t length = (size_t)sqrt((double)count / (double)a_session);

    return (length < 1 ? 1 : length) * a_session;
}

/* The share of values above `limit` differs from block to block: by more than chance where
 * neighbours are alike.  The design effect; 1 and up. */
static double design_effect(const int64_t *values, size_t count, size_t length, int64_t limit)
{
    size_t blocks = count / length;
    double sum = 0;
    double squares = 0;
    double mean;
    double variance;

    for (size_t b = 0; b < blocks; b++) {
        double above = 0;

        for (size_t i = b * length; i < (b + 1) * length; i++)
            above += values[i] > limit;
        above /= (double)length;
        sum += above;
        squares += above * above;
    }
    if (blocks < 2)
        return (double)length;
    mean = sum / (double)blocks;
    variance = fmax(0, squares - sum * mean) / (double)(blocks - 1);
    if (!(mean > 0) || mean >= 1)
        return 1;
    return fmax(1, variance * (double)length / (mean * (1 - mean)));
}

int sample_of(struct sample *out, int64_t *values, size_t count, size_t a_session)
{
    int64_t *sorted = malloc((count + 1) * sizeof(*sorted));
    size_t length = block_length(count, a_session);

    *out = (struct sample){0};
    if (!sorted) {
        free(values);
        return -E_NOMEM;
    }
    memcpy(sorted, values, count * sizeof(*sorted));
    sort_times(sorted, count);
    *out = (struct sample){sorted, count, {0}};
    for (int at = AT_P50; count && at <= AT_P95; at++) {
        int64_t limit = percentile(sorted, count, sample_p(at));
        double effect = design_effect(values, count, length, limit);

        out->worth[at] = fmax(LEAST_WORTH, (double)count / effect);
    }
    free(values);
    return 0;
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

/* The chance that something of this size comes from nothing: of a normal distribution as wide as
 * the drawings are. */
static double chance_of(const double *drawn, double value)
{
    double sum = 0;
    double squares = 0;
    double spread;

    for (size_t i = 0; i < DRAWS; i++)
        sum += drawn[i];
    for (size_t i = 0; i < DRAWS; i++)
        squares += (drawn[i] - sum / DRAWS) * (drawn[i] - sum / DRAWS);
    spread = sqrt(squares / (DRAWS - 1));
    if (spread > 0)
        return erfc(fabs(value) / spread / M_SQRT2);
    return value == 0 ? 1 : 0;
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
