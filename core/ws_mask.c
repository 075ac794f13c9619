#include "core/ws_mask.h"

#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

/* getrandom() gives so many without a pause or a part */
#define DRAWN 256

int ws_mask_bytes(uint8_t *out, size_t len)
{
    static _Thread_local uint8_t drawn[DRAWN];
    static _Thread_local size_t left;

    if (len > DRAWN)
        return -1;
    if (left < len) {
        if (getrandom(drawn, DRAWN, 0) != DRAWN)
            return -1;
        left = DRAWN;
    }
    left -= len;
    memcpy(out, drawn + left, len);
    return 0;
}

void ws_mask(char *data, size_t len, const uint8_t mask[WS_MASK_BYTES])
{
    uint32_t four;
    uint64_t eight;
    size_t i = 0;

    memcpy(&four, mask, sizeof(four));
    eight = (uint64_t)four << 32 | four;
    for (uint64_t at; i + sizeof(at) <= len; i += sizeof(at)) {
        memcpy(&at, data + i, sizeof(at));
        at ^= eight;
        memcpy(data + i, &at, sizeof(at));
    }
    for (; i < len; i++)
        data[i] = (char)(data[i] ^ mask[i % WS_MASK_BYTES]);
}
