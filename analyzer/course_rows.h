/* The rows of a chart that shows the waits of several scripts from top to bottom: those of the
 * first script in its order; what only another has stands behind what comes before it there.  Pure.
 */
#ifndef STRETTO_ANALYZER_COURSE_ROWS_H
#define STRETTO_ANALYZER_COURSE_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/match.h"

/* Places of the match's list, a row each, into rows[match->count]; returns how many, or
 * -E_NOMEM. */
long course_rows(const struct match *match, uint32_t *rows);

/* A build that has this row, and its step. */
size_t course_row_build(const struct matched_step *row, size_t builds);

#endif
