/* The step that nobody automates: what the numbers say should be done. */
#ifndef STRETTO_ANALYZER_RECOMMEND_H
#define STRETTO_ANALYZER_RECOMMEND_H

#include "analyzer/charts.h"
#include "analyzer/finding.h"

/* Adds what it finds of each build and between them, the most important first.  Deterministic: the
 * bootstrap draws from a generator of a fixed seed.  0 or -E_NOMEM. */
int recommend(struct findings *out, const struct scene *scene);

#endif
