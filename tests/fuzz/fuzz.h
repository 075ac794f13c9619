/* A fuzz target is one function over bytes that checks promises.  The fuzz preset links it with
 * libFuzzer; every other preset links it with run_corpus.c, which plays the kept inputs, so that
 * what a fuzzer once found stays found. */
#ifndef STRETTO_TESTS_FUZZ_FUZZ_H
#define STRETTO_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define PROMISE(holds)                                                                             \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #holds);            \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
