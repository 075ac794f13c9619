/* Hosts that a page names and a proxy in front of one app does not see: other origins in the
 * addresses of scripts, styles, pictures, frames, and in fetch() calls.  Pure.
 * Bounds  STRANGERS_MAX hosts.   Owner  zeroed is empty; strangers_release(). */
#ifndef STRETTO_RECORDER_STRANGERS_H
#define STRETTO_RECORDER_STRANGERS_H

#include <stddef.h>

#include "core/names.h"

#define STRANGERS_MAX 20

struct strangers {
    struct names hosts;
};

/* A page, or a script.  target_url: whose own addresses are no strangers.  0 or -E_NOMEM. */
int strangers_learn(struct strangers *strangers, const char *target_url, const char *text,
                    size_t len);
void strangers_release(struct strangers *strangers);

#endif
