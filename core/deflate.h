/* permessage-deflate (RFC 7692): what two ends agreed on, and each direction's bytes.
 *
 * Shape   whole messages in, whole messages out, behind each other in a buf of the caller's: its
 * max is the bound against bombs.  The tail 00 00 ff ff is neither on the wire nor in the result.
 * Owner   _init() .. _release(); a zeroed struct is released.  zlib's memory is asked for by the
 *         first message: an end that never speaks compressed holds none; where every message
 *         stands for itself, it is held for as long as one lasts.
 * Errors  0, -E_PROTOCOL (not deflate's form, or more than fits into out: err tells which),
 * -E_NOMEM; err is never NULL.  After an error the direction cannot be read any more. */
#ifndef STRETTO_CORE_DEFLATE_H
#define STRETTO_CORE_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/error.h"

struct z_stream_s;

/* What a client offers: any window for either side. */
#define DEFLATE_OFFER "permessage-deflate; client_max_window_bits"

/* One direction's terms; the sender binds itself to them. */
struct deflate_side {
    bool no_takeover; /* every message stands for itself */
    int window_bits;  /* 8..15 */
};

struct deflate_terms {
    bool agreed;
    struct deflate_side client;
    struct deflate_side server;
};

/* Reads the Sec-WebSocket-Extensions of a server's answer; "" or NULL: nothing was agreed on.
 * -E_PROTOCOL for another extension, a parameter twice or one that RFC 7692 does not know. */
int deflate_terms_read(struct deflate_terms *out, const char *answer, struct error *err);

struct deflater {
    struct z_stream_s *z;
    struct deflate_side side;
};

void deflater_init(struct deflater *d, const struct deflate_side *side);
void deflater_release(struct deflater *d);
/* Whether a message may be compressed: zlib has no window of 8 bits; such a side sends it plain. */
bool deflater_can(const struct deflater *d);
int deflater_add(struct deflater *d, const void *data, size_t len, struct buf *out,
                 struct error *err);

struct inflater {
    struct z_stream_s *z;
    struct deflate_side side;
};

void inflater_init(struct inflater *i, const struct deflate_side *side);
void inflater_release(struct inflater *i);
int inflater_add(struct inflater *i, const void *data, size_t len, struct buf *out,
                 struct error *err);

#endif
