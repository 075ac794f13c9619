/* What stands around the rows: title, legend, panels' names and numbers, grid and axes. */
#ifndef STRETTO_ANALYZER_CHART_FRAME_H
#define STRETTO_ANALYZER_CHART_FRAME_H

#include "analyzer/chart.h"

#define INK 0x1f2933
#define INK_SOFT 0x52606d
#define INK_WARN 0xb23b00

void frame_title(const struct chart *chart, const struct layout *l, struct canvas *c);
/* Name, numbers, grid and ticks of one panel; its rows are drawn over it. */
void frame_panel(const struct chart *chart, const struct layout *l, size_t panel, struct canvas *c);
void frame_axes(const struct chart *chart, const struct layout *l, struct canvas *c);

/* The signs of a session that did not end well, at a point; half is their half size. */
void sign_failed(struct canvas *c, double x, double y, double half);
void sign_unfinished(struct canvas *c, double x, double y, double half);

#endif
