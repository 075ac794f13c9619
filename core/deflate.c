/* A message ends with an empty stored block (Z_SYNC_FLUSH) whose last four bytes stay at home, so
 * the reader adds them.  A sender may also end a message by a final block; zlib then wants to be
 * told to go on, with the window that it has (RFC 7692 7.2.3.4). */
#include "core/deflate.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#define ZLIB_CONST
#include <zlib.h>

#define EXTENSION "permessage-deflate"
#define WINDOW_BITS_MAX 15
/* Of a receiver: senders have been met that take 9 bits for 8. */
#define WINDOW_BITS_MIN 9
/* A sender may use less than what was agreed on.  zlib asks for 256 KiB with a whole window; with
 * these a session of thousands asks for 24 KiB and text becomes hardly larger. */
#define SEND_WINDOW_BITS 11
#define SEND_MEMORY_LEVEL 4
/* What the result grows by. */
#define STEP_BYTES ((size_t)16 << 10)

static const unsigned char tail[4] = {0, 0, 0xff, 0xff};

/* --- terms --- */

struct word {
    const char *text;
    size_t len;
};

static struct word trimmed(const char *text, size_t len)
{
    while (len && strchr(" \t", *text)) {
        text++;
        len--;
    }
    while (len && strchr(" \t", text[len - 1]))
        len--;
    return (struct word){text, len};
}

static bool is(struct word word, const char *text)
{
    return word.len == strlen(text) && strncasecmp(word.text, text, word.len) == 0;
}

static int refuse(struct error *err, const char *answer)
{
    return error_set(err, E_PROTOCOL, "no such WebSocket extension is known: %s", answer);
}

/* 8..15 as it stands or in quotes; 0 for anything else. */
static int window_bits(struct word value)
{
    if (value.len >= 2 && value.text[0] == '"' && value.text[value.len - 1] == '"')
        value = (struct word){value.text + 1, value.len - 2};
    for (int bits = 8; bits <= WINDOW_BITS_MAX; bits++) {
        char text[3] = {(char)(bits < 10 ? '0' + bits : '1'),
                        (char)(bits < 10 ? 0 : '0' + bits - 10), 0};

        if (is(value, text))
            return bits;
    }
    return 0;
}

static bool take_parameter(struct deflate_terms *terms, struct word name, struct word value)
{
    const struct {
        const char *takeover;
        const char *bits;
        struct deflate_side *side;
    } sides[] = {{"client_no_context_takeover", "client_max_window_bits", &terms->client},
                 {"server_no_context_takeover", "server_max_window_bits", &terms->server}};

    for (size_t i = 0; i < 2; i++) {
        struct deflate_side *side = sides[i].side;

        if (is(name, sides[i].takeover) && !value.text && !side->no_takeover)
            return side->no_takeover = true;
        if (is(name, sides[i].bits) && value.text && !side->window_bits)
            return (side->window_bits = window_bits(value)) != 0;
    }
    return false;
}

static bool take_part(struct deflate_terms *terms, struct word part)
{
    const char *equals = memchr(part.text, '=', part.len);
    size_t len = equals ? (size_t)(equals - part.text) : part.len;
    struct word value = {0};

    if (equals)
        value = trimmed(equals + 1, part.len - len - 1);
    return take_parameter(terms, trimmed(part.text, len), value);
}

static void fill_windows(struct deflate_terms *terms)
{
    if (!terms->client.window_bits)
        terms->client.window_bits = WINDOW_BITS_MAX;
    if (!terms->server.window_bits)
        terms->server.window_bits = WINDOW_BITS_MAX;
}

int deflate_terms_read(struct deflate_terms *out, const char *answer, struct error *err)
{
    const char *at = answer ? answer : "";
    size_t len = strcspn(at, ";");

    *out = (struct deflate_terms){0};
    if (!trimmed(at, strlen(at)).len)
        return 0;
    if (!is(trimmed(at, len), EXTENSION))
        return refuse(err, answer);
    for (at += len; *at; at += len) {
        at++;
        len = strcspn(at, ";");
        if (!take_part(out, trimmed(at, len)))
            return refuse(err, answer);
    }
    out->agreed = true;
    fill_windows(out);
    return 0;
}

/* --- what both directions share --- */

