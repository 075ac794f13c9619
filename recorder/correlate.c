#include "recorder/correlate.h"

#include <string.h>
#include <strings.h>
#define ZLIB_CONST
#include <zlib.h>

#include "core/error.h"
#include "recorder/limits.h"

int correlate_path(struct values *values, const char *path, struct buf *out)
{
    if (dialect_learn_sent(dialect_find("plain"), SENT_PATH, path, strlen(path), values) < 0)
        return -E_NOMEM;
    return values_templatize(values, path, strlen(path), out);
}

/* As much as can be inflated of what may be the beginning of a body only. */
static int inflate_some(const char *body, size_t len, int window_bits, struct buf *out)
{
    z_stream z = {.next_in = (const Bytef *)body, .avail_in = (uInt)len};
    int rc;

    if (inflateInit2(&z, window_bits) != Z_OK)
        return -E_NOMEM;
    do {
        char *room = buf_room(out, FLOW_BYTES);

        if (!room)
            break; /* enough was seen */
        z.next_out = (Bytef *)room;
        z.avail_out = FLOW_BYTES;
        rc = inflate(&z, Z_SYNC_FLUSH);
        buf_added(out, FLOW_BYTES - z.avail_out);
    } while (rc == Z_OK && z.avail_out == 0);
    inflateEnd(&z);
    return 0;
}

/* zlib's word for "gzip or zlib, see what it is"; raw deflate, which some servers mean, is not
 * looked into. */
#define ZLIB_ANY (15 + 32)

static int learn_body(enum step_type type, const char *body, size_t len, struct values *values)
{
    return dialect_learn_answer(dialect_find("plain"), "GET",
                                type == STEP_REQ_TOK ? "/__token__" : "/", NULL, body, len, values);
}

int correlate_body(struct values *values, enum step_type type, const char *encoding,
                   const char *body, size_t len)
{
    struct buf plain;
    int rc;

    if (!encoding || strcasecmp(encoding, "identity") == 0)
        return learn_body(type, body, len, values);
    if (strcasecmp(encoding, "gzip") != 0 && strcasecmp(encoding, "deflate") != 0)
        return 0;
    buf_init(&plain, LOOK_INFLATED_MAX);
    rc = inflate_some(body, len, ZLIB_ANY, &plain);
    if (rc == 0 && plain.len)
        rc = learn_body(type, plain.data, plain.len, values);
    buf_release(&plain);
    return rc;
}

static enum step_type type_of(enum message_kind kind)
{
    switch (kind) {
    case MESSAGE_NOISE:
        return STEP_TYPES;
    case MESSAGE_INIT:
        return STEP_WS_RECV_INIT;
    case MESSAGE_BEGIN_UPLOAD:
        return STEP_WS_RECV_BEGIN_UPLOAD;
    case MESSAGE_OPTIONAL:
    case MESSAGE_DATA:
    case MESSAGE_GONE:
        break;
    }
    return STEP_WS_RECV;
}

static int learn_all(struct values *values, const struct values *learnt)
{
    int rc = 0;

    for (size_t i = 0; i < learnt->count && rc == 0; i++)
        rc = values_set(values, learnt->items[i].name, learnt->items[i].value);
    return rc;
}

int correlate_recv(struct values *values, const struct dialect *dialect, const char *text,
                   size_t len, bool binary, enum step_type *type, struct buf *out)
{
    struct message m = {0};
    int rc = dialect_read(dialect, &m, text, len, binary);

    *type = type_of(m.kind);
    if (rc == 0)
        rc = learn_all(values, &m.learnt);
    if (rc == 0 && *type != STEP_TYPES)
        rc = *type == STEP_WS_RECV ? buf_add(out, text, len)
                                   : values_templatize(values, text, len, out);
    message_release(&m);
    return rc;
}
