/* Memory that is freed in one go: the strings of a script live and die together. */
#ifndef STRETTO_CORE_ARENA_H
#define STRETTO_CORE_ARENA_H

#include <stddef.h>

struct arena_block;

/* A zeroed struct is empty and ready. */
struct arena {
    struct arena_block *blocks;
};

/* Aligned for any type and zeroed; NULL when memory is refused. */
void *arena_alloc(struct arena *arena, size_t bytes);
/* A terminated copy of len bytes. */
char *arena_copy(struct arena *arena, const void *data, size_t len);
void arena_release(struct arena *arena);

#endif
