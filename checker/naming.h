/* Readable names for session values, and whether two places speak of the same thing.  Pure. */
#ifndef STRETTO_CHECKER_NAMING_H
#define STRETTO_CHECKER_NAMING_H

#include <stdbool.h>

#include "checker/atoms.h"
#include "core/buf.h"

/* "csrfToken" -> "CSRF_TOKEN", "orders" (a segment before an id) -> "ORDER_ID"; `told` is what the
 * value is called where it comes from, used where the field says nothing ("id", "Authorization").
 * 0 or -E_NOMEM. */
int name_value(const char *field, bool is_segment, const char *told, struct buf *out);

/* Does a leaf called `told`, at JSON path `path` of the answer to `url`, speak of the same thing as
 * an atom of this field?  For short values, which stand in many places by accident. */
bool names_agree(const char *field, bool is_segment, const char *told, const char *path,
                 const char *url);

#endif
