/* The outcome of each --fail-if as JUnit writes that of tests, which every CI reads: a suite a
 * build, a case a condition; failed where it is true, an error where it cannot be told. */
#ifndef STRETTO_ANALYZER_JUNIT_H
#define STRETTO_ANALYZER_JUNIT_H

#include "analyzer/verdict.h"

/* 0 or a negative code. */
int junit_write(const char *path, const struct verdict *verdict, const struct scene *scene,
                struct error *err);

#endif
