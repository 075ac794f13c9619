/* Every bound of the recorder, in one place.  None of them bounds a body: those are streamed. */
#ifndef STRETTO_RECORDER_LIMITS_H
#define STRETTO_RECORDER_LIMITS_H

#include <stddef.h>

#include "core/units.h"

/* All of a request's head, and of an answer's: 40 KB cookies are met in practice. */
#define HEAD_BYTES_MAX ((size_t)128 << 10)
/* The same after rewriting, which may make addresses longer. */
#define HEAD_REWRITTEN_MAX (2 * HEAD_BYTES_MAX)
/* Of a Content-Length: so many fit into an int64_t. */
#define LENGTH_DIGITS_MAX 18
/* Connections of browsers at a time; for more, idle ones are closed.  Each has a thread with a
 * stack of its own.
 */
#define CONNECTIONS_MAX 512
#define CONNECTION_STACK ((size_t)512 << 10)
/* A head that was begun must be there within this time; a connection that says nothing may wait. */
#define HEAD_TIME_US (60 * US_PER_S)
/* How long, and how many bytes, a request's body is still read when its answer has ended, so that
 * the answer is not lost by a reset. */
#define LINGER_US (2 * US_PER_S)
#define LINGER_BYTES_MAX ((size_t)64 << 20)
/* What waits between the two sides of the proxy before the faster one is held back. */
#define FLOW_BYTES ((size_t)64 << 10)
/* What either side may have sent behind a WebSocket's handshake before the relay begins. */
#define EARLY_BYTES_MAX (HEAD_BYTES_MAX + 2 * FLOW_BYTES)
/* What a WebSocket's ends may be ahead of the thread that reads along, before they are held back.
 */
#define TAP_BYTES_MAX ((size_t)16 << 20)
/* That thread begins when nothing has come for TAP_REST_US, TAP_REST_MAX_US after the first bytes
 * at the latest, or when this much waits. */
#define TAP_REST_US (2 * US_PER_MS)
#define TAP_REST_MAX_US (20 * US_PER_MS)
#define TAP_REST_BYTES (TAP_BYTES_MAX / 4)
/* How long the end of a request waits at most for messages that came before it to be recorded. */
#define TAP_SETTLE_US (100 * US_PER_MS)
/* What is moved one way before the other way has its turn. */
#define RELAY_TURN_PIECES 16
/* The part of an answer that is looked at for session values, as sent and decoded. */
#define LOOK_BYTES_MAX ((size_t)4 << 20)
#define LOOK_DECODED_MAX ((size_t)4 << 20)
/* A request's body is searched for secrets before any of it reaches a file; a longer one is written
 * as it comes, and only what is known to be secret by then is looked for. */
#define BODY_KEPT_MAX ((size_t)8 << 20)
/* Of what the server said, the part that tokens are looked for in. */
#define HEARD_BYTES_MAX ((size_t)32 << 20)
#define MARK_BYTES_MAX 80
/* One line of a script: a message of WS_MESSAGE_MAX, escaped. */
#define STEP_BYTES_MAX ((size_t)400 << 20)
/* A script or a trace that is written anew, because of a secret that was recognised late. */
#define FILE_BYTES_MAX ((size_t)2 << 30)

#define CONNECT_TIMEOUT_S 30
/* A page is gone when its sockets are closed and it asked for nothing for this long: a reload
 * takes less. */
#define PAGE_GONE_US (2 * US_PER_S)
/* How often the end of the recording is looked for. */
#define END_TICK_MS 100
/* What a browser has to end in, before it is killed. */
#define BROWSER_END_MS 3000

#endif
