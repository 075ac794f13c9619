/* Marks that mean the same in every chart and in the legend. */
#ifndef STRETTO_ANALYZER_CHART_SIGNS_H
#define STRETTO_ANALYZER_CHART_SIGNS_H

#include "analyzer/canvas.h"
#include "core/wait.h"

/* At a point; half is their half size: a session that failed, one whose end nobody knows, and
 * where a phase begins. */
void sign_failed(struct canvas *c, double x, double y, double half);
void sign_unfinished(struct canvas *c, double x, double y, double half);
void sign_phase(struct canvas *c, double x, double y, double half);

/* A wait whose end never came: pale in its colour, hatched where the box has room for it. */
void sign_unanswered(struct canvas *c, enum wait_kind kind, struct box box);

/* Over what was measured while the player was late: a grey veil, hatched likewise.  unit: pixels
 * a unit of type. */
void sign_late(struct canvas *c, struct box box, double unit);

#endif
