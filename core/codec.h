/* Codecs turn frames into JSON documents and, for duties, documents into frames; private to
 * codec_*.c, dialect*.c and conversation.c.
 *
 * A frame carries none, one or several documents.  What is no JSON by itself is told as JSON that
 * the codec makes up: docs/dialects.md, "Codecs".
 * State   of one WebSocket, for codecs whose frames count (sockjs) or belong together (bokeh).  A
 *         codec reads without it (NULL) too: then each frame stands for itself.
 * Bounds  no codec reads beyond a frame, goes deeper than CODEC_DEPTH_MAX or keeps more than
 *         CODEC_BYTES_MAX. */
#ifndef STRETTO_CORE_CODEC_H
#define STRETTO_CORE_CODEC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/json_skim.h"

#define CODEC_DEPTH_MAX 64
#define CODEC_BYTES_MAX ((size_t)64 << 20)

/* Told once for each document, in order.  json is lent; NULL: something came that cannot be read.
 * channel: "" or which of several conversations on one socket.  0, or what decode shall return. */
struct codec_sink {
    int (*document)(void *user, json_t *json, const char *channel);
    void *user;
};

struct codec_frame {
    const char *data;
    size_t len;
    bool binary;
    bool from_client;
    int64_t now_us;
    /* Paths at which the dialect looks for fields inside fields: "4", "4.6".  For codecs that
     * cannot tell a message from a text by itself (protobuf).  NULL: none. */
    json_t *inner;
    /* All that is asked of the documents: a codec may pass over the rest.  NULL: all of them. */
    const struct wanted *wanted;
    /* Those codecs also ask of bytes that could be both: is something in them that is about to be
     * changed?  Then they are a message, whose lengths have to follow.  NULL: nothing is. */
    bool (*is_changed)(void *user, const char *data, size_t len);
    void *user;
};

struct codec {
    const char *name;
    bool text;   /* knows text frames */
    bool binary; /* knows binary frames; what a codec does not know is not shown to it */
    /* A script holds such a message as the text of its document: it came in several frames. */
    bool joins;
    /* Of those: the frames of such a document; 0, what `frame` gave, or -E_NOMEM.  Else NULL. */
    int (*cut)(const json_t *json,
               int (*frame)(void *user, const char *data, size_t len, bool binary), void *user);
    size_t state_bytes; /* 0: none; a zeroed one is ready */
    int (*decode)(const struct codec_frame *frame, void *state, const struct codec_sink *sink);
    /* Appends the document as a frame: 0, -E_FORMAT (it has no such form) or -E_NOMEM.  NULL:
     * duties cannot send.  Sets *binary. */
    int (*encode)(const json_t *json, struct buf *out, bool *binary);
    /* What a client of this codec owes by itself; NULL: nothing.  When (INT64_MAX: nothing is due),
     * and the frame: 1, 0 or -E_NOMEM. */
    int64_t (*due_us)(const void *state);
    int (*owe)(void *state, int64_t now_us, struct buf *out);
    /* A frame that the client sent, for codecs that count those; NULL: it does not matter. */
    void (*sent)(void *state, const char *data, size_t len);
    /* What a client says that leaves for good: appended; 1, 0 (nothing) or -E_NOMEM.  NULL: never.
     */
    int (*leave)(const void *state, struct buf *out);
    /* Goes on where another socket's state ended, should the server say so; NULL: never. */
    void (*resume)(void *state, const void *before);
    void (*release)(void *state);
};

/* NULL: there is none of that name. */
const struct codec *codec_find(const char *name);
/* "json, text, ...", for messages. */
const char *codec_names(void);

extern const struct codec codec_json;
extern const struct codec codec_text;
extern const struct codec codec_signalr;
extern const struct codec codec_sockjs;
extern const struct codec codec_protobuf;
extern const struct codec codec_blazorpack;
extern const struct codec codec_bokeh;

/* Bytes that are no text stand in a document as "base64:...", and so does a text that begins like
 * that.  NULL when memory is refused. */
json_t *codec_bytes(const char *data, size_t len);
/* A text as it is, or as codec_bytes() when it is no UTF-8. */
json_t *codec_text_or_bytes(const char *data, size_t len);
/* The way back; *is_text: it was a text.  0 or -E_NOMEM. */
int codec_bytes_of(const json_t *string, struct buf *out, bool *is_text);

#endif
