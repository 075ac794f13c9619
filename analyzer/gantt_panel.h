/* One panel of a Gantt chart: the rows of one build, and what lies over and under them. */
#ifndef STRETTO_ANALYZER_GANTT_PANEL_H
#define STRETTO_ANALYZER_GANTT_PANEL_H

#include "analyzer/gantt.h"

/* What all of it needs. */
struct painter {
    const struct gantt *gantt;
    const struct layout *l;
    const struct gantt_rows *rows;
    struct canvas *canvas;
    size_t panel;
    struct build *build;
    struct wait *waits; /* of the session at hand */
    struct box *boxes;  /* as many */
};

/* 0 or -E_NOMEM. */
int panel_paint(const struct gantt_state *state, size_t panel, struct canvas *canvas);

#endif
