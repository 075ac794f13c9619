#include "parrot/frames.h"

#include <string.h>

#include "core/ws.h"

#define FIN 0x80
#define RESERVED 0x70
#define MASKED 0x80
#define SHORT_MAX 125
#define REASON_MAX 123

static void unmask(char *payload, size_t bytes, const unsigned char mask[4])
{
    uint64_t wide;
    size_t i = 0;

    memcpy(&wide, mask, 4);
    memcpy((char *)&wide + 4, mask, 4);
    for (; i + 8 <= bytes; i += 8) {
        uint64_t word;

        memcpy(&word, payload + i, 8);
        word ^= wide;
        memcpy(payload + i, &word, 8);
    }
    for (; i < bytes; i++)
        payload[i] = (char)(payload[i] ^ (char)mask[i % 4]);
}

/* Bytes of the head in front of the mask, and the payload's; 0: more is needed. */
static size_t read_length(const unsigned char *at, size_t len, uint64_t *bytes)
{
    size_t extra = (at[1] & 0x7f) == 126 ? 2 : (at[1] & 0x7f) == 127 ? 8 : 0;

    if (len < 2 + extra)
        return 0;
    *bytes = extra ? 0 : at[1] & 0x7f;
    for (size_t i = 0; i < extra; i++)
        *bytes = *bytes << 8 | at[2 + i];
    return 2 + extra;
}

long frame_read(char *data, size_t len, struct frame *frame)
{
    const unsigned char *at = (const unsigned char *)data;
    uint64_t bytes = 0;
    size_t head;

    if (len < 2)
        return 0;
    if (!(at[1] & MASKED) || (at[0] & RESERVED))
        return -1;
    head = read_length(at, len, &bytes);
    if (bytes > WS_MESSAGE_MAX)
        return -1;
    if (!head || len < head + 4 + bytes)
        return 0;
    *frame = (struct frame){at[0] & 0x0f, at[0] & FIN, data + head + 4, (size_t)bytes};
    unmask(frame->payload, frame->bytes, at + head);
    return (long)(head + 4 + frame->bytes);
}

int frame_add(struct buf *out, unsigned opcode, bool last, const char *payload, size_t bytes)
{
    unsigned char head[10] = {(unsigned char)(opcode | (last ? FIN : 0))};
    size_t extra = bytes <= SHORT_MAX ? 0 : bytes <= UINT16_MAX ? 2 : 8;

    head[1] = extra ? extra == 2 ? 126 : 127 : (unsigned char)bytes;
    for (size_t i = 0; i < extra; i++)
        head[2 + i] = (unsigned char)((uint64_t)bytes >> 8 * (extra - 1 - i));
    buf_add(out, head, 2 + extra);
    return buf_add(out, payload, bytes);
}

int frames_add(struct buf *out, unsigned opcode, const char *payload, size_t bytes, size_t pieces)
{
    size_t each = pieces ? bytes / pieces : bytes;
    size_t at = 0;

    for (; each && pieces > 1; pieces--, at += each) {
        if (frame_add(out, at ? OPCODE_MORE : opcode, false, payload + at, each) < 0)
            return -E_NOMEM;
    }
    return frame_add(out, at ? OPCODE_MORE : opcode, true, payload + at, bytes - at);
}

int frame_add_close(struct buf *out, unsigned code, const char *reason)
{
    char payload[2 + REASON_MAX];
    size_t bytes = reason ? strlen(reason) : 0;

    if (!code)
        return frame_add(out, OPCODE_CLOSE, true, "", 0);
    if (bytes > REASON_MAX)
        bytes = REASON_MAX;
    payload[0] = (char)(code >> 8);
    payload[1] = (char)code;
    memcpy(payload + 2, reason ? reason : "", bytes);
    return frame_add(out, OPCODE_CLOSE, true, payload, 2 + bytes);
}
