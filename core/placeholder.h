/* One placeholder in a text, taken apart.  Private to core. */
#ifndef STRETTO_CORE_PLACEHOLDER_H
#define STRETTO_CORE_PLACEHOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/coding.h"

struct placeholder {
    const char *begin; /* of its "${" */
    size_t bytes;      /* to behind its "}" */
    const char *name;
    size_t name_bytes;
    enum coding coding;
};

/* The next one in text[0..len); false: no more.  "${" that nothing closes costs no more than the
 * longest name. */
bool placeholder_find(const char *text, size_t len, struct placeholder *p);
/* How many bytes the one that begins at text has; 0: none does. */
size_t placeholder_bytes(const char *text, size_t len);
/* Appends ${PREFIXNAME}, or ${PREFIXNAME|CODING}.  0 or -E_NOMEM. */
int placeholder_add(struct buf *out, const char *prefix, const char *name, enum coding coding);

#endif
