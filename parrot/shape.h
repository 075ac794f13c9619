/* A text that fits a pattern, for ids that a framework knows by their looks ("p[0-9]{4,}").
 *
 * Of extended regular expressions: letters, \x, ., [a-z] and [^ ], groups, of alternatives the
 * first, and ? * + {n} {n,} {n,m}; anchors are skipped.  Pure. */
#ifndef STRETTO_PARROT_SHAPE_H
#define STRETTO_PARROT_SHAPE_H

#include <stdint.h>

#include "core/buf.h"

/* Where a pattern lets it be longer, it is, so that two are hardly ever the same.
 * 0, -E_FORMAT (something else is in it, or it would be too long) or -E_NOMEM. */
int shape_make(const char *pattern, uint64_t *random, struct buf *out);

#endif
