/* The session values of one session, and the placeholders that stand for them in a script.
 *
 * A placeholder is ${NAME}.  Known names: WORKER TOKEN ROBUST_ID SOCKJSID SESSION UPLOAD_URL
 * UPLOAD_JOB_ID.  A ${...} without a value is text like any other: a user may have typed it. */
#ifndef STRETTO_CORE_VALUES_H
#define STRETTO_CORE_VALUES_H

#include <stddef.h>

#include "core/buf.h"

struct value {
    char *name;
    char *value;
};

/* A zeroed struct is empty and ready. */
struct values {
    struct value *items;
    size_t count;
};

/* Copies both; a later value of the same name replaces the earlier.  0 or -E_NOMEM. */
int values_set(struct values *values, const char *name, const char *value);
/* NULL when it has none; lent until the next set. */
const char *values_get(const struct values *values, const char *name);
void values_release(struct values *values);

/* Appends text with every known placeholder filled in.  0 or -E_NOMEM. */
int values_expand(const struct values *values, const char *text, size_t len, struct buf *out);

/* The way back, for recording: appends text with each value replaced by its placeholder, longest
 * value first, so that a value inside another is not cut out of it.  Values under 6 bytes are left
 * alone: they would match by accident.  0 or -E_NOMEM. */
int values_templatize(const struct values *values, const char *text, size_t len, struct buf *out);

#endif
