/* The parts of the report's page that need no script: what C writes into the template. */
#ifndef STRETTO_ANALYZER_PAGE_HTML_H
#define STRETTO_ANALYZER_PAGE_HTML_H

#include <stdint.h>

#include "analyzer/page.h"
#include "core/buf.h"

/* Text of anyone's making, as text: escaped, control characters gone. */
void html_text(struct buf *out, const char *text);

/* Opens a table that may be wider than its place; `attributes` of the element itself. */
void html_table(struct buf *out, const char *attributes, const char *caption);
/* Its head: a name a column, escaped, one that begins with # heads a column of numbers. */
void html_head(struct buf *out, const char *const *names, size_t count);
/* Cells of a table, with the number behind the words as <data>. */
void html_time(struct buf *out, int64_t us);
void html_count(struct buf *out, size_t count);
void html_spread(struct buf *out, const struct spread *spread); /* count, p50, p95, p99, max */
/* A build's name behind its colour. */
void html_build(struct buf *out, const struct page *page, size_t build);

/* The builds by name: "sync, async and async2". */
void page_names(struct buf *out, const struct page *page);
/* How many there are, and sessions. */
void page_about(struct buf *out, const struct page *page);
/* Where and when they ran, and who says all this. */
void page_origin(struct buf *out, const struct page *page);
/* Findings, conditions, notes. */
void page_verdict(struct buf *out, const struct page *page);
/* A table of the sessions of each build, and one of what they waited for. */
void page_numbers(struct buf *out, const struct page *page);
/* Links to the pictures that follow. */
void page_chart_links(struct buf *out, const struct page *page);
/* The pictures, each a figure; those that the page draws by itself only for who has no scripts. */
void page_figures(struct buf *out, const struct page *page);
/* Tables of the steps, and of the reasons why sessions failed. */
void page_steps(struct buf *out, const struct page *page);
void page_failures(struct buf *out, const struct page *page);

#endif
