/* SignalR's binary hub protocol, as Blazor speaks it: records of MessagePack, the length of each in
 * front as a varint.  Hubs shake hands in a text record before: {"protocol":"blazorpack"}\x1e.
 * Source: dotnet/aspnetcore, SignalR HubProtocol.md. */
#include <string.h>

#include "core/codec.h"
#include "core/msgpack.h"

/* The prefix of the longest record: 2 GB. */
#define PREFIX_BYTES_MAX 5

static bool take_length(const char *data, size_t len, size_t *at, size_t *out)
{
    size_t value = 0;

    for (int i = 0; i < PREFIX_BYTES_MAX && *at < len; i++) {
        unsigned char byte = (unsigned char)data[(*at)++];

        value |= (size_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *out = value;
            return value <= len - *at;
        }
    }
    return false;
}

/* The record is one value, and nothing behind it. */
static int tell_record(const char *data, size_t len, const struct codec_sink *sink)
{
    size_t at = 0;
    json_t *json = msgpack_read(data, len, &at);
    int rc = sink->document(sink->user, at == len ? json : NULL, "");

    json_decref(json);
    return rc;
}

/* The server shakes hands in a binary frame too; a record of that length goes on with an array. */
static bool is_handshake(const struct codec_frame *frame)
{
    return frame->len >= 3 && frame->data[0] == '{' &&
           (frame->data[1] == '"' || frame->data[1] == '}') && frame->data[frame->len - 1] == 0x1e;
}

static int decode(const struct codec_frame *frame, void *state, const struct codec_sink *sink)
{
    size_t at = 0;
    int rc = 0;

    if (!frame->binary || is_handshake(frame))
        return codec_signalr.decode(frame, state, sink);
    while (at < frame->len && rc == 0) {
        size_t record;

        if (!take_length(frame->data, frame->len, &at, &record))
            return sink->document(sink->user, NULL, "");
        rc = tell_record(frame->data + at, record, sink);
        at += record;
    }
    return rc;
}

static int add_length(struct buf *out, size_t n)
{
    do {
        if (buf_addc(out, (char)((n & 0x7f) | (n > 0x7f ? 0x80 : 0))) < 0)
            return -E_NOMEM;
        n >>= 7;
    } while (n);
    return 0;
}

static int encode(const json_t *json, struct buf *out, bool *binary)
{
    struct buf record;
    int rc;

    *binary = true;
    buf_init(&record, CODEC_BYTES_MAX);
    rc = msgpack_write(json, &record);
    if (rc == 0)
        rc = add_length(out, record.len);
    if (rc == 0)
        rc = buf_add(out, record.data, record.len);
    buf_release(&record);
    return rc;
}

const struct codec codec_blazorpack = {
    .name = "blazorpack",
    .text = true,
    .binary = true,
    .decode = decode,
    .encode = encode,
};
