#include "core/placeholder.h"

#include <ctype.h>
#include <string.h>

#include "core/values.h"

#define CODING_WORD_MAX 12

static bool is_name_byte(char c)
{
    return c && ((unsigned char)c < 0x80) && (isalnum((unsigned char)c) || strchr("_.:-", c));
}

static size_t name_span(const char *text, size_t len)
{
    size_t n = 0;

    while (n < len && n <= VALUE_NAME_MAX && is_name_byte(text[n]))
        n++;
    return n;
}

bool value_name_ok(const char *name, size_t len)
{
    return len && len <= VALUE_NAME_MAX && name_span(name, len) == len;
}

/* What follows the name: "}" or "|CODING}"; how many bytes, 0: something else. */
static size_t read_coding(const char *text, size_t len, enum coding *coding)
{
    size_t n = 1;
    int found;

    *coding = CODING_NONE;
    if (len && text[0] == '}')
        return 1;
    if (!len || text[0] != '|')
        return 0;
    while (n < len && n <= CODING_WORD_MAX && text[n] != '}')
        n++;
    if (n == len || text[n] != '}')
        return 0;
    found = coding_find(text + 1, n - 1);
    if (found < 0)
        return 0;
    *coding = (enum coding)found;
    return n + 1;
}

/* Is there one at text, which begins with a dollar sign? */
static bool read_at(const char *text, size_t len, struct placeholder *p)
{
    size_t name;
    size_t rest;

    if (len < 4 || text[1] != '{')
        return false;
    name = text[2] == '$' ? 1 : name_span(text + 2, len - 2);
    if (!name || name > VALUE_NAME_MAX)
        return false;
    rest = read_coding(text + 2 + name, len - 2 - name, &p->coding);
    p->begin = text;
    p->bytes = 2 + name + rest;
    p->name = text + 2;
    p->name_bytes = name;
    return rest;
}

bool placeholder_find(const char *text, size_t len, struct placeholder *p)
{
    const char *end = text + len;

    while (text < end) {
        const char *dollar = memchr(text, '$', (size_t)(end - text));

        if (!dollar)
            return false;
        if (read_at(dollar, (size_t)(end - dollar), p))
            return true;
        text = dollar + 1;
    }
    return false;
}

size_t placeholder_bytes(const char *text, size_t len)
{
    struct placeholder p;

    return len && *text == '$' && read_at(text, len, &p) ? p.bytes : 0;
}

const char *placeholder_next(const char *text, size_t text_len, size_t *at, size_t *len)
{
    struct placeholder p;

    do {
        if (*at >= text_len || !placeholder_find(text + *at, text_len - *at, &p))
            return NULL;
        *at = (size_t)(p.begin - text) + p.bytes;
    } while (p.name[0] == '$');
    *len = p.name_bytes;
    return p.name;
}

int placeholder_add(struct buf *out, const char *prefix, const char *name, enum coding coding)
{
    if (coding == CODING_NONE)
        return buf_addf(out, "${%s%s}", prefix, name);
    return buf_addf(out, "${%s%s|%s}", prefix, name, coding_word(coding));
}
