/* --fail-if: conditions that a pipeline breaks on. */
#ifndef STRETTO_ANALYZER_VERDICT_H
#define STRETTO_ANALYZER_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/load.h"
#include "core/error.h"

/* One condition held against one build. */
struct check {
    const char *condition; /* as it was asked for; lent */
    const char *build;     /* its label; lent */
    bool broken;           /* it is true: the build fails */
    bool unknown;          /* it cannot be told: nothing was measured */
    char *text;            /* "sync: page_load.p95 is 1 m 2 s, above 10 s" */
};

/* A zeroed struct is empty; verdict_release() accepts it. */
struct verdict {
    struct check *list;
    size_t count;
    size_t broken; /* the unknown ones included: what was not measured was not kept */
};

/* Only reads the conditions: 0, or -E_USAGE with a sentence that points at the column. */
int verdict_parse(const char *const *conditions, size_t count, struct error *err);
/* 0, -E_USAGE (also: no such build, no such step) or -E_NOMEM. */
int verdict_compute(struct verdict *out, const char *const *conditions, size_t count,
                    struct build *builds, size_t build_count, struct error *err);
void verdict_release(struct verdict *verdict);

/* As a JUnit file: a test case a condition and build. */
int verdict_write_junit(const struct verdict *verdict, const char *path, struct error *err);

#endif
