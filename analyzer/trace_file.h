/* trace.json: the run in the Chrome trace event format, which Perfetto opens. */
#ifndef STRETTO_ANALYZER_TRACE_FILE_H
#define STRETTO_ANALYZER_TRACE_FILE_H

#include "analyzer/charts.h"

/* 0 or a negative code. */
int trace_write(const char *path, const struct scene *scene, struct error *err);

#endif
