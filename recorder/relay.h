/* A WebSocket between browser and target: raw bytes both ways, masks, fragments, compression and
 * control frames as they came, and a copy of them read by recorder/tap.h, which tells `tap`.
 *
 * relay_run() blocks until both directions have ended.  An end that says no more is passed on as
 * such and the other may go on; a connection that was reset is reset on the other side too, as far
 * as nothing waits there.  At most FLOW_BYTES wait in each direction.
 * A conversation that cannot be read is relayed all the same: the tap is told once.
 * Threads  the functions of `tap` are called by a thread of the relay's own, in the order of the
 *          wire; on_over comes last and by the caller's thread.  All have been called when
 * relay_run() returns. */
#ifndef STRETTO_RECORDER_RELAY_H
#define STRETTO_RECORDER_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/stream.h"

struct relay_tap {
    void (*on_message)(void *user, bool from_browser, const char *data, size_t len, bool binary,
                       int64_t at_us);
    /* A close frame passed; code is WS_CLOSE_NONE when it carried none. */
    void (*on_close)(void *user, bool from_browser, unsigned code, const char *reason, size_t len,
                     int64_t at_us);
    /* The conversation is over; from_browser: who said first that nothing more comes. */
    void (*on_over)(void *user, bool from_browser, int64_t at_us);
    /* "the rest of what the browser says", and why it is not read. */
    void (*on_unreadable)(void *user, const char *what, const char *why);
    void *user;
};

struct relay {
    int browser_fd;
    struct stream *target;
    int stop_fd; /* readable: end */
    const struct relay_tap *tap;
    const char *extensions;   /* Sec-WebSocket-Extensions of the target's answer, or NULL; lent */
    const char *from_browser; /* bytes that came before the relay began; lent */
    size_t from_browser_bytes;
    const char *from_target;
    size_t from_target_bytes;
};

/* 0, or -E_NOMEM before anything was relayed. */
int relay_run(const struct relay *relay);

#endif
