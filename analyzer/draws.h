/* Chance that comes out the same each time: splitmix64 (Steele, Lea, Flood 2014).  Pure. */
#ifndef STRETTO_ANALYZER_DRAWS_H
#define STRETTO_ANALYZER_DRAWS_H

#include <stdint.h>

struct draws {
    uint64_t state;
};

struct draws draws_from(uint64_t seed);
/* 0 .. below - 1, each as likely as another. */
uint64_t draws_below(struct draws *draws, uint64_t below);
/* Above 0, below 1. */
double draws_unit(struct draws *draws);
/* Beta of two shapes, each 1 or above. */
double draws_beta(struct draws *draws, double a, double b);

#endif
