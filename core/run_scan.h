/* The row as nearly all are: digits, no quote, no comment.  Ten times as fast as the parser of
 * core/run.c, which reads whatever this does not. */
#ifndef STRETTO_CORE_RUN_SCAN_H
#define STRETTO_CORE_RUN_SCAN_H

#include "core/run.h"

/* True: it was read, with the same result as run_row_parse_phases().  False: the row is unusual,
 * which says nothing about its being right.  The line is terminated, and stays as it is. */
bool run_row_scan(struct run_row *row, struct run_phases *phases, const char *line);

#endif
