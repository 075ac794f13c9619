#include "analyzer/fail_if_read.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MOST 15

__extension__ typedef __int128 wide;

static size_t column_of(const char *text, size_t at)
{
    size_t column = 1;

    for (size_t i = 0; i < at; i++)
        column += ((unsigned char)text[i] & 0xc0) != 0x80;
    return column;
}

int expected(struct reader *r, size_t at, const char *format, ...)
{
    char what[256];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    *r->bad = at;
    return error_set(r->err, E_USAGE, "column %zu: expected %s", column_of(r->text, at), what);
}

size_t skip(struct reader *r)
{
    r->at += strspn(r->text + r->at, " \t\r\n");
    return r->at;
}

bool take(struct reader *r, const char *sign)
{
    size_t len = strlen(sign);

    skip(r);
    if (strncmp(r->text + r->at, sign, len) != 0)
        return false;
    r->at += len;
    return true;
}

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

size_t word_length(const char *text, bool build)
{
    size_t len = 0;

    if (!is_letter(text[0]))
        return 0;
    while (is_letter(text[len]) || is_digit(text[len]) ||
           (build && (text[len] == '-' || text[len] == '/')))
        len++;
    return len;
}

int read_string(struct reader *r, char **out)
{
    size_t at = skip(r);
    json_error_t where;
    json_t *json;

    if (r->text[at] != '"')
        return expected(r, at, "a label in double quotes");
    json = json_loads(r->text + at, JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &where);
    if (!json)
        return expected(r, at, "a label in double quotes, with \\\" and \\\\ for \" and \\ in it");
    *out = strdup(json_string_value(json));
    json_decref(json);
    r->at += (size_t)where.position;
    return *out ? 0 : error_nomem(r->err);
}

int read_decimal(struct reader *r, struct decimal *out)
{
    const char *text = r->text + skip(r);
    size_t len = 0;
    int count = 0;
    bool point = false;

    *out = (struct decimal){r->at, 0, 1};
    for (; is_digit(text[len]) || (text[len] == '.' && !point && is_digit(text[len + 1])); len++) {
        if (text[len] == '.') {
            point = true;
            continue;
        }
        if (++count > DIGITS_MOST)
            return expected(r, r->at, "a number of %d digits at most", DIGITS_MOST);
        out->digits = out->digits * 10 + (text[len] - '0');
        out->divisor *= point ? 10 : 1;
    }
    r->at += len;
    return 0;
}

bool decimal_scale(const struct decimal *d, int64_t scale, int64_t most, int64_t *out)
{
    wide value = (wide)d->digits * scale;

    if (value % d->divisor != 0 || value / d->divisor > most)
        return false;
    *out = (int64_t)(value / d->divisor);
    return true;
}
