/* Turns what belongs to one session into placeholders, as it is recorded.
 *
 * Learns session values from paths, pages and messages by the dialect's rules, and writes URLs and
 * messages with their placeholders.  An ordinary message from the server keeps its text: the player
 * matches its shape, and a person reading the script sees what really came.
 * Errors  0 or -E_NOMEM. */
#ifndef STRETTO_RECORDER_CORRELATE_H
#define STRETTO_RECORDER_CORRELATE_H

#include "core/dialect.h"

/* Learns from a path and appends it with its placeholders. */
int correlate_path(struct values *values, const char *path, struct buf *out);

/* Learns from the body of a page or a token; encoding as Content-Encoding names it, or NULL. */
int correlate_body(struct values *values, enum step_type type, const char *encoding,
                   const char *body, size_t len);

/* What a message of the server is, and its text as recorded.  *type is STEP_TYPES when it is
 * noise. */
int correlate_recv(struct values *values, const struct dialect *dialect, const char *text,
                   size_t len, bool binary, enum step_type *type, struct buf *out);

#endif
