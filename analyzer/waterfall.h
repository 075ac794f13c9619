/* The chart of how far sessions had come: its state, and the panel of one build. */
#ifndef STRETTO_ANALYZER_WATERFALL_H
#define STRETTO_ANALYZER_WATERFALL_H

#include "analyzer/charts.h"
#include "analyzer/course.h"
#include "analyzer/match.h"
#include "analyzer/plot.h"

#define WATERFALL_LINES_MOST 200 /* of all builds together, */
#define WATERFALL_LINES_LEAST 40 /* but of each so many */

/* One build's. */
struct course {
    uint32_t *row_of; /* a step of its script */
    size_t *chosen;   /* sessions */
    size_t count;
    size_t counted; /* of which they were chosen */
};

struct waterfall {
    const struct chart_kind *kind;
    const struct scene *scene;
    struct match own; /* where the scene has none */
    const struct match *match;
    struct plot plot;
    struct ruler x;
    uint32_t *rows; /* a row: its place in the match */
    double *row_at; /* a row: where it lies, of the panel's height: 0 ... 1 */
    bool *labelled; /* a row */
    size_t row_count;
    size_t most_active;
    bool sampled;
    bool failed;
    bool unfinished;
    struct course courses[]; /* a build */
};

double waterfall_row_y(const struct waterfall *w, struct box panel, size_t row);

/* 0 or -E_NOMEM. */
int waterfall_paint_build(const struct waterfall *w, size_t panel, struct canvas *canvas);

#endif
