#include "player/draw.h"

#include <math.h>

#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)
/* The second draw of a pair is as far from the first as another number's. */
#define OTHER UINT64_C(0xd1342543de82ef95)

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t draw_bits(uint64_t seed, uint64_t a, uint64_t b)
{
    return mix(mix(mix(seed + GOLDEN) + a * GOLDEN + 1) + b * GOLDEN + 1);
}

double draw_unit(uint64_t seed, uint64_t a, uint64_t b)
{
    return ((double)(draw_bits(seed, a, b) >> 12) + 0.5) * 0x1p-52;
}

double draw_exponential(uint64_t seed, uint64_t a, uint64_t b)
{
    return -log(draw_unit(seed, a, b));
}

/* Box and Muller's way: two draws make a normal one without a table. */
double draw_normal(uint64_t seed, uint64_t a, uint64_t b)
{
    double radius = sqrt(2 * draw_exponential(seed, a, b));

    return radius * cos(2 * 3.14159265358979323846 * draw_unit(seed ^ OTHER, a, b));
}
