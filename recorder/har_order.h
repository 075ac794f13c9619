/* Cause before effect: a HAR's beginnings are rounded down to milliseconds, so a request may seem to
 * begin before the answer or the message that caused it, and would be replayed beside it.
 *
 * What begins in a millisecond begins after the last answer's end and the last message received in
 * it; and where a redirect leads begins after the redirect.  Nothing moves by more than that.
 * Pure.  0 or -E_NOMEM. */
#ifndef STRETTO_RECORDER_HAR_ORDER_H
#define STRETTO_RECORDER_HAR_ORDER_H

#include "recorder/har.h"

int har_order(struct har *har);

#endif
