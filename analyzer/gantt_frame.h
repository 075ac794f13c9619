/* What stands around the rows: title, legend, panels' names and numbers, grid and axes. */
#ifndef STRETTO_ANALYZER_GANTT_FRAME_H
#define STRETTO_ANALYZER_GANTT_FRAME_H

#include "analyzer/gantt.h"

void frame_title(const struct gantt *gantt, const struct layout *l, struct canvas *c);
/* Name, numbers, grid and ticks of one panel; its rows are drawn over it. */
void frame_panel(const struct gantt *gantt, const struct layout *l, size_t panel, struct canvas *c);
void frame_axes(const struct gantt *gantt, const struct layout *l, struct canvas *c);

#endif
