/* events.csv: a row a step played.  docs/analyze.md has its columns. */
#ifndef STRETTO_ANALYZER_EVENTS_H
#define STRETTO_ANALYZER_EVENTS_H

#include "analyzer/charts.h"

/* 0 or a negative code. */
int events_write(const char *path, const struct scene *scene, struct error *err);

#endif
