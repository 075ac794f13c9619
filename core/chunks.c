#include "core/chunks.h"

#include <string.h>

/* Of a chunk's size: more than any file. */
#define SIZE_DIGITS_MAX 15

void chunks_init(struct chunks *c)
{
    *c = (struct chunks){0};
    buf_init(&c->line, CHUNKS_TRAILER_MAX);
}

void chunks_release(struct chunks *c)
{
    buf_release(&c->line);
    headers_release(&c->trailers);
}

static int broken(struct error *err, const char *why)
{
    return error_set(err, E_PROTOCOL, "the chunked body is broken: %s", why);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int take_size(struct chunks *c, char byte, struct error *err)
{
    int digit = hex_value(byte);

    if (digit >= 0) {
        c->left = c->left * 16 + (unsigned)digit;
        return ++c->digits > SIZE_DIGITS_MAX ? broken(err, "a chunk is too large") : 0;
    }
    if (!c->digits)
        return broken(err, "a chunk has no size");
    if (byte == '\r')
        c->at = CHUNKS_SIZE_LF;
    else if (byte == ';' || byte == ' ' || byte == '\t')
        c->at = CHUNKS_EXTENSION;
    else
        return broken(err, "a chunk's size is no number");
    return 0;
}

static int take_extension(struct chunks *c, char byte, struct error *err)
{
    if (byte == '\r')
        c->at = CHUNKS_SIZE_LF;
    else if (byte == '\n' || byte == 0 || ++c->extension_bytes > CHUNKS_EXTENSION_MAX)
        return broken(err, "a chunk's extension is no text or too long");
    return 0;
}

static int take_size_end(struct chunks *c, char byte, struct error *err)
{
    if (byte != '\n')
        return broken(err, "a chunk's size does not end with a line");
    c->at = c->left ? CHUNKS_DATA : CHUNKS_TRAILER;
    c->digits = 0;
    c->extension_bytes = 0;
    return 0;
}

static int end_trailer(struct chunks *c, struct error *err)
{
    size_t len = c->line.len - 1;
    int rc = 0;

    if (!len) {
        c->at = CHUNKS_DONE;
        return 0;
    }
    if (memchr(c->line.data, '\r', len))
        return broken(err, "a trailer has a control character");
    if (*c->line.data == ' ' || *c->line.data == '\t')
        rc = headers_fold(&c->trailers, c->line.data, len);
    else if (!memchr(c->line.data, ':', len) || *c->line.data == ':')
        return broken(err, "a trailer is not written NAME: VALUE");
    else
        rc = headers_add_line(&c->trailers, c->line.data, len);
    buf_clear(&c->line);
    return rc < 0 ? error_nomem(err) : 0;
}

static int take_trailer(struct chunks *c, char byte, struct error *err)
{
    if (byte == 0 || ++c->trailer_bytes > CHUNKS_TRAILER_MAX)
        return broken(err, "its trailers are no text or too long");
    if (byte != '\n')
        return buf_addc(&c->line, byte) < 0 ? error_nomem(err) : 0;
    if (!c->line.len || c->line.data[c->line.len - 1] != '\r')
        return broken(err, "a trailer does not end with a line");
    return end_trailer(c, err);
}

/* Any byte that is not of the body itself. */
static int take_byte(struct chunks *c, char byte, struct error *err)
{
    switch (c->at) {
    case CHUNKS_SIZE:
        return take_size(c, byte, err);
    case CHUNKS_EXTENSION:
        return take_extension(c, byte, err);
    case CHUNKS_SIZE_LF:
        return take_size_end(c, byte, err);
    case CHUNKS_DATA_CR:
        c->at = CHUNKS_DATA_LF;
        return byte == '\r' ? 0 : broken(err, "a chunk is longer than its size");
    case CHUNKS_DATA_LF:
        c->at = CHUNKS_SIZE;
        return byte == '\n' ? 0 : broken(err, "a chunk is longer than its size");
    default:
        return take_trailer(c, byte, err);
    }
}

ssize_t chunks_take(struct chunks *c, const char *in, size_t len, const char **data,
                    size_t *data_len, struct error *err)
{
    size_t n = 0;
    int rc = 0;

    *data = NULL;
    *data_len = 0;
    while (n < len && rc == 0 && c->at != CHUNKS_DATA && c->at != CHUNKS_DONE)
        rc = take_byte(c, in[n++], err);
    if (rc < 0)
        return rc;
    if (c->at == CHUNKS_DATA && n < len) {
        *data = in + n;
        *data_len = len - n < c->left ? len - n : (size_t)c->left;
        c->left -= *data_len;
        n += *data_len;
        if (!c->left)
            c->at = CHUNKS_DATA_CR;
    }
    return (ssize_t)n;
}
