#include "analyzer/dist.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *pa, const void *pb)
{
    int64_t a = *(const int64_t *)pa;
    int64_t b = *(const int64_t *)pb;

    return (a > b) - (a < b);
}

#define DIGIT_BITS 11
#define DIGITS ((size_t)1 << DIGIT_BITS)
#define FEW 2000 /* for which the digits' counts would cost more than they save */

/* By one digit, those that have it equal staying as they were. */
static void sort_by_digit(int64_t *to, const int64_t *from, size_t count, unsigned shift)
{
    size_t next[DIGITS] = {0};
    size_t sum = 0;

    for (size_t i = 0; i < count; i++)
        next[(uint64_t)from[i] >> shift & (DIGITS - 1)]++;
    for (size_t i = 0; i < DIGITS; i++) {
        size_t of_digit = next[i];

        next[i] = sum;
        sum += of_digit;
    }
    for (size_t i = 0; i < count; i++)
        to[next[(uint64_t)from[i] >> shift & (DIGITS - 1)]++] = from[i];
}

/* From the last digit to the first: a million times in a tenth of what comparing them takes.  The
 * values are not negative.  False: there was no memory for it. */
static bool sort_by_digits(int64_t *values, size_t count)
{
    int64_t *room = malloc(count * sizeof(*room));
    int64_t *from = values;
    int64_t *to = room;
    uint64_t bits = 0;

    if (!room)
        return false;
    for (size_t i = 0; i < count; i++)
        bits |= (uint64_t)values[i];
    for (unsigned shift = 0; shift < 64 && bits >> shift; shift += DIGIT_BITS) {
        int64_t *sorted = to;

        sort_by_digit(sorted, from, count, shift);
        to = from;
        from = sorted;
    }
    if (from != values)
        memcpy(values, from, count * sizeof(*values));
    free(room);
    return true;
}

void sort_times(int64_t *values, size_t count)
{
    bool negative = false;

    for (size_t i = 0; i < count && !negative; i++)
        negative = values[i] < 0;
    if (count < FEW || negative || !sort_by_digits(values, count))
        qsort(values, count, sizeof(*values), by_value);
}

void dist_of_values(struct dist *out, int64_t *values, size_t count)
{
    double sum = 0;

    *out = (struct dist){.sorted = values, .count = count};
    if (count == 0)
        return;
    sort_times(values, count);
    for (size_t i = 0; i < count; i++)
        sum += (double)values[i];
    out->min_us = values[0];
    out->max_us = values[count - 1];
    out->mean_us = sum / (double)count;
}

void dist_release(struct dist *dist)
{
    free(dist->sorted);
    free(dist->hist);
    *dist = (struct dist){0};
}

int dist_add(struct dist *dist, int64_t us)
{
    if (!dist->hist)
        dist->hist = calloc(1, sizeof(*dist->hist));
    if (!dist->hist)
        return -E_NOMEM;
    hist_add(dist->hist, us);
    if (dist->count == 0 || us < dist->min_us)
        dist->min_us = us;
    if (dist->count == 0 || us > dist->max_us)
        dist->max_us = us;
    dist->count++;
    dist->mean_us += ((double)us - dist->mean_us) / (double)dist->count;
    return 0;
}

static void *copy_of(const void *data, size_t size)
{
    void *copy = malloc(size + 1);

    return copy ? memcpy(copy, data, size) : NULL;
}

int dist_copy(struct dist *out, const struct dist *from)
{
    *out = *from;
    out->sorted = NULL;
    out->hist = NULL;
    if (from->sorted)
        out->sorted = copy_of(from->sorted, from->count * sizeof(*from->sorted));
    if (from->hist)
        out->hist = copy_of(from->hist, sizeof(*from->hist));
    if ((from->sorted && !out->sorted) || (from->hist && !out->hist)) {
        dist_release(out);
        return -E_NOMEM;
    }
    return 0;
}

/* Between the two nearest ranks, as percentile() does it. */
static int64_t hist_at(const struct dist *dist, double p)
{
    double at = p * (double)(dist->count - 1);
    uint64_t low = (uint64_t)at;
    int64_t low_us = low ? hist_rank_us(dist->hist, low) : dist->min_us;

    if (low + 1 >= dist->count)
        return dist->max_us;
    return low_us +
           llround((at - (double)low) * (double)(hist_rank_us(dist->hist, low + 1) - low_us));
}

int64_t dist_at(const struct dist *dist, double p)
{
    if (dist->count == 0)
        return 0;
    return dist->hist ? hist_at(dist, p) : percentile(dist->sorted, dist->count, p);
}

struct spread dist_spread(const struct dist *dist)
{
    if (dist->count == 0)
        return (struct spread){0};
    return (struct spread){
        .count = dist->count,
        .min_us = dist->min_us,
        .p50_us = dist_at(dist, 0.50),
        .p90_us = dist_at(dist, 0.90),
        .p95_us = dist_at(dist, 0.95),
        .p99_us = dist_at(dist, 0.99),
        .p99_9_us = dist_at(dist, 0.999),
        .max_us = dist->max_us,
        .mean_us = llround(dist->mean_us),
    };
}
