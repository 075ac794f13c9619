/* Which names somebody may have meant.  Pure. */
#ifndef STRETTO_ANALYZER_NEAREST_H
#define STRETTO_ANALYZER_NEAREST_H

#include <stddef.h>

#include "core/buf.h"

#define NEAREST_MOST 3

/* A zeroed struct has seen none. */
struct nearest {
    const char *names[NEAREST_MOST]; /* lent; the nearest first */
    size_t distances[NEAREST_MOST];
    size_t count;
    size_t seen;
};

/* One that holds what was wanted is near, however long it is; else letters changed, put in and left
 * out are counted, capital or not.  After some ten thousand names the rest is not looked at. */
void nearest_add(struct nearest *nearest, const char *wanted, const char *name);

/* "'Set: who', 'Set: when'", each cut to what one reads, controls made spaces. */
void nearest_print(struct buf *out, const struct nearest *nearest);

#endif
