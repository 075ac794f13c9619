/* Every bound of the recorder, in one place.  None of them bounds a body: those are streamed. */
#ifndef STRETTO_RECORDER_LIMITS_H
#define STRETTO_RECORDER_LIMITS_H

#include <stddef.h>

#include "core/units.h"

/* All of a request's head, and of an answer's: 40 KB cookies are met in practice. */
#define HEAD_BYTES_MAX ((size_t)128 << 10)
/* The same after rewriting, which may make addresses longer. */
#define HEAD_REWRITTEN_MAX (2 * HEAD_BYTES_MAX)
/* What waits between the two sides of the proxy before the faster one is held back. */
#define FLOW_BYTES ((size_t)64 << 10)
/* What a WebSocket's ends may be ahead of the thread that reads along, before they are held back. */
#define TAP_BYTES_MAX ((size_t)16 << 20)
/* How long the end of a request waits at most for messages that came before it to be recorded. */
#define TAP_SETTLE_US (20 * US_PER_MS)
/* What is moved one way before the other way has its turn. */
#define RELAY_TURN_PIECES 16
/* The part of a page that is looked at for session values, as sent and inflated. */
#define LOOK_BYTES_MAX ((size_t)1 << 20)
#define LOOK_INFLATED_MAX ((size_t)4 << 20)
/* The body of an answer that refuses a WebSocket: an error page. */
#define REFUSAL_BYTES_MAX ((size_t)1 << 20)
/* One line of a script: a message of WS_MESSAGE_MAX, escaped. */
#define STEP_BYTES_MAX ((size_t)400 << 20)

#define CONNECT_TIMEOUT_S 30
/* A page is gone when its sockets are closed and it asked for nothing for this long: a reload
 * takes less. */
#define PAGE_GONE_US (2 * US_PER_S)
/* How often the end of the recording is looked for. */
#define END_TICK_MS 100

#endif
