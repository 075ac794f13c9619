/* JSON read as far as somebody wants it: a message may be a picture of 100 KB in which nothing
 * matters but the name of its output.  What nobody asks for is checked and passed over.
 *
 * Shape   what is wanted is a tree along paths (core/extract.h).  Of a document that tree keeps:
 * the values that are wanted; where only being there is, true in place of the value; the keys of an
 * object where they are; arrays on the way with all their items.  Asking the result (json_at(),
 * json_object_foreach()) what was said to be wanted answers as the document would.
 *
 * Owner   zeroed wants nothing but what is at the top, an object or not; wanted_release(). */
#ifndef STRETTO_CORE_JSON_SKIM_H
#define STRETTO_CORE_JSON_SKIM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"

struct wanted {
    bool value;
    bool keys;
    struct wanted_key *inner; /* of an object */
    size_t inner_count;
    struct wanted *items; /* of an array, whichever; NULL: none */
};

enum want { WANT_THERE, WANT_KEYS, WANT_VALUE };

/* 0 or -E_NOMEM.  What is no path is not wanted. */
int wanted_add(struct wanted *wanted, const char *path, enum want want);
void wanted_release(struct wanted *wanted);

/* What json_loadb(JSON_ALLOW_NUL, and JSON_DECODE_ANY or 0) reads, as far as it is wanted.  NULL:
 * it is no JSON, or memory was refused.  wanted NULL: all is. */
json_t *json_skim(const char *text, size_t len, size_t flags, const struct wanted *wanted);

/* The string that a text begins with behind its quote, appended to out, and how many bytes it has
 * there with its closing quote.  0: that is for a real parser to say, or memory was refused; out is
 * as it was then, but for its room. */
size_t json_skim_string(const char *text, size_t len, struct buf *out);

#endif
