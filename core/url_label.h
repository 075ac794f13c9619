/* What a person would call an address: its last part, and of its query what is worth reading.
 * Pure. */
#ifndef STRETTO_CORE_URL_LABEL_H
#define STRETTO_CORE_URL_LABEL_H

#include <stdbool.h>

#include "core/buf.h"

/* "/lib/jquery.min.js?v=3" is "jquery.min.js", "/api/orders/17" is "orders/17", "/find?q=whale" is
 * "find?q=whale", "/" is "Homepage".  What belongs to one session or one recording is left out, be
 * it a placeholder or a nonce; a long name loses its middle.  One line, some 120 bytes at most.
 * 0 or -E_NOMEM. */
int url_label(const char *url, struct buf *out);

/* Does its path say nothing, as "/" does, or one of placeholders alone? */
bool url_is_root(const char *url);

#endif
