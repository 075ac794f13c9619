/* Where things stand on a Gantt chart that drawn_make() has prepared. */
#ifndef STRETTO_TESTS_ANALYZER_DRAWN_GANTT_H
#define STRETTO_TESTS_ANALYZER_DRAWN_GANTT_H

#include "analyzer/gantt.h"
#include "drawn.h"

const struct gantt *gantt_of(const struct drawn *d);
const struct layout *layout_of(const struct drawn *d);

/* Where a moment lies in a panel. */
double at_us(const struct drawn *d, size_t panel, int64_t us);
/* Pixels of a length of time. */
double wide(const struct drawn *d, int64_t us);

/* The group of session `index` of a panel, and its end. */
const char *group_of(const struct drawn *d, const char *svg, size_t panel, size_t index,
                     const char **end);

#endif
