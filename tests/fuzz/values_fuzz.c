/* Session values: what the recorder cuts out of a text, the player puts back.
 * Lines of NAME=value (word=value), an empty line, the text. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "core/values.h"
#include "fuzz.h"

static bool is_name(const char *text)
{
    for (const char *c = text; *c; c++) {
        if (!isalnum((unsigned char)*c) && *c != '_')
            return false;
    }
    return *text;
}

static void read_line(struct values *values, const uint8_t *line, size_t len)
{
    char *name = strndup((const char *)line, len);
    char *equals;

    PROMISE(name);
    equals = strchr(name, '=');
    if (equals) {
        *equals = 0;
        if (is_name(name)) /* small letters: whole words */
            PROMISE((islower((unsigned char)*name) ? values_set_word
                                                   : values_set)(values, name, equals + 1) == 0);
    }
    free(name);
}

/* Fills values and returns where the text begins. */
static const uint8_t *read_values(struct values *values, const uint8_t *at, const uint8_t *end)
{
    while (at < end) {
        const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));

        if (!newline || newline == at)
            return newline ? newline + 1 : at;
        read_line(values, at, (size_t)(newline - at));
        at = newline + 1;
    }
    return end;
}

static bool has_dollar(const struct values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        if (strchr(values->items[i].value, '$'))
            return true;
    }
    return false;
}

/* What looks like a placeholder is escaped first, so every text comes back; a value with a dollar
 * sign in it may be found inside what was escaped. */
static void there_and_back(struct values *values, const char *text, size_t len)
{
    struct buf escaped;
    struct buf there;
    struct buf back;

    buf_init(&escaped, 1u << 30);
    buf_init(&there, 1u << 30);
    buf_init(&back, 1u << 30);
    PROMISE(values_escape(values, text, len, &escaped) == 0);
    PROMISE(values_templatize(values, escaped.data, escaped.len, &there) == 0);
    PROMISE(values_expand(values, there.data, there.len, &back) == 0);
    if (!has_dollar(values)) {
        PROMISE(back.len == len);
        PROMISE(!len || memcmp(back.data, text, len) == 0);
    }
    buf_release(&escaped);
    buf_release(&there);
    buf_release(&back);
}

static void expand(struct values *values, const char *text, size_t len)
{
    struct buf out;

    buf_init(&out, 1u << 30);
    PROMISE(values_expand(values, text, len, &out) == 0);
    if (!memchr(text, '$', len))
        PROMISE(out.len == len);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct values values = {0};
    const uint8_t *text = read_values(&values, data, data + len);
    size_t text_len = (size_t)(data + len - text);

    expand(&values, (const char *)text, text_len);
    there_and_back(&values, (const char *)text, text_len);
    values_release(&values);
    return 0;
}
