/* What is up to chance, the same for the same seed: splitmix64. */
#ifndef STRETTO_PARROT_RANDOM_H
#define STRETTO_PARROT_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint64_t random_next(uint64_t *state);
/* 0 to n - 1; n > 0. */
size_t random_below(uint64_t *state, size_t n);
/* With this probability. */
bool random_happens(uint64_t *state, double probability);

/* A value as a server makes them up: so many letters 0-9 a-f; no terminator. */
#define RANDOM_VALUE_BYTES 32
void random_value(uint64_t *state, char out[RANDOM_VALUE_BYTES]);

#endif
