/* Chance that can be asked for by number: the same seed and numbers give the same draw, whenever
 * and in whatever process it is asked for.
 *
 * The numbers are mixed as splitmix64 mixes its counter (Steele, Lea, Flood 2014). */
#ifndef STRETTO_PLAYER_DRAW_H
#define STRETTO_PLAYER_DRAW_H

#include <stdint.h>

uint64_t draw_bits(uint64_t seed, uint64_t a, uint64_t b);
/* Over 0 and under 1, so that its logarithm is finite. */
double draw_unit(uint64_t seed, uint64_t a, uint64_t b);
/* Of the exponential distribution whose mean is 1. */
double draw_exponential(uint64_t seed, uint64_t a, uint64_t b);
/* Of the normal distribution with mean 0 and deviation 1. */
double draw_normal(uint64_t seed, uint64_t a, uint64_t b);

#endif
