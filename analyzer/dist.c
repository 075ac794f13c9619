#include "analyzer/dist.h"

#include <stdlib.h>

#include "analyzer/stats.h"

static int by_value(const void *pa, const void *pb)
{
    int64_t a = *(const int64_t *)pa;
    int64_t b = *(const int64_t *)pb;

    return (a > b) - (a < b);
}

void dist_of_values(struct dist *out, int64_t *values, size_t count)
{
    double sum = 0;

    *out = (struct dist){.sorted = values, .count = count};
    if (count == 0)
        return;
    qsort(values, count, sizeof(*values), by_value);
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

int64_t dist_at(const struct dist *dist, double p)
{
    return dist->count ? percentile(dist->sorted, dist->count, p) : 0;
}
