/* What every unit test needs: cmocka's headers in the order it wants, and a few words more. */
#ifndef STRETTO_TESTS_CORE_TESTING_H
#define STRETTO_TESTS_CORE_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* tests/data/NAME, into path. */
static inline const char *data_path(char *path, size_t size, const char *name)
{
    const char *source = getenv("STRETTO_SOURCE");

    snprintf(path, size, "%s/tests/data/%s", source ? source : ".", name);
    return path;
}

#endif
