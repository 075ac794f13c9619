/* Protocol Buffers without their schema: field numbers are the keys.
 *
 * {"4":{"1":"..."},"6":1}; a field that repeats is a list.  Varints and fixed integers are numbers,
 * fixed fields that make a finite number are reals.  Bytes of a field may be a text, a message or
 * neither, and nothing on the wire says which: what is readable text is a text, else what reads
 * wholly as a message is one, else bytes ("base64:...").  A text and a message can look the same
 * ("hi" is field 13 = 105), so where the dialect itself looks below a field it is a message, and
 * where session values are put in or taken out, too.
 * Source: protobuf.dev, "Encoding". */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/codec.h"

#define PATH_BYTES_MAX 256
/* The largest field number there is has 9 digits. */
#define KEY_BYTES 12
#define FIELD_NUMBER_MAX ((UINT64_C(1) << 29) - 1)

enum wire { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

struct walk {
    const unsigned char *at;
    const unsigned char *end;
    const struct codec_frame *frame;
    char path[PATH_BYTES_MAX]; /* of the message: "4.6" */
    int depth;
};

/* --- reading --- */

static bool take_varint(struct walk *w, uint64_t *out)
{
    uint64_t value = 0;

    for (int shift = 0; shift < 64 && w->at < w->end; shift += 7) {
        unsigned char byte = *w->at++;

        if (shift == 63 && byte > 1)
            return false;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *out = value;
            return true;
        }
    }
    return false;
}

static bool take_fixed(struct walk *w, size_t bytes, uint64_t *out)
{
    if ((size_t)(w->end - w->at) < bytes)
        return false;
    *out = 0;
    for (size_t i = 0; i < bytes; i++)
        *out |= (uint64_t)w->at[i] << (8 * i);
    w->at += bytes;
    return true;
}

static json_t *real_of(uint64_t bits, size_t bytes)
{
    uint32_t half = (uint32_t)bits;
    double number;
    float single;

    if (bytes == 4) {
        memcpy(&single, &half, sizeof(single));
        number = (double)single;
    } else {
        memcpy(&number, &bits, sizeof(number));
    }
    return isfinite(number) ? json_real(number) : json_integer((json_int_t)bits);
}

/* No control characters but those of a text, and valid UTF-8: jansson looks at that. */
static json_t *text_of(const unsigned char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((data[i] < 0x20 && data[i] != '\n' && data[i] != '\r' && data[i] != '\t') ||
            data[i] == 0x7f)
            return NULL;
    }
    if (len >= 7 && memcmp(data, "base64:", 7) == 0)
        return NULL;
    return json_stringn((const char *)data, len);
}

static json_t *walk_message(struct walk *w);

static json_t *message_of(const struct walk *w, const char *path, const unsigned char *data,
                          size_t len)
{
    struct walk below = {.at = data, .end = data + len, .frame = w->frame, .depth = w->depth + 1};

    if (w->depth >= CODEC_DEPTH_MAX)
        return NULL;
    snprintf(below.path, sizeof(below.path), "%.*s", PATH_BYTES_MAX - 1, path);
    return walk_message(&below);
}

static bool is_message(const struct codec_frame *frame, const char *path, const unsigned char *data,
                       size_t len)
{
    return json_object_get(frame->inner, path) ||
           (frame->is_changed && frame->is_changed(frame->user, (const char *)data, len));
}

static json_t *bytes_of(const struct walk *w, const char *key, const unsigned char *data,
                        size_t len)
{
    char path[PATH_BYTES_MAX + KEY_BYTES];
    json_t *json = NULL;
    bool first;

    snprintf(path, sizeof(path), "%s%s%s", w->path, *w->path ? "." : "", key);
    first = is_message(w->frame, path, data, len);
    if (first)
        json = message_of(w, path, data, len);
    if (!json)
        json = text_of(data, len);
    if (!json && !first) /* once: what is no message at any level would be walked 2^level times */
        json = message_of(w, path, data, len);
    return json ? json : codec_bytes((const char *)data, len);
}

/* The value of a field; NULL: this is no message, or memory was refused. */
static json_t *take_value(struct walk *w, unsigned wire, const char *key)
{
    const unsigned char *data;
    uint64_t n;

    switch (wire) {
    case WIRE_VARINT:
        return take_varint(w, &n) ? json_integer((json_int_t)n) : NULL;
    case WIRE_FIXED64:
        return take_fixed(w, 8, &n) ? real_of(n, 8) : NULL;
    case WIRE_FIXED32:
        return take_fixed(w, 4, &n) ? real_of(n, 4) : NULL;
    case WIRE_BYTES:
        if (!take_varint(w, &n) || n > (uint64_t)(w->end - w->at))
            return NULL;
        data = w->at;
        w->at += n;
        return bytes_of(w, key, data, (size_t)n);
    default: /* groups are not used any more */
        return NULL;
    }
}

