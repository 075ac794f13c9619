/* Steps that a user brings about in the same way, again and again: taken together when one asks
 * what an app should do better.  Pure. */
#ifndef STRETTO_ANALYZER_STEP_GROUPS_H
#define STRETTO_ANALYZER_STEP_GROUPS_H

#include "analyzer/load.h"

/* What makes the app do a step: of a calculation the send that it answers, else the step itself. */
size_t step_cause(const struct build *build, size_t step);

/* A step: the first one of the same kind whose cause is called the same.  NULL when memory is
 * refused; free() it. */
uint32_t *steps_grouped(const struct build *build);

#endif
