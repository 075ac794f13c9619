/* The chart of throughput: its state, and the panels of one build. */
#ifndef STRETTO_ANALYZER_THROUGHPUT_H
#define STRETTO_ANALYZER_THROUGHPUT_H

#include "analyzer/charts.h"
#include "analyzer/flow.h"
#include "analyzer/plot.h"

enum { THROUGHPUT_SESSIONS, THROUGHPUT_STEPS, THROUGHPUT_ACTIVE, THROUGHPUT_ROWS };

struct throughput {
    const struct chart_kind *kind;
    const struct scene *scene;
    struct plot plot;
    struct ruler x;
    struct ruler y[THROUGHPUT_ROWS];
    bool any[FLOW_KINDS]; /* in any build */
    bool late;
    bool steady;
    struct flow flows[]; /* a build */
};

/* What is drawn: a flow, or, as FLOW_KINDS, how many sessions were active. */
struct flow_look {
    const char *text; /* in the legend */
    bool line;        /* else an area */
    struct fill fill;
};
const struct flow_look *flow_look(size_t what);

/* 0 or -E_NOMEM. */
int throughput_paint_build(const struct throughput *t, size_t build, struct canvas *canvas);

#endif
