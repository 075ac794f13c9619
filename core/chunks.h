/* Undoes chunked transfer coding (RFC 9112 7.1), torn anywhere.  Pure.
 *
 * Invariants  what comes behind the last chunk's trailers is never taken.
 * Owner       chunks_init() .. chunks_release(). */
#ifndef STRETTO_CORE_CHUNKS_H
#define STRETTO_CORE_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/headers.h"

/* Of all trailers, and of one chunk's extension. */
#define CHUNKS_TRAILER_MAX ((size_t)16 << 10)
#define CHUNKS_EXTENSION_MAX 4096

enum chunks_at {
    CHUNKS_SIZE,
    CHUNKS_EXTENSION,
    CHUNKS_SIZE_LF,
    CHUNKS_DATA,
    CHUNKS_DATA_CR,
    CHUNKS_DATA_LF,
    CHUNKS_TRAILER,
    CHUNKS_DONE,
};

struct chunks {
    enum chunks_at at;
    uint64_t left;   /* of the chunk */
    unsigned digits; /* of its size */
    size_t extension_bytes;
    struct buf line; /* of the trailers, so far */
    size_t trailer_bytes;
    struct headers trailers;
};

void chunks_init(struct chunks *c);
void chunks_release(struct chunks *c);

/* Takes some of the input: how many bytes, -E_PROTOCOL with a sentence, or -E_NOMEM.
 * *data, *data_len: the piece of body that was met, inside the input; then call again. */
ssize_t chunks_take(struct chunks *c, const char *in, size_t len, const char **data,
                    size_t *data_len, struct error *err);
static inline bool chunks_done(const struct chunks *c)
{
    return c->at == CHUNKS_DONE;
}

#endif
