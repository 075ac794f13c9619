/* Bokeh's messages, several frames each: header, metadata and content, all JSON, then for each
 * buffer that the header announces its own header and its bytes.
 *
 * A message is the document {"header":..,"metadata":..,"content":..}, once its last frame has come;
 * that is also the text by which a script holds a received message, and as such it is read without
 * the frames.  What the browser sends is recorded frame by frame, and each is a document.
 * Source: bokeh protocol/message.py, protocol/receiver.py. */
#include <stdlib.h>
#include <string.h>

#include "core/codec.h"

/* More buffers than this is no message of Bokeh's. */
#define BUFFERS_MAX 100000

struct bokeh_state {
    json_t *message; /* what has come of it; NULL: nothing */
    size_t frames;   /* of it */
    size_t buffers;  /* announced */
};

static const char *const parts[] = {"header", "metadata", "content"};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static json_t *load(const struct codec_frame *frame)
{
    return frame->binary ? NULL : json_loadb(frame->data, frame->len, JSON_ALLOW_NUL, NULL);
}

static void forget(struct bokeh_state *s)
{
    json_decref(s->message);
    *s = (struct bokeh_state){0};
}

static int tell(struct bokeh_state *s, const struct codec_sink *sink)
{
    int rc;

    if (s->frames < PARTS + 2 * s->buffers)
        return 0;
    rc = sink->document(sink->user, s->message, "");
    forget(s);
    return rc;
}

static bool is_header(const json_t *json)
{
    return json_is_string(json_object_get(json, "msgtype"));
}

static int refuse(struct bokeh_state *s, json_t *json, const struct codec_sink *sink)
{
    json_decref(json);
    forget(s);
    return sink->document(sink->user, NULL, "");
}

/* One of the three JSON frames. */
static int take_part(struct bokeh_state *s, const struct codec_frame *frame,
                     const struct codec_sink *sink)
{
    json_t *json = load(frame);
    json_int_t buffers = json_integer_value(json_object_get(json, "num_buffers"));

    if (!json || (s->frames == 0 && !is_header(json)) || buffers < 0 || buffers > BUFFERS_MAX)
        return refuse(s, json, sink);
    if (s->frames == 0) {
        s->message = json_object();
        s->buffers = (size_t)buffers;
    }
    if (json_object_set_new(s->message, parts[s->frames], json) < 0)
        return -E_NOMEM;
    s->frames++;
    return tell(s, sink);
}

static int take_frame(struct bokeh_state *s, const struct codec_frame *frame,
                      const struct codec_sink *sink)
{
    if (s->frames < PARTS)
        return take_part(s, frame, sink);
    s->frames++;
    return tell(s, sink);
}

/* A frame by itself: a message as a script holds it, or one of the browser's. */
static int tell_alone(const struct codec_frame *frame, const struct codec_sink *sink)
{
    json_t *json = load(frame);
    int rc = 0;

    if (frame->from_client ? json != NULL : json_is_object(json_object_get(json, "header")))
        rc = sink->document(sink->user, json, "");
    else if (!json && !frame->binary)
        rc = sink->document(sink->user, NULL, "");
    json_decref(json);
    return rc;
}

static int decode(const struct codec_frame *frame, void *state, const struct codec_sink *sink)
{
    return state ? take_frame(state, frame, sink) : tell_alone(frame, sink);
}

static int cut_part(const json_t *part,
                    int (*frame)(void *user, const char *data, size_t len, bool binary), void *user)
{
    char *text = part ? json_dumps(part, JSON_COMPACT) : strdup("{}");
    int rc = text ? frame(user, text, strlen(text), false) : -E_NOMEM;

    free(text);
    return rc;
}

/* The bytes of its buffers are in no script. */
static int cut(const json_t *json,
               int (*frame)(void *user, const char *data, size_t len, bool binary), void *user)
{
    static const char id[] = "{\"id\":\"1\"}";
    json_t *count = json_object_get(json_object_get(json, "header"), "num_buffers");
    json_int_t buffers = json_integer_value(count);
    int rc = 0;

    for (size_t i = 0; i < PARTS && rc == 0; i++)
        rc = cut_part(json_object_get(json, parts[i]), frame, user);
    for (json_int_t i = 0; i < buffers && i < BUFFERS_MAX && rc == 0; i++) {
        rc = frame(user, id, sizeof(id) - 1, false);
        if (rc == 0)
            rc = frame(user, "\0", 1, true);
    }
    return rc;
}

static void release(void *state)
{
    forget(state);
}

const struct codec codec_bokeh = {
    .name = "bokeh",
    .text = true,
    .binary = true,
    .joins = true,
    .state_bytes = sizeof(struct bokeh_state),
    .decode = decode,
    .cut = cut,
    .release = release,
};
