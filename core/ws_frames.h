/* Cuts what comes of a WebSocket into pieces that wslay 1.1 may be given: a control frame is one
 * piece. wslay judges the UTF-8 of a close's reason by pieces, two bytes of each unseen, so that a
 * reason cut by the network may be refused, or a broken one be taken.  What breaks RFC 6455 goes
 * through as it is: judging is wslay's.
 *
 * Bounds  a data frame's head, or a control frame, is kept until it is whole.
 * Owner   zeroed is ready; nothing to release. */
#ifndef STRETTO_CORE_WS_FRAMES_H
#define STRETTO_CORE_WS_FRAMES_H

#include <stddef.h>
#include <stdint.h>

/* RFC 6455 5.5: two bytes, a mask, and what a control frame says. */
#define WS_CONTROL_BYTES_MAX (2 + 4 + 125)

struct ws_frames {
    uint8_t held[WS_CONTROL_BYTES_MAX];
    size_t held_bytes;
    uint64_t left; /* of the frame whose head has been handed out */
};

/* Takes some of the bytes, at least one, and says how many; *piece of *piece_bytes (may be none)
 * can be read, until the next call. */
size_t ws_frames_next(struct ws_frames *frames, const uint8_t *bytes, size_t count,
                      const uint8_t **piece, size_t *piece_bytes);

#endif