static bool grow(struct buf *out, z_stream *z, size_t *room)
{
    size_t left = out->max - out->len;
    char *at;

    *room = left < STEP_BYTES ? left : STEP_BYTES;
    at = *room ? buf_room(out, *room) : NULL;
    z->next_out = (Bytef *)at;
    z->avail_out = (uInt)*room;
    return at != NULL;
}

static int cannot_grow(const struct buf *out, struct error *err)
{
    if (out->len < out->max)
        return error_nomem(err);
    return error_set(err, E_PROTOCOL, "a compressed message is larger than %zu MiB",
                     out->max >> 20);
}

/* --- sending --- */

void deflater_init(struct deflater *d, const struct deflate_side *side)
{
    *d = (struct deflater){.side = *side};
}

void deflater_release(struct deflater *d)
{
    if (d->z)
        deflateEnd(d->z);
    free(d->z);
    d->z = NULL;
}

bool deflater_can(const struct deflater *d)
{
    return d->side.window_bits > 8;
}

static int begin_deflate(struct deflater *d)
{
    int bits = d->side.window_bits < SEND_WINDOW_BITS ? d->side.window_bits : SEND_WINDOW_BITS;
    z_stream *z = calloc(1, sizeof(*z));

    if (!z)
        return -E_NOMEM;
    if (deflateInit2(z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -bits, SEND_MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        free(z);
        return -E_NOMEM;
    }
    d->z = z;
    return 0;
}

int deflater_add(struct deflater *d, const void *data, size_t len, struct buf *out,
                 struct error *err)
{
    size_t room;

    if (!len) /* zlib has nothing to flush then; RFC 7692 7.2.3.6 names this byte */
        return buf_addc(out, 0) < 0 ? error_nomem(err) : 0;
    if (!d->z && begin_deflate(d) < 0)
        return error_nomem(err);
    d->z->next_in = data;
    d->z->avail_in = (uInt)len;
    do {
        if (!grow(out, d->z, &room))
            return cannot_grow(out, err);
        deflate(d->z, Z_SYNC_FLUSH);
        buf_added(out, room - d->z->avail_out);
    } while (!d->z->avail_out);
    out->len -= sizeof(tail);
    out->data[out->len] = 0;
    if (d->side.no_takeover)
        deflater_release(d);
    return 0;
}

/* --- receiving --- */

void inflater_init(struct inflater *i, const struct deflate_side *side)
{
    *i = (struct inflater){.side = *side};
}

void inflater_release(struct inflater *i)
{
    if (i->z)
        inflateEnd(i->z);
    free(i->z);
    i->z = NULL;
}

static int begin_inflate(struct inflater *i)
{
    int bits = i->side.window_bits < WINDOW_BITS_MIN ? WINDOW_BITS_MIN : i->side.window_bits;
    z_stream *z = calloc(1, sizeof(*z));

    if (!z)
        return -E_NOMEM;
    if (inflateInit2(z, -bits) != Z_OK) {
        free(z);
        return -E_NOMEM;
    }
    i->z = z;
    return 0;
}

static int inflate_part(z_stream *z, const void *data, size_t len, struct buf *out,
                        struct error *err)
{
    int rc = Z_OK;

    z->next_in = data;
    z->avail_in = (uInt)len;
    while (z->avail_in || !z->avail_out) {
        size_t room;

        if (!grow(out, z, &room))
            return cannot_grow(out, err);
        rc = inflate(z, Z_SYNC_FLUSH);
        buf_added(out, room - z->avail_out);
        if (rc == Z_STREAM_END)
            rc = inflateResetKeep(z);
        if (rc == Z_MEM_ERROR)
            return error_nomem(err);
        if (rc == Z_BUF_ERROR)
            break; /* no progress: all is read and written */
        if (rc != Z_OK)
            return error_set(err, E_PROTOCOL, "a compressed message cannot be inflated: %s",
                             z->msg ? z->msg : "its bytes are not deflate's");
    }
    return 0;
}

int inflater_add(struct inflater *i, const void *data, size_t len, struct buf *out,
                 struct error *err)
{
    int rc;

    if (!i->z && begin_inflate(i) < 0)
        return error_nomem(err);
    i->z->avail_out = 1; /* nothing waits from before */
    rc = inflate_part(i->z, data, len, out, err);
    if (rc == 0)
        rc = inflate_part(i->z, tail, sizeof(tail), out, err);
    if (rc == 0 && i->side.no_takeover)
        inflater_release(i);
    return rc;
}
