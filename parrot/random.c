#include "parrot/random.h"

uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

size_t random_below(uint64_t *state, size_t n)
{
    return (size_t)(random_next(state) % n);
}

bool random_happens(uint64_t *state, double probability)
{
    return (double)(random_next(state) >> 11) * 0x1p-53 < probability;
}

void random_value(uint64_t *state, char out[RANDOM_VALUE_BYTES])
{
    static const char digits[] = "0123456789abcdef";

    for (int i = 0; i < RANDOM_VALUE_BYTES; i += 16) {
        uint64_t bits = random_next(state);

        for (int k = 0; k < 16; k++, bits >>= 4)
            out[i + k] = digits[bits & 15];
    }
}
