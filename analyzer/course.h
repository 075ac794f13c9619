/* How far a session had come, and when: a line through the waits of the script.  While the user
 * waits it goes along the wait's row, while the user thinks it goes on to the next.  Pure. */
#ifndef STRETTO_ANALYZER_COURSE_H
#define STRETTO_ANALYZER_COURSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/canvas.h"
#include "analyzer/table.h"
#include "analyzer/waits.h"

#define COURSE_NO_ROW UINT32_MAX

/* The points of a course: x is microseconds since from_us, y the row.  row_of tells the row of a
 * wait by its step, or COURSE_NO_ROW.  A row is reached when all before it are done: requests side
 * by side do not go back.  `out` has room for two a wait; returns how many. */
size_t course_points(const struct wait *waits, size_t count, int64_t from_us,
                     const uint32_t *row_of, struct point *out);

/* Drops points (by now pixels) that lie within `by` of the line between those that stay; returns
 * how many are left. */
size_t course_thin(struct point *points, size_t count, double by);

/* At most `most` of the sessions that count, evenly from the shortest to the longest, both ends
 * among them: into chosen[most].  *counted: of how many.  How many, or -E_NOMEM. */
long course_choose(const struct table *table, size_t most, size_t *chosen, size_t *counted);

/* Which rows get a label where not all have room: first of all the important ones, then those
 * between.  at: where each row lies, in rising order; no two labels are nearer than `gap`. */
void course_label_rows(const double *at, const bool *important, size_t rows, double gap,
                       bool *labelled);

#endif
