/* The numbers of the table, and the counts behind them, for machines. */
#ifndef STRETTO_ANALYZER_SUMMARY_H
#define STRETTO_ANALYZER_SUMMARY_H

#include <jansson.h>

#include "analyzer/page.h"

/* 0 or a negative code. */
int summary_write(const char *path, const struct page *page, struct error *err);

/* The same as an object, which the report holds too; the caller's.  NULL when memory is refused. */
json_t *summary_json(const struct page *page);

#endif
