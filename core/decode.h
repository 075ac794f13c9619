/* Undoes Content-Encoding, for a look inside: gzip, deflate (zlib or raw), br, zstd, in any row.
 * As much comes out as what may be only the beginning of a body allows, and as out->max has room
 * for: a bomb fills that and no more.  Pure.
 * 0; -E_FORMAT: a coding that is not known, or nothing that it could have made; -E_NOMEM. */
#ifndef STRETTO_CORE_DECODE_H
#define STRETTO_CORE_DECODE_H

#include "core/buf.h"

/* A row of codings longer than this is nothing that a server means. */
#define CODINGS_IN_A_ROW_MAX 4

/* encoding: the header's value, or NULL.  Appends. */
int decode_body(const char *encoding, const char *body, size_t len, struct buf *out);

#endif
