/* Handles of libuv that live on the heap: closing is asynchronous, so each is freed by the loop. */
#ifndef STRETTO_PLAYER_LOOP_H
#define STRETTO_PLAYER_LOOP_H

#include <uv.h>

/* A timer that is not running, with timer->data set; NULL when memory is refused. */
uv_timer_t *loop_timer_new(uv_loop_t *loop, void *data);

/* Closes a handle that malloc() gave, and frees it when the loop has let go of it.  NULL is fine.
 */
void loop_close(void *handle);

#endif
