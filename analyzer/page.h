/* report.html: one file that holds everything, for a person. */
#ifndef STRETTO_ANALYZER_PAGE_H
#define STRETTO_ANALYZER_PAGE_H

#include "analyzer/charts.h"
#include "analyzer/finding.h"
#include "analyzer/verdict.h"
#include "core/buf.h"

/* A chart that is drawn, as the page shows it. */
struct page_chart {
    const struct chart_kind *kind;
    struct buf svg; /* <svg ...>...</svg>; empty: the page draws this one by itself */
};

struct page {
    const struct scene *scene;
    const struct findings *findings;
    const struct verdict *verdict;
    struct page_chart *charts;
    size_t chart_count;
};

/* 0 or a negative code. */
int page_write(const char *path, const struct page *page, struct error *err);

#endif
