/* A cell of a CSV file that people open in spreadsheets (RFC 4180).  Pure. */
#ifndef STRETTO_ANALYZER_CSV_CELL_H
#define STRETTO_ANALYZER_CSV_CELL_H

#include "core/buf.h"

/* Quoted where it must be; a control character becomes a space.  What a spreadsheet would take for
 * a formula (= + - @ at its beginning, be there blanks before it) gets an apostrophe in front,
 * which spreadsheets read as "this is text".  Whether memory sufficed shows in out->failed. */
void csv_cell_add(struct buf *out, const char *text);

#endif
