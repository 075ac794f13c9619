#include "core/base64.h"

#include <stdint.h>
#include <string.h>

#include "core/error.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_encode(struct buf *out, const void *data, size_t len)
{
    const unsigned char *in = data;

    for (size_t i = 0; i < len; i += 3) {
        size_t n = len - i < 3 ? len - i : 3;
        uint32_t bits = (uint32_t)in[i] << 16 | (uint32_t)(n > 1 ? in[i + 1] : 0) << 8 |
                        (uint32_t)(n > 2 ? in[i + 2] : 0);
        char four[4] = {alphabet[bits >> 18], alphabet[bits >> 12 & 63], '=', '='};

        if (n > 1)
            four[2] = alphabet[bits >> 6 & 63];
        if (n > 2)
            four[3] = alphabet[bits & 63];
        if (buf_add(out, four, 4) < 0)
            return -E_NOMEM;
    }
    return 0;
}

static int sextet(char c)
{
    const char *at = c ? strchr(alphabet, c) : NULL;

    return at ? (int)(at - alphabet) : -1;
}

static int decode_four(struct buf *out, const char *four, bool last)
{
    size_t pad = last ? (size_t)(four[3] == '=') + (size_t)(four[3] == '=' && four[2] == '=') : 0;
    uint32_t bits = 0;
    char three[3];

    for (size_t i = 0; i < 4; i++) {
        int value = i >= 4 - pad ? 0 : sextet(four[i]);

        if (value < 0)
            return -E_FORMAT;
        bits = bits << 6 | (uint32_t)value;
    }
    three[0] = (char)(bits >> 16);
    three[1] = (char)(bits >> 8);
    three[2] = (char)bits;
    return buf_add(out, three, 3 - pad);
}

int base64_decode(struct buf *out, const char *text, size_t len)
{
    int rc = 0;

    if (len % 4)
        return -E_FORMAT;
    for (size_t i = 0; i < len && rc == 0; i += 4)
        rc = decode_four(out, text + i, i + 4 == len);
    return rc;
}
