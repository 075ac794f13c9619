#include "recorder/heard.h"

#include <string.h>

#include "core/coding.h"
#include "core/error.h"
#include "recorder/limits.h"

#define VALUE_MAX ((size_t)1 << 18)

void heard_init(struct heard *heard)
{
    *heard = (struct heard){0};
    buf_init(&heard->text, HEARD_BYTES_MAX);
}

void heard_release(struct heard *heard)
{
    buf_release(&heard->text);
}

int heard_add(struct heard *heard, const char *text, size_t len)
{
    struct buf *b = &heard->text;

    if (len >= HEARD_BYTES_MAX / 2)
        len = HEARD_BYTES_MAX / 2 - 1;
    if (b->len + len + 1 > HEARD_BYTES_MAX)
        buf_drop(b, b->len - HEARD_BYTES_MAX / 2);
    if (len)
        buf_add(b, text, len);
    return buf_addc(b, '\n');
}

static bool has(const struct heard *heard, const char *value, size_t len)
{
    return len && heard->text.len && memmem(heard->text.data, heard->text.len, value, len);
}

static bool has_coded(struct heard *heard, const char *value, size_t len, enum coding coding)
{
    struct buf coded;
    bool found;

    buf_init(&coded, VALUE_MAX);
    coding_encode(coding, value, len, &coded);
    heard->failed = heard->failed || coded.failed;
    found = !coded.failed && has(heard, coded.data, coded.len);
    buf_release(&coded);
    return found;
}

/* PHP writes every slash in JSON as "\/". */
static bool has_slashed(struct heard *heard, const char *value, size_t len)
{
    struct buf text;
    bool found;

    if (!memchr(value, '/', len))
        return false;
    buf_init(&text, VALUE_MAX);
    for (size_t i = 0; i < len; i++) {
        if (value[i] == '/')
            buf_addc(&text, '\\');
        buf_addc(&text, value[i]);
    }
    heard->failed = heard->failed || text.failed;
    found = !text.failed && has(heard, text.data, text.len);
    buf_release(&text);
    return found;
}

bool heard_has(struct heard *heard, const char *value, size_t len)
{
    return has(heard, value, len) || has_coded(heard, value, len, CODING_URL) ||
           has_coded(heard, value, len, CODING_JSON) || has_slashed(heard, value, len);
}
