#include "analyzer/draws.h"

#include <math.h>

struct draws draws_from(uint64_t seed)
{
    return (struct draws){seed};
}

static uint64_t bits_of(struct draws *draws)
{
    uint64_t z = (draws->state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t draws_below(struct draws *draws, uint64_t below)
{
    return (uint64_t)(draws_unit(draws) * (double)below);
}

double draws_unit(struct draws *draws)
{
    return ((double)(bits_of(draws) >> 12) + 0.5) / (double)(UINT64_C(1) << 52);
}

/* Of mean 0 and spread 1. */
static double normal(struct draws *draws)
{
    double radius = sqrt(-2 * log(draws_unit(draws)));

    return radius * cos(2 * M_PI * draws_unit(draws));
}

/* Marsaglia and Tsang 2000. */
static double draws_gamma(struct draws *draws, double shape)
{
    double d = shape - 1.0 / 3;
    double c = 1 / sqrt(9 * d);

    for (;;) {
        double x = normal(draws);
        double v = (1 + c * x) * (1 + c * x) * (1 + c * x);

        if (v > 0 && log(draws_unit(draws)) < 0.5 * x * x + d - d * v + d * log(v))
            return d * v;
    }
}

double draws_beta(struct draws *draws, double a, double b)
{
    double x = draws_gamma(draws, a);
    double y = draws_gamma(draws, b);

    return x / (x + y);
}
