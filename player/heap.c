#include "player/heap.h"

#include <malloc.h>
#include <stddef.h>

/* Less than this is not worth the walk through the heap. */
#define WORTH_BYTES ((size_t)1 << 20)

bool heap_tidy(struct heap *heap, bool loading)
{
    bool due = heap->used && !loading;

    heap->used = loading;
#ifdef __GLIBC__
    return due && mallinfo2().fordblks >= WORTH_BYTES && malloc_trim(0) == 1;
#else
    return due && false;
#endif
}
