/* Which files a report has, besides its charts. */
#ifndef STRETTO_ANALYZER_OUTPUTS_H
#define STRETTO_ANALYZER_OUTPUTS_H

#include "analyzer/page.h"
#include "core/error.h"

struct outputs {
    bool report;  /* report.html */
    bool summary; /* summary.json */
    bool events;  /* events.csv */
    bool trace;   /* trace.json */
};

/* "report,trace"; NULL: all; "none": only the charts.  0 or -E_USAGE, whose sentence lists the
 * names. */
int outputs_choose(struct outputs *out, const char *list, struct error *err);

/* Draws the charts that are chosen (charts_choose()) and writes all that was asked for below dir;
 * prints the names of the files on `names`.  0 or a negative code. */
int outputs_write(const struct outputs *outputs, const bool *chosen, const char *dir,
                  const struct page *page, FILE *names, struct error *err);

#endif
