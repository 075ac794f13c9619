/* What passes a relay is read here, in a thread of its own: decoding and writing the script take
 * time that neither end shall wait.
 *
 * Rest    it begins when nothing has come for TAP_REST_US, TAP_REST_MAX_US after the first bytes at
 *         the latest, and at once for tap_settle() and tap_finish().
 * Order   as put, across both directions; a message's time is that of the bytes that completed it.
 * Memory  TAP_BYTES_MAX wait at most: tap_put() then blocks, which holds both ends back.
 * Loss    when memory is refused the conversation is no longer read; it is told once.
 * Owner   tap_start() .. tap_finish(), which returns when everything has been told. */
#ifndef STRETTO_RECORDER_TAP_H
#define STRETTO_RECORDER_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/relay.h"

struct tap;

/* extensions: the answer's Sec-WebSocket-Extensions, or NULL; `ears` is lent until tap_finish().
 * 0 or -E_NOMEM. */
int tap_start(struct tap **out, const struct relay_tap *ears, const char *extensions);

/* Bytes that came at at_us; the reader sleeps until tap_wake(), so that the bytes may be passed on
 * first. */
void tap_put(struct tap *tap, bool from_browser, const char *data, size_t len, int64_t at_us);
void tap_wake(struct tap *tap);

/* Nothing more comes; from_browser: who ended it. */
void tap_finish(struct tap *tap, bool from_browser, int64_t at_us);

/* Blocks until every tap of the process has told what came before this moment, TAP_SETTLE_US at
 * most: a request may carry a value that a message told, and is recorded behind it. */
void tap_settle(int64_t before_us);

#endif
