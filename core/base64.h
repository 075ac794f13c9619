/* Base64 (RFC 4648, with padding) of binary frames in a script. */
#ifndef STRETTO_CORE_BASE64_H
#define STRETTO_CORE_BASE64_H

#include <stddef.h>

#include "core/buf.h"

/* 0 or -E_NOMEM. */
int base64_encode(struct buf *out, const void *data, size_t len);
/* 0, -E_NOMEM, or -E_FORMAT when text is not base64. */
int base64_decode(struct buf *out, const char *text, size_t len);

#endif
