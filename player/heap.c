#include "player/heap.h"

#include <malloc.h>
#include <stddef.h>

/* Less than this is not worth the walk through the heap. */
#define WORTH_BYTES ((size_t)1 << 20)

static bool give_back(void)
{
#ifdef __GLIBC__
    return mallinfo2().fordblks >= WORTH_BYTES && malloc_trim(0) == 1;
#else
    return false;
#endif
}

bool heap_tidy(struct heap *heap, bool loading)
{
    bool due = heap->used && !loading;

    heap->used = loading;
    return due && give_back();
}
