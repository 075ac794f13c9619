/* Every session and every wait of the builds as few bytes: what the report draws by itself.
 *
 * All numbers are varints (7 bits a byte, the lowest first, the high bit set where more follow);
 * "signed" ones are folded (0, -1, 1, -2, ... is 0, 1, 2, 3, ...).  Times are tenths of a
 * millisecond.  A column is a number for each session, or each wait, one behind the other: like
 * beside like is what deflate makes small.
 *
 *   version      1
 *   every        1, or that only each so manieth session is here, and the slowest
 *   builds       how many; then each:
 *     steps      how many; then a byte each: its wait_kind (core/wait.h), and 8 where a phase
 * begins reasons    how many; then each: length, UTF-8 steady     1 or 0: sessions are selected;
 * from, to late       how many spans; then each: from, since the one before ended; length sessions
 * of the run; how many of them are here, in order of start columns of sessions: place    its number
 * in order of start, since the one before less 1 id       signed, since the one before user signed,
 * since the one before iteration start    since the one before; the first: since the run began
 *       length
 *       state    outcome (analyzer/table.h), and 4 where it counts in the numbers
 *       line     of the script where it failed, 0: not told
 *       reason   1 and up: among the reasons; 0: none
 *       waits    how many
 *     ideal      its length; how many waits
 *     columns of waits, those of the ideal first:
 *       step     signed, since the step behind the one before; in each session from 0
 *       length   twice, and 1 where its end was never reported
 *       start    signed, since the end of the one before; in each session from its start
 *
 * Pure. */
#ifndef STRETTO_ANALYZER_PAGE_CROWD_H
#define STRETTO_ANALYZER_PAGE_CROWD_H

#include "analyzer/load.h"
#include "core/buf.h"

/* What a page holds at most of all builds together; above it every k-th session is kept, and the
 * slowest. */
#define PAGE_CROWD_SESSIONS 30000
#define PAGE_CROWD_WAITS 2000000
#define PAGE_CROWD_SLOWEST 100
/* Different reasons for which sessions failed; the others are told as one. */
#define PAGE_CROWD_REASONS 200

/* Appends it, not yet compressed.  0 or -E_NOMEM. */
int page_crowd(struct buf *out, struct build *builds, size_t count);

/* Appends `data` as raw deflate in base64.  0 or -E_NOMEM. */
int page_crowd_pack(struct buf *out, const struct buf *data);

#endif
