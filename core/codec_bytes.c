/* Bytes inside JSON documents. */
#include <string.h>

#include "core/base64.h"
#include "core/codec.h"

static const char mark[] = "base64:";
#define MARK_BYTES (sizeof(mark) - 1)

static bool is_marked(const char *data, size_t len)
{
    return len >= MARK_BYTES && memcmp(data, mark, MARK_BYTES) == 0;
}

json_t *codec_bytes(const char *data, size_t len)
{
    json_t *json = NULL;
    struct buf text;

    buf_init(&text, CODEC_BYTES_MAX * 2);
    buf_adds(&text, mark);
    if (base64_encode(&text, data, len) == 0 && !text.failed)
        json = json_stringn_nocheck(text.data, text.len);
    buf_release(&text);
    return json;
}

json_t *codec_text_or_bytes(const char *data, size_t len)
{
    /* jansson refuses what is no UTF-8 */
    json_t *json = is_marked(data, len) ? NULL : json_stringn(len ? data : "", len);

    return json ? json : codec_bytes(data, len);
}

int codec_bytes_of(const json_t *string, struct buf *out, bool *is_text)
{
    const char *text = json_string_value(string);
    size_t len = json_string_length(string);
    size_t before = out->len;
    int rc;

    *is_text = !is_marked(text, len);
    if (*is_text)
        return buf_add(out, text, len);
    rc = base64_decode(out, text + MARK_BYTES, len - MARK_BYTES);
    if (rc != -E_FORMAT)
        return rc;
    out->len = before; /* a person wrote "base64:" and then something else */
    *is_text = true;
    return buf_add(out, text, len);
}
