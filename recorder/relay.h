/* A WebSocket between browser and target: raw bytes both ways, masks and fragments as they came,
 * and a copy of each direction read by a decoder of its own, which tells the tap.
 *
 * relay_run() blocks until either side ends; at most FLOW_BYTES wait in each direction.
 * A conversation that the decoder cannot read is relayed all the same: the tap is told once. */
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
    /* A close frame passed. */
    void (*on_close)(void *user, bool from_browser, int64_t at_us);
    void (*on_unreadable)(void *user, bool from_browser, const char *why);
    void *user;
};

struct relay {
    int browser_fd;
    struct stream *target;
    int stop_fd; /* readable: end */
    const struct relay_tap *tap;
    const char *from_browser; /* bytes that came before the relay began; lent */
    size_t from_browser_bytes;
    const char *from_target;
    size_t from_target_bytes;
};

/* 0, or -E_NOMEM before anything was relayed. */
int relay_run(const struct relay *relay);

#endif
