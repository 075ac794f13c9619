/* --fail-if: conditions that a pipeline breaks on.  How they are written: analyzer/fail_if.h. */
#ifndef STRETTO_ANALYZER_VERDICT_H
#define STRETTO_ANALYZER_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "analyzer/charts.h"
#include "core/error.h"

/* One condition held against one build. */
struct check {
    const char *condition; /* as it was asked for, valid UTF-8; lent by the verdict */
    const char *build;     /* its label; lent by the build */
    size_t at;             /* which of the builds */
    bool broken;           /* it is true, or unknown: the build fails */
    bool unknown;          /* it cannot be told: nothing was measured */
    char *text;            /* "sync: page_load.p95 is 1 m 2 s, above 10 s"; one line, valid UTF-8 */
    const char *outcome;   /* the same without the build: inside text */
    double seconds;        /* what was measured, where it is a known time; else 0 */
};

/* A zeroed struct is empty; verdict_release() accepts it. */
struct verdict {
    struct check *list; /* a condition's checks together, in the order they were asked for */
    size_t count;
    size_t broken; /* the unknown ones included: what was not measured was not kept */
    char **conditions;
    size_t condition_count;
};

/* Only reads the conditions: 0, -E_NOMEM, or -E_USAGE with a sentence that names the column; then
 * the condition is shown on `talk` with a caret under it. */
int verdict_parse(const char *const *conditions, size_t count, FILE *talk, struct error *err);

/* Holds each condition against the build it begins with; without one, against all but those on its
 * right.  0, -E_USAGE (also: no such build, no such step) or -E_NOMEM. */
int verdict_compute(struct verdict *out, const char *const *conditions, size_t count,
                    const struct scene *scene, struct error *err);
void verdict_release(struct verdict *verdict);

#endif
