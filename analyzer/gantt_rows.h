/* The sessions of one panel, each in its row. */
#ifndef STRETTO_ANALYZER_GANTT_ROWS_H
#define STRETTO_ANALYZER_GANTT_ROWS_H

#include "analyzer/gantt_panel.h"

/* In the SVG a session is a group with a title, unless its row is too thin to point at. */
#define ROW_LEAST_POINTED_AT 2 /* pixels */

#define ROWS_UNCOUNTED 0.4 /* opacity of sessions that are in no number */

void rows_draw(struct painter *p);
/* Signs of those that did not end well: after the rows, so that no row covers the sign of the one
 * before.  Where they would lie on each other one stands for several.  0 or -E_NOMEM. */
int rows_draw_signs(struct painter *p);

/* Boxes in a row from left to right that overlap, or leave less than `gap` between them, become
 * one; returns how many are left.  Those in no order stay as they are. */
size_t boxes_join(struct box *boxes, size_t count, double gap);

#endif
