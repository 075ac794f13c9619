/* What the server said in this session, to tell what it issued: a token that it told before is a
 * session value, one that it never told is the person's own.
 * Bounds  the newest HEARD_BYTES_MAX are known.
 * Owner   heard_init() .. heard_release(). */
#ifndef STRETTO_RECORDER_HEARD_H
#define STRETTO_RECORDER_HEARD_H

#include <stdbool.h>

#include "core/buf.h"

struct heard {
    struct buf text;
    bool failed; /* memory was refused while looking: what was said then is not to be trusted */
};

void heard_init(struct heard *heard);
void heard_release(struct heard *heard);
/* 0 or -E_NOMEM. */
int heard_add(struct heard *heard, const char *text, size_t len);
/* As it is, percent-encoded, or in JSON. */
bool heard_has(struct heard *heard, const char *value, size_t len);

#endif
