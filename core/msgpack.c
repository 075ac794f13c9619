#include "core/msgpack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/codec.h"

struct reading {
    const unsigned char *data;
    size_t len;
    size_t at;
    int depth;
};

/* --- reading --- */

static bool take_number(struct reading *r, size_t bytes, uint64_t *out)
{
    if (r->len - r->at < bytes)
        return false;
    *out = 0;
    for (size_t i = 0; i < bytes; i++)
        *out = *out << 8 | r->data[r->at++];
    return true;
}

static json_t *take_unsigned(struct reading *r, size_t bytes)
{
    uint64_t n;

    if (!take_number(r, bytes, &n))
        return NULL;
    return n > INT64_MAX ? json_real((double)n) : json_integer((json_int_t)n);
}

static json_t *take_signed(struct reading *r, size_t bytes)
{
    uint64_t sign = UINT64_C(1) << (8 * bytes - 1);
    uint64_t n;

    return take_number(r, bytes, &n) ? json_integer((json_int_t)((n ^ sign) - sign)) : NULL;
}

static json_t *take_float(struct reading *r, size_t bytes)
{
    double number;
    uint64_t n;
    uint32_t half;
    float single;

    if (!take_number(r, bytes, &n))
        return NULL;
    half = (uint32_t)n;
    memcpy(&single, &half, sizeof(single));
    memcpy(&number, &n, sizeof(number));
    if (bytes == 4)
        number = (double)single;
    return isfinite(number) ? json_real(number) : json_null();
}

static const char *take_run(struct reading *r, uint64_t bytes)
{
    const char *run = (const char *)r->data + r->at;

    if (bytes > r->len - r->at)
        return NULL;
    r->at += bytes;
    return run;
}

static json_t *take_text(struct reading *r, uint64_t bytes)
{
    const char *run = take_run(r, bytes);

    return run ? codec_text_or_bytes(run, bytes) : NULL;
}

static json_t *take_bytes(struct reading *r, uint64_t bytes)
{
    const char *run = take_run(r, bytes);

    return run ? codec_bytes(run, bytes) : NULL;
}

static json_t *take_extension(struct reading *r, uint64_t bytes)
{
    json_t *type = take_signed(r, 1);
    json_t *data = type ? take_bytes(r, bytes) : NULL;

    if (data)
        return json_pack("{s:o, s:o}", "ext", type, "data", data);
    json_decref(type);
    return NULL;
}

static json_t *take_any(struct reading *r);

