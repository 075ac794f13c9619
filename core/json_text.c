#include "core/json_text.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"

#define REPLACEMENT "\"\xEF\xBF\xBD\""

static int refuse(struct buf *out)
{
    out->failed = true;
    return -E_NOMEM;
}

int json_text_value(struct buf *out, const json_t *json)
{
    char *text = json ? json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    int rc = text ? buf_adds(out, text) : refuse(out);

    free(text);
    return rc;
}

int json_text_string(struct buf *out, const char *text, size_t len)
{
    json_t *value = json_stringn(text, len);
    int rc;

    if (!value)
        return buf_adds(out, REPLACEMENT);
    rc = json_text_value(out, value);
    json_decref(value);
    return rc;
}

int json_text_field(struct buf *out, const char *key, const char *text, size_t len)
{
    buf_addf(out, ",\"%s\":", key);
    return json_text_string(out, text, len);
}

int json_text_list(struct buf *out, const char *key, const char *const *list)
{
    buf_addf(out, ",\"%s\":[", key);
    for (size_t i = 0; list[i]; i++) {
        if (i)
            buf_addc(out, ',');
        json_text_string(out, list[i], strlen(list[i]));
    }
    return buf_addc(out, ']');
}

/* How many bytes a character that begins with this byte has; 0: none does. */
static size_t character_bytes(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

static bool is_character(const unsigned char *at, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return false;
    }
    /* written longer than need be, a surrogate, or beyond U+10FFFF */
    return !(at[0] == 0xe0 && at[1] < 0xa0) && !(at[0] == 0xed && at[1] > 0x9f) &&
           !(at[0] == 0xf0 && at[1] < 0x90) && !(at[0] == 0xf4 && at[1] > 0x8f);
}

bool is_utf8(const char *text, size_t len)
{
    const unsigned char *at = (const unsigned char *)text;

    for (size_t i = 0; i < len;) {
        size_t n = character_bytes(at[i]);

        if (!n || n > len - i || !is_character(at + i, n))
            return false;
        i += n;
    }
    return true;
}
