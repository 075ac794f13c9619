#include "core/decode.h"

#include <string.h>
#include <strings.h>

#include <brotli/decode.h>
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

#include "core/error.h"

#define PIECE_BYTES ((size_t)16 << 10)
/* zlib's words for "gzip or zlib, see what it is" and for a stream without a head. */
#define WINDOW_ANY (15 + 32)
#define WINDOW_RAW (-15)

/* Room for the next piece, the rest of out at last; NULL: enough was seen, or memory is refused. */
static char *next_piece(struct buf *out, size_t *len)
{
    size_t room = out->max - out->len;

    *len = room < PIECE_BYTES ? room : PIECE_BYTES;
    return *len ? buf_room(out, *len) : NULL;
}

static int inflate_all(const char *body, size_t len, int window_bits, struct buf *out)
{
    z_stream z = {.next_in = (const Bytef *)body, .avail_in = (uInt)len};
    size_t room;
    char *at;
    int rc = Z_OK;

    if (inflateInit2(&z, window_bits) != Z_OK)
        return -E_NOMEM;
    while (rc == Z_OK && (at = next_piece(out, &room))) {
        z.next_out = (Bytef *)at;
        z.avail_out = (uInt)room;
        rc = inflate(&z, Z_SYNC_FLUSH);
        buf_added(out, room - z.avail_out);
        if (rc == Z_OK && z.avail_out)
            break; /* there is no more than this */
    }
    inflateEnd(&z);
    return rc == Z_MEM_ERROR ? -E_NOMEM : rc == Z_DATA_ERROR || rc == Z_NEED_DICT ? -E_FORMAT : 0;
}

/* "deflate" means zlib's form, but servers were built that meant the bare one. */
static int inflate_either(const char *body, size_t len, struct buf *out)
{
    size_t before = out->len;
    int rc = inflate_all(body, len, WINDOW_ANY, out);

    if (rc != -E_FORMAT || out->len > before)
        return rc;
    return inflate_all(body, len, WINDOW_RAW, out);
}

static int unbrotli(const char *body, size_t len, struct buf *out)
{
    BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    BrotliDecoderResult result = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    const uint8_t *in = (const uint8_t *)body;
    size_t room;
    char *at;

    if (!state)
        return -E_NOMEM;
    while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT && (at = next_piece(out, &room))) {
        uint8_t *to = (uint8_t *)at;
        size_t left = room;

        result = BrotliDecoderDecompressStream(state, &len, &in, &left, &to, NULL);
        buf_added(out, room - left);
    }
    BrotliDecoderDestroyInstance(state);
    return result == BROTLI_DECODER_RESULT_ERROR ? -E_FORMAT : 0;
}

static int unzstd(const char *body, size_t len, struct buf *out)
{
    ZSTD_DStream *stream = ZSTD_createDStream();
    ZSTD_inBuffer in = {body, len, 0};
    size_t room;
    size_t rc = 1;
    char *at;

    if (!stream)
        return -E_NOMEM;
    while ((at = next_piece(out, &room))) {
        ZSTD_outBuffer to = {at, room, 0};

        rc = ZSTD_decompressStream(stream, &to, &in);
        buf_added(out, to.pos);
        if (ZSTD_isError(rc) || (in.pos == in.size && to.pos < to.size))
            break;
    }
    ZSTD_freeDStream(stream);
    return at && ZSTD_isError(rc) ? -E_FORMAT : 0;
}

static int decode_one(const char *coding, size_t n, const char *body, size_t len, struct buf *out)
{
    if ((n == 4 && strncasecmp(coding, "gzip", n) == 0) ||
        (n == 6 && strncasecmp(coding, "x-gzip", n) == 0))
        return inflate_all(body, len, WINDOW_ANY, out);
    if (n == 7 && strncasecmp(coding, "deflate", n) == 0)
        return inflate_either(body, len, out);
    if (n == 2 && strncasecmp(coding, "br", n) == 0)
        return unbrotli(body, len, out);
    if (n == 4 && strncasecmp(coding, "zstd", n) == 0)
        return unzstd(body, len, out);
    if (n == 8 && strncasecmp(coding, "identity", n) == 0)
        return buf_add(out, body, len < out->max - out->len ? len : out->max - out->len);
    return -E_FORMAT;
}

/* Where the last coding of a list begins, and its length; list[0..len) loses it. */
static const char *last_coding(const char *list, size_t *len, size_t *coding_len)
{
    size_t end = *len;
    size_t at;

    while (end && strchr(", \t", list[end - 1]))
        end--;
    at = end;
    while (at && !strchr(", \t", list[at - 1]))
        at--;
    *coding_len = end - at;
    *len = at;
    return list + at;
}

int decode_body(const char *encoding, const char *body, size_t len, struct buf *out)
{
    size_t left = encoding ? strlen(encoding) : 0;
    struct buf before = {0};
    struct buf now;
    int rc = 0;

    for (unsigned i = 0;; i++) {
        size_t n;
        const char *coding = last_coding(encoding ? encoding : "", &left, &n);

        if (!n || rc < 0)
            break;
        if (i == CODINGS_IN_A_ROW_MAX) {
            rc = -E_FORMAT;
            break;
        }
        buf_init(&now, out->max);
        rc = decode_one(coding, n, body, len, &now);
        if (now.failed)
            rc = -E_NOMEM;
        buf_release(&before);
        before = now;
        body = before.data ? before.data : "";
        len = before.len;
    }
    if (len > out->max - out->len)
        len = out->max - out->len;
    /* What came before the fault is as good as the beginning of a body. */
    if (len && (rc == 0 || (rc == -E_FORMAT && before.len)))
        rc = buf_add(out, body, len);
    buf_release(&before);
    return rc;
}
