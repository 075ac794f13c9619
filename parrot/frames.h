/* Frames of RFC 6455 at a server: what comes is masked, what goes is not.  A frame is taken when
 * all of it is there, where it lies, because a client's messages are short; what goes is made once
 * and sent to everybody.  (core/ws.h keeps 8 KiB a socket, copies each message, and masks.) */
#ifndef STRETTO_PARROT_FRAMES_H
#define STRETTO_PARROT_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"

enum opcode {
    OPCODE_MORE = 0,
    OPCODE_TEXT = 1,
    OPCODE_BINARY = 2,
    OPCODE_CLOSE = 8,
    OPCODE_PING = 9,
    OPCODE_PONG = 10,
};

struct frame {
    unsigned opcode;
    bool last; /* of its message */
    char *payload;
    size_t bytes;
};

/* How many bytes the first frame takes, unmasked in place; 0: it is not whole yet; -1: that is
 * none, or it is longer than WS_MESSAGE_MAX (core/ws.h). */
long frame_read(char *data, size_t len, struct frame *frame);

/* Appends one frame.  0 or -E_NOMEM. */
int frame_add(struct buf *out, unsigned opcode, bool last, const char *payload, size_t bytes);
/* Appends a message in so many frames, fewer when it is shorter.  0 or -E_NOMEM. */
int frames_add(struct buf *out, unsigned opcode, const char *payload, size_t bytes, size_t pieces);
/* Appends a close frame; code 0: without one.  0 or -E_NOMEM. */
int frame_add_close(struct buf *out, unsigned code, const char *reason);

#endif
