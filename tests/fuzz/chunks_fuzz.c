/* Chunked bodies: whole or in pieces, the same body, trailers, end and verdict.  The first byte is
 * the size of the pieces. */
#include <string.h>

#include "fuzz.h"
#include "core/chunks.h"

/* The body and the trailers; returns how much was taken, or -1. */
static long decode(const char *in, size_t len, size_t piece, struct buf *out)
{
    struct error err = ERROR_NONE;
    struct chunks c;
    size_t at = 0;
    ssize_t n = 1;

    chunks_init(&c);
    while (at < len && n > 0) {
        const char *data;
        size_t data_len;

        n = chunks_take(&c, in + at, piece < len - at ? piece : len - at, &data, &data_len, &err);
        PROMISE(n > 0 || n == -E_PROTOCOL || chunks_done(&c));
        PROMISE(!data_len || (data >= in + at && data + data_len <= in + at + n));
        PROMISE(buf_add(out, data, data_len) == 0);
        at += n > 0 ? (size_t)n : 0;
    }
    PROMISE((n < 0) == (err.code != 0));
    for (size_t i = 0; i < c.trailers.count; i++)
        buf_addf(out, "\n%s: %s", c.trailers.items[i].name, c.trailers.items[i].value);
    PROMISE(buf_addc(out, chunks_done(&c) ? '.' : '?') == 0);
    chunks_release(&c);
    return n < 0 ? -1 : (long)at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct buf whole;
    struct buf pieces;

    if (len < 2)
        return 0;
    buf_init(&whole, 1u << 30);
    buf_init(&pieces, 1u << 30);
    PROMISE(decode((const char *)data + 1, len - 1, len, &whole) ==
            decode((const char *)data + 1, len - 1, data[0] % 32 + 1, &pieces));
    PROMISE(whole.len == pieces.len && memcmp(whole.data, pieces.data, whole.len) == 0);
    buf_release(&whole);
    buf_release(&pieces);
    return 0;
}
