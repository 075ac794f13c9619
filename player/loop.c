#include "player/loop.h"

#include <stdlib.h>

uv_timer_t *loop_timer_new(uv_loop_t *loop, void *data)
{
    uv_timer_t *timer = calloc(1, sizeof(*timer));

    if (!timer)
        return NULL;
    uv_timer_init(loop, timer);
    timer->data = data;
    return timer;
}

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

void loop_close(void *handle)
{
    if (handle)
        uv_close(handle, free_handle);
}