/* A field that comes again makes a list.  Steals value. */
static int put(json_t *message, const char *key, json_t *value)
{
    json_t *old = json_object_get(message, key);
    json_t *list;

    if (!old)
        return json_object_set_new(message, key, value);
    if (json_is_array(old))
        return json_array_append_new(old, value);
    list = json_array();
    if (json_array_append(list, old) < 0 || json_array_append_new(list, value) < 0) {
        json_decref(list);
        return -1;
    }
    return json_object_set_new(message, key, list);
}

static bool take_field(struct walk *w, json_t *message)
{
    char key[KEY_BYTES];
    json_t *value;
    uint64_t tag;

    if (!take_varint(w, &tag) || tag >> 3 == 0 || tag >> 3 > FIELD_NUMBER_MAX)
        return false;
    snprintf(key, sizeof(key), "%u", (unsigned)(tag >> 3));
    value = take_value(w, tag & 7, key);
    return value && put(message, key, value) == 0;
}

static json_t *walk_message(struct walk *w)
{
    json_t *message = json_object();

    while (message && w->at < w->end) {
        if (!take_field(w, message)) {
            json_decref(message);
            return NULL;
        }
    }
    return message;
}

static int decode(const struct codec_frame *frame, void *state, const struct codec_sink *sink)
{
    const unsigned char *data = (const unsigned char *)frame->data;
    struct walk w = {.at = data, .end = data + frame->len, .frame = frame};
    json_t *json = walk_message(&w);
    int rc = sink->document(sink->user, json, "");

    (void)state;
    json_decref(json);
    return rc;
}

/* --- writing --- */

static int add_varint(struct buf *out, uint64_t n)
{
    char bytes[10];
    size_t len = 0;

    do {
        bytes[len++] = (char)((n & 0x7f) | (n > 0x7f ? 0x80 : 0));
        n >>= 7;
    } while (n);
    return buf_add(out, bytes, len);
}

static int add_tag(struct buf *out, uint64_t field, enum wire wire)
{
    return add_varint(out, field << 3 | wire);
}

static int add_bytes(struct buf *out, uint64_t field, const struct buf *bytes)
{
    add_tag(out, field, WIRE_BYTES);
    add_varint(out, bytes->len);
    return bytes->len ? buf_add(out, bytes->data, bytes->len) : 0;
}

static int add_real(struct buf *out, uint64_t field, double number)
{
    char bytes[8];
    uint64_t bits;

    memcpy(&bits, &number, sizeof(bits));
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(bits >> (8 * i));
    add_tag(out, field, WIRE_FIXED64);
    return buf_add(out, bytes, sizeof(bytes));
}

static int add_message(const json_t *json, struct buf *out, int depth);

static int add_length_delimited(struct buf *out, uint64_t field, const json_t *value, int depth)
{
    struct buf bytes;
    bool is_text;
    int rc;

    buf_init(&bytes, CODEC_BYTES_MAX);
    rc = json_is_string(value) ? codec_bytes_of(value, &bytes, &is_text)
                               : add_message(value, &bytes, depth + 1);
    if (rc == 0)
        rc = add_bytes(out, field, &bytes);
    buf_release(&bytes);
    return rc;
}

static int add_field(struct buf *out, uint64_t field, const json_t *value, int depth)
{
    int rc = 0;

    switch (json_typeof(value)) {
    case JSON_STRING:
    case JSON_OBJECT:
        return add_length_delimited(out, field, value, depth);
    case JSON_REAL:
        return add_real(out, field, json_real_value(value));
    case JSON_INTEGER:
        add_tag(out, field, WIRE_VARINT);
        return add_varint(out, (uint64_t)json_integer_value(value));
    case JSON_TRUE:
    case JSON_FALSE:
        add_tag(out, field, WIRE_VARINT);
        return add_varint(out, json_is_true(value));
    case JSON_ARRAY:
        for (size_t i = 0; i < json_array_size(value) && rc == 0; i++)
            rc = json_is_array(json_array_get(value, i))
                     ? -E_FORMAT
                     : add_field(out, field, json_array_get(value, i), depth);
        return rc;
    case JSON_NULL:
        break;
    }
    return 0;
}

static int add_message(const json_t *json, struct buf *out, int depth)
{
    const char *key;
    json_t *value;

    if (!json_is_object(json) || depth > CODEC_DEPTH_MAX)
        return -E_FORMAT;
    json_object_foreach((json_t *)json, key, value)
    {
        char *end;
        unsigned long field = strtoul(key, &end, 10);
        int rc;

        if (*end || end == key || *key == '-' || !field || field > FIELD_NUMBER_MAX)
            return -E_FORMAT;
        rc = add_field(out, field, value, depth);
        if (rc < 0)
            return rc;
    }
    return out->failed ? -E_NOMEM : 0;
}

static int encode(const json_t *json, struct buf *out, bool *binary)
{
    *binary = true;
    return add_message(json, out, 0);
}

const struct codec codec_protobuf = {
    .name = "protobuf",
    .binary = true,
    .decode = decode,
    .encode = encode,
};
