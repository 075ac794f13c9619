/* The numbers of the table, and the counts behind them, for machines. */
#ifndef STRETTO_ANALYZER_SUMMARY_H
#define STRETTO_ANALYZER_SUMMARY_H

#include <stdint.h>

#include "analyzer/load.h"

/* 0 or a negative code. */
int summary_write(const char *path, const struct build *builds, size_t count, int64_t mark_us,
                  struct error *err);

#endif
