/* How long something took in every session, a point each time, in order of the sessions' start: a
 * panel a build on one scale, with a histogram beside it that shares its upright axis. */
#ifndef STRETTO_ANALYZER_SCATTER_H
#define STRETTO_ANALYZER_SCATTER_H

#include <stdbool.h>

#include "analyzer/charts.h"
#include "analyzer/metric.h"

#define SCATTER_DOTS 12000 /* of all builds together; of more, one in several is drawn */

struct scatter_kind {
    enum metric metric; /* METRIC_PAGE_LOAD or METRIC_CALCULATION */
    const char *axis;   /* "time to load the page" */
    bool mark;          /* a line at scene->mark_us, and how many are beyond */
};

/* A sheet of height 0 when no build has any.  0 or -E_NOMEM. */
int scatter_sheet(const struct scatter_kind *what, const struct chart_kind *kind,
                  const struct scene *scene, struct sheet *out, struct error *err);

#endif
