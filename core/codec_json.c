/* The codecs whose frames are JSON text, or just text. */
#include <stdlib.h>
#include <string.h>

#include "core/codec.h"

static const struct codec *const codecs[] = {
    &codec_json,     &codec_text,       &codec_sockjs, &codec_signalr,
    &codec_protobuf, &codec_blazorpack, &codec_bokeh,
};

const struct codec *codec_find(const char *name)
{
    for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
        if (strcmp(codecs[i]->name, name) == 0)
            return codecs[i];
    }
    return NULL;
}

const char *codec_names(void)
{
    return "json, text, sockjs, signalr, protobuf, blazorpack, bokeh";
}

static int add_json(const json_t *json, struct buf *out)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    int rc = text ? buf_adds(out, text) : -E_NOMEM;

    free(text);
    return rc;
}

static int tell_json(const struct codec_frame *frame, const char *data, size_t len,
                     const struct codec_sink *sink)
{
    json_t *json = json_skim(data, len, JSON_DECODE_ANY, frame->wanted);
    int rc = sink->document(sink->user, json, "");

    json_decref(json);
    return rc;
}

static int decode_json(const struct codec_frame *frame, void *state, const struct codec_sink *sink)
{
    (void)state;
    return tell_json(frame, frame->data, frame->len, sink);
}

static int encode_json(const json_t *json, struct buf *out, bool *binary)
{
    *binary = false;
    return add_json(json, out);
}

const struct codec codec_json = {
    .name = "json",
    .text = true,
    .decode = decode_json,
    .encode = encode_json,
};

/* A text is one document: a JSON string, found at the empty path. */
static int decode_text(const struct codec_frame *frame, void *state, const struct codec_sink *sink)
{
    json_t *json = codec_text_or_bytes(frame->data, frame->len);
    int rc;

    (void)state;
    if (!json)
        return -E_NOMEM;
    rc = sink->document(sink->user, json, "");
    json_decref(json);
    return rc;
}

static int encode_text(const json_t *json, struct buf *out, bool *binary)
{
    bool is_text;

    *binary = false;
    return json_is_string(json) ? codec_bytes_of(json, out, &is_text) : -E_FORMAT;
}

const struct codec codec_text = {
    .name = "text",
    .text = true,
    .decode = decode_text,
    .encode = encode_text,
};

/* SignalR's JSON hub protocol: records, each ended by this. */
#define RECORD_END '\x1e'

static int decode_signalr(const struct codec_frame *frame, void *state,
                          const struct codec_sink *sink)
{
    const char *at = frame->data;
    const char *end = at + frame->len;
    int rc = 0;

    (void)state;
    while (at < end && rc == 0) {
        const char *stop = memchr(at, RECORD_END, (size_t)(end - at));

        rc = tell_json(frame, at, (size_t)((stop ? stop : end) - at), sink);
        at = stop ? stop + 1 : end;
    }
    return rc;
}

static int encode_signalr(const json_t *json, struct buf *out, bool *binary)
{
    *binary = false;
    return add_json(json, out) < 0 ? -E_NOMEM : buf_addc(out, RECORD_END);
}

const struct codec codec_signalr = {
    .name = "signalr",
    .text = true,
    .decode = decode_signalr,
    .encode = encode_signalr,
};