static json_t *take_array(struct reading *r, uint64_t count)
{
    json_t *array = json_array();

    /* each item is a byte at least, so a count that lies ends with the data */
    for (uint64_t i = 0; i < count && array; i++) {
        json_t *item = take_any(r);

        if (!item || json_array_append_new(array, item) < 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

/* Steals both. */
static int put(json_t *map, json_t *key, json_t *value)
{
    char *text =
        key && !json_is_string(key) ? json_dumps(key, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    int rc = -1;

    if (json_is_string(key))
        rc = json_object_setn_new(map, json_string_value(key), json_string_length(key), value);
    else if (text)
        rc = json_object_set_new(map, text, value);
    else
        json_decref(value);
    free(text);
    json_decref(key);
    return rc;
}

static json_t *take_map(struct reading *r, uint64_t count)
{
    json_t *map = json_object();

    for (uint64_t i = 0; i < count && map; i++) {
        json_t *key = take_any(r);
        json_t *value = key ? take_any(r) : NULL;

        if (put(map, key, value) < 0) {
            json_decref(map);
            return NULL;
        }
    }
    return map;
}

/* The types whose length or value follows: 0xc4 to 0xdf. */
static json_t *take_long(struct reading *r, unsigned char type)
{
    static const struct {
        json_t *(*take)(struct reading *, uint64_t);
        size_t bytes; /* of the length */
        uint64_t count;
    } sized[] = {
        [0x04] = {take_bytes, 1, 0},      [0x05] = {take_bytes, 2, 0},
        [0x06] = {take_bytes, 4, 0},      [0x07] = {take_extension, 1, 0},
        [0x08] = {take_extension, 2, 0},  [0x09] = {take_extension, 4, 0},
        [0x14] = {take_extension, 0, 1},  [0x15] = {take_extension, 0, 2},
        [0x16] = {take_extension, 0, 4},  [0x17] = {take_extension, 0, 8},
        [0x18] = {take_extension, 0, 16}, [0x19] = {take_text, 1, 0},
        [0x1a] = {take_text, 2, 0},       [0x1b] = {take_text, 4, 0},
        [0x1c] = {take_array, 2, 0},      [0x1d] = {take_array, 4, 0},
        [0x1e] = {take_map, 2, 0},        [0x1f] = {take_map, 4, 0},
    };
    size_t row = type - 0xc0u;
    uint64_t count;

    if (!sized[row].take)
        return NULL;
    count = sized[row].count;
    if (sized[row].bytes && !take_number(r, sized[row].bytes, &count))
        return NULL;
    return sized[row].take(r, count);
}

static json_t *take_typed(struct reading *r, unsigned char type)
{
    switch (type) {
    case 0xc0:
        return json_null();
    case 0xc2:
        return json_false();
    case 0xc3:
        return json_true();
    case 0xca:
        return take_float(r, 4);
    case 0xcb:
        return take_float(r, 8);
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
        return take_unsigned(r, (size_t)1 << (type - 0xcc));
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
        return take_signed(r, (size_t)1 << (type - 0xd0));
    default:
        return take_long(r, type);
    }
}

static json_t *take_one(struct reading *r)
{
    unsigned char type = r->data[r->at++];

    if (type < 0x80)
        return json_integer(type);
    if (type < 0x90)
        return take_map(r, type & 0x0f);
    if (type < 0xa0)
        return take_array(r, type & 0x0f);
    if (type < 0xc0)
        return take_text(r, type & 0x1f);
    if (type >= 0xe0)
        return json_integer((int)type - 0x100);
    return take_typed(r, type);
}

static json_t *take_any(struct reading *r)
{
    json_t *json;

    if (r->at >= r->len || r->depth >= CODEC_DEPTH_MAX)
        return NULL;
    r->depth++;
    json = take_one(r);
    r->depth--;
    return json;
}

json_t *msgpack_read(const char *data, size_t len, size_t *at)
{
    struct reading r = {.data = (const unsigned char *)data, .len = len, .at = *at};
    json_t *json = take_any(&r);

    if (json)
        *at = r.at;
    return json;
}

/* --- writing --- */

/* A type's byte and a big-endian number behind it. */
static int add_number(struct buf *out, int type, uint64_t n, size_t bytes)
{
    char text[9] = {(char)type};

    for (size_t i = 0; i < bytes; i++)
        text[1 + i] = (char)(n >> (8 * (bytes - 1 - i)));
    return buf_add(out, text, 1 + bytes);
}

/* A length in the least form: `fix` (up to `fix_max`) or types of 1, 2 and 4 bytes, of which the
 * first is 0 where there is none. */
static int add_length(struct buf *out, int fix, size_t fix_max, const int types[3], size_t n)
{
    if (fix && n <= fix_max)
        return add_number(out, fix | (int)n, 0, 0);
    if (types[0] && n <= 0xff)
        return add_number(out, types[0], n, 1);
    if (n <= 0xffff)
        return add_number(out, types[1], n, 2);
    return add_number(out, types[2], n, 4);
}

static int add_integer(struct buf *out, json_int_t n)
{
    if (n >= 0 && n < 0x80)
        return add_number(out, (int)n, 0, 0);
    if (n >= 0)
        return n <= UINT8_MAX    ? add_number(out, 0xcc, (uint64_t)n, 1)
               : n <= UINT16_MAX ? add_number(out, 0xcd, (uint64_t)n, 2)
               : n <= UINT32_MAX ? add_number(out, 0xce, (uint64_t)n, 4)
                                 : add_number(out, 0xcf, (uint64_t)n, 8);
    if (n >= -32)
        return add_number(out, (int)(0x100 + n), 0, 0);
    return n >= INT8_MIN    ? add_number(out, 0xd0, (uint64_t)n, 1)
           : n >= INT16_MIN ? add_number(out, 0xd1, (uint64_t)n, 2)
           : n >= INT32_MIN ? add_number(out, 0xd2, (uint64_t)n, 4)
                            : add_number(out, 0xd3, (uint64_t)n, 8);
}

static int add_string(const json_t *json, struct buf *out)
{
    static const int texts[3] = {0xd9, 0xda, 0xdb};
    static const int bytes_types[3] = {0xc4, 0xc5, 0xc6};
    struct buf bytes;
    bool is_text;
    int rc;

    buf_init(&bytes, CODEC_BYTES_MAX);
    rc = codec_bytes_of(json, &bytes, &is_text);
    if (rc == 0)
        rc = is_text ? add_length(out, 0xa0, 31, texts, bytes.len)
                     : add_length(out, 0, 0, bytes_types, bytes.len);
    if (rc == 0 && bytes.len)
        rc = buf_add(out, bytes.data, bytes.len);
    buf_release(&bytes);
    return rc;
}

/* Keys may be bytes too. */
static int add_key(const char *key, size_t len, struct buf *out)
{
    json_t *json = json_stringn_nocheck(key, len);
    int rc = json ? add_string(json, out) : -E_NOMEM;

    json_decref(json);
    return rc;
}

static int add_any(const json_t *json, struct buf *out, int depth);

static int add_array(const json_t *json, struct buf *out, int depth)
{
    static const int types[3] = {0, 0xdc, 0xdd};
    size_t n = json_array_size(json);
    int rc = add_length(out, 0x90, 15, types, n);

    for (size_t i = 0; i < n && rc == 0; i++)
        rc = add_any(json_array_get(json, i), out, depth);
    return rc;
}

static int add_map(const json_t *json, struct buf *out, int depth)
{
    static const int types[3] = {0, 0xde, 0xdf};
    const char *key;
    size_t key_len;
    json_t *value;
    int rc = add_length(out, 0x80, 15, types, json_object_size(json));

    json_object_keylen_foreach((json_t *)json, key, key_len, value)
    {
        if (rc == 0)
            rc = add_key(key, key_len, out);
        if (rc == 0)
            rc = add_any(value, out, depth);
    }
    return rc;
}

static int add_real(struct buf *out, double number)
{
    uint64_t bits;

    memcpy(&bits, &number, sizeof(bits));
    return add_number(out, 0xcb, bits, 8);
}

static int add_any(const json_t *json, struct buf *out, int depth)
{
    if (depth >= CODEC_DEPTH_MAX)
        return -E_FORMAT;
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return add_map(json, out, depth + 1);
    case JSON_ARRAY:
        return add_array(json, out, depth + 1);
    case JSON_STRING:
        return add_string(json, out);
    case JSON_INTEGER:
        return add_integer(out, json_integer_value(json));
    case JSON_REAL:
        return add_real(out, json_real_value(json));
    case JSON_TRUE:
        return buf_addc(out, '\xc3');
    case JSON_FALSE:
        return buf_addc(out, '\xc2');
    case JSON_NULL:
        break;
    }
    return buf_addc(out, '\xc0');
}

int msgpack_write(const json_t *json, struct buf *out)
{
    return add_any(json, out, 0);
}
