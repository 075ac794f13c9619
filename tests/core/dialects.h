/* The shipped dialects, for tests. */
#ifndef STRETTO_TESTS_CORE_DIALECTS_H
#define STRETTO_TESTS_CORE_DIALECTS_H

#include <stdio.h>
#include <stdlib.h>

#include "core/dialect.h"

/* Reads them when it is first called. */
static inline const struct dialect *shipped(const char *name)
{
    struct error err = ERROR_NONE;
    const struct dialect *dialect = NULL;

    if (dialects_init(&err) == 0)
        dialect = dialect_find(name);
    if (!dialect) {
        fprintf(stderr, "the dialect '%s': %s\n", name, err.code ? err.text : "there is none");
        abort();
    }
    return dialect;
}

#endif
