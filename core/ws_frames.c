#include "core/ws_frames.h"

#include <stdbool.h>

/* RFC 6455 5.2 */
#define FIN 0x80
#define RESERVED 0x70
#define CONTROL 0x08
#define MASKED 0x80
#define LENGTH 0x7f
#define LENGTH_IN_2 126
#define LENGTH_IN_8 127

/* One that breaks the rules is not waited for. */
static bool is_control(const uint8_t *head)
{
    return (head[0] & (FIN | RESERVED | CONTROL)) == (FIN | CONTROL) &&
           (head[1] & LENGTH) < LENGTH_IN_2;
}

static size_t length_bytes(const uint8_t *head)
{
    unsigned length = head[1] & LENGTH;

    return length == LENGTH_IN_2 ? 2 : length == LENGTH_IN_8 ? 8 : 0;
}

static size_t head_bytes(const uint8_t *head)
{
    return 2 + length_bytes(head) + (head[1] & MASKED ? 4 : 0);
}

static uint64_t payload_bytes(const uint8_t *head)
{
    size_t count = length_bytes(head);
    uint64_t bytes = 0;

    for (size_t i = 0; i < count; i++)
        bytes = bytes << 8 | head[2 + i];
    return count ? bytes : head[1] & LENGTH;
}

static bool is_whole(const struct ws_frames *f)
{
    const uint8_t *head = f->held;

    if (f->held_bytes < 2)
        return false;
    return f->held_bytes >= head_bytes(head) + (is_control(head) ? payload_bytes(head) : 0);
}

size_t ws_frames_next(struct ws_frames *f, const uint8_t *bytes, size_t count,
                      const uint8_t **piece, size_t *piece_bytes)
{
    size_t taken = 0;

    if (f->left) {
        *piece = bytes;
        *piece_bytes = f->left < count ? (size_t)f->left : count;
        f->left -= *piece_bytes;
        return *piece_bytes;
    }
    while (taken < count && !is_whole(f))
        f->held[f->held_bytes++] = bytes[taken++];
    *piece = f->held;
    *piece_bytes = 0;
    if (is_whole(f)) {
        *piece_bytes = f->held_bytes;
        f->left = is_control(f->held) ? 0 : payload_bytes(f->held);
        f->held_bytes = 0;
    }
    return taken;
}
