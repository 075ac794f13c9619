/* Strings that repeat, each kept once and known by a small number.
 *
 * Invariants  numbers count up from 0 in the order of first appearance.
 * Errors      names_intern() returns the number, -E_NOMEM, or -E_FORMAT when 65,536 different
 *             ones are there already (a column stores a number in 16 bits).
 * Owner       names_at() lends, until the next names_intern(). */
#ifndef STRETTO_SAMPLES_NAMES_H
#define STRETTO_SAMPLES_NAMES_H

#include <stddef.h>
#include <stdint.h>

#define NAMES_MAX 65536

struct names {
    char *bytes; /* the strings, each with its terminator, one behind the other */
    size_t len;
    size_t cap;
    uint32_t *starts; /* where string i begins; starts[count] == len */
    uint32_t count;
    uint32_t *slots; /* open addressing: number + 1, 0 is free */
    uint32_t slot_count;
};

void names_release(struct names *n);
int names_intern(struct names *n, const char *text, size_t len);
const char *names_at(const struct names *n, uint32_t number);
size_t names_length(const struct names *n, uint32_t number);

#endif
