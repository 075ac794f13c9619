/* A small random number generator of our own (xoshiro256** seeded by splitmix64): the same seed
 * gives the same log on every machine and with every C library, which rand() does not promise. */
#ifndef STRETTO_SAMPLES_PRNG_H
#define STRETTO_SAMPLES_PRNG_H

#include <stdint.h>

struct prng {
    uint64_t s[4];
};

void prng_init(struct prng *p, uint64_t seed);
uint64_t prng_next(struct prng *p);

/* Evenly in [0, 1). */
double prng_unit(struct prng *p);

/* Evenly in [0, n); n must not be 0. */
uint32_t prng_below(struct prng *p, uint32_t n);

#endif
