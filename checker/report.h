/* What was found, in tables and sentences.  Each appends text for stdout: 0 or -E_NOMEM. */
#ifndef STRETTO_CHECKER_REPORT_H
#define STRETTO_CHECKER_REPORT_H

#include "checker/causes.h"
#include "checker/correlate.h"
#include "checker/rounds.h"
#include "core/dialect.h"

/* Literals that nothing explains. */
int report_open(const struct script *script, const struct open_value *open, size_t count,
                const struct dialect *dialect, struct buf *out);
/* Values that a trace without a replay suggests. */
int report_suggested(const struct script *script, const struct findings *findings,
                     const struct dialect *dialect, struct buf *out);
/* Where the last replay failed, why, and what to do. */
int report_mismatch(const struct rounds *rounds, const struct dialect *dialect, struct buf *out);
/* The table of what was found, and how sure it is.  lines: the script that line numbers are of. */
int report_found(const struct rounds *rounds, const struct script *lines, struct buf *out);

#endif
