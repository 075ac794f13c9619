/* Gives memory that page loads needed back to the kernel: sessions think for most of their time,
 * and what freed handles and answers leave behind would be the largest part of what they seem to
 * cost.
 *
 * Zeroed is ready. */
#ifndef STRETTO_PLAYER_HEAP_H
#define STRETTO_PLAYER_HEAP_H

#include <stdbool.h>

struct heap {
    bool used; /* pages have been loaded since */
};

/* To be called now and then.  loading: a page is being loaded, so memory would be wanted again at
 * once, and a loop must not stop for this.  True when something was given back. */
bool heap_tidy(struct heap *heap, bool loading);

#endif
