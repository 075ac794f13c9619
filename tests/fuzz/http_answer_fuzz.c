/* Answers of HTTP/1.1: whole or in pieces, the same status, body, end and verdict.  The first byte
 * is the size of the pieces, and whether the request was a HEAD. */
#include <string.h>

#include "fuzz.h"
#include "player/http_answer.h"

/* Status and body; returns how much was taken, or -1. */
static long read_answer(const char *in, size_t len, size_t piece, bool head, struct buf *out)
{
    struct error err = ERROR_NONE;
    struct http_answer a;
    struct http_piece met;
    size_t at = 0;
    ssize_t n = 1;

    http_answer_init(&a, head);
    while (at < len && n > 0 && a.at != HTTP_AT_END) {
        n = http_answer_take(&a, in + at, piece < len - at ? piece : len - at, &met, &err);
        PROMISE(n > 0 || n == -E_PROTOCOL);
        if (n < 0)
            break;
        PROMISE(!met.data_bytes ||
                (met.data >= in + at && met.data + met.data_bytes <= in + at + n));
        PROMISE(!met.head || (met.head_bytes <= HTTP_HEAD_MAX && a.status >= 200));
        if (met.head)
            buf_addf(out, "%d %d ", a.status, a.cookies);
        PROMISE(buf_add(out, met.data, met.data_bytes) == 0);
        at += (size_t)n;
    }
    PROMISE((n < 0) == (err.code != 0));
    if (n > 0)
        PROMISE(http_answer_closed(&a, &err) == 0 || err.code == E_PROTOCOL);
    PROMISE(buf_addf(out, " %d %d", a.at, a.keeps) == 0);
    http_answer_release(&a);
    return n < 0 ? -1 : (long)at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct buf whole;
    struct buf pieces;
    bool head;

    if (len < 2)
        return 0;
    head = data[0] & 128;
    buf_init(&whole, 1u << 30);
    buf_init(&pieces, 1u << 30);
    PROMISE(read_answer((const char *)data + 1, len - 1, len, head, &whole) ==
            read_answer((const char *)data + 1, len - 1, data[0] % 32 + 1, head, &pieces));
    PROMISE(whole.len == pieces.len && memcmp(whole.data, pieces.data, whole.len) == 0);
    buf_release(&whole);
    buf_release(&pieces);
    return 0;
}
