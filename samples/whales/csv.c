#include "samples/whales/csv.h"

#include <string.h>

#include "core/error.h"

/* Moves the content of a quoted field over its opening quote, closing up doubled quotes.
 * Returns what is behind the closing quote, or NULL when there is none. */
static char *unquote(char *at, char *end, struct span *field)
{
    char *to = at++;

    field->text = to;
    for (; at < end; at++) {
        if (*at == '"') {
            if (at + 1 == end || at[1] != '"') {
                field->len = (size_t)(to - field->text);
                return at + 1;
            }
            at++;
        }
        *to++ = *at;
    }
    return NULL;
}

static char *plain(char *at, char *end, struct span *field)
{
    char *comma = memchr(at, ',', (size_t)(end - at));

    field->text = at;
    if (!comma)
        comma = end;
    field->len = (size_t)(comma - at);
    return comma;
}

int csv_split(char *line, size_t len, struct span *fields, int max)
{
    char *end = line + len;
    char *at = line;

    for (int n = 0; n < max; n++) {
        at = at < end && *at == '"' ? unquote(at, end, &fields[n]) : plain(at, end, &fields[n]);
        if (!at)
            return -E_FORMAT;
        if (at == end)
            return n + 1;
        if (*at++ != ',')
            return -E_FORMAT;
    }
    return -E_FORMAT;
}

int csv_number(struct span field, uint32_t *out)
{
    uint64_t value = 0;

    if (field.len == 0 || field.len > 10)
        return -E_FORMAT;
    for (size_t i = 0; i < field.len; i++) {
        if (field.text[i] < '0' || field.text[i] > '9')
            return -E_FORMAT;
        value = value * 10 + (uint64_t)(field.text[i] - '0');
    }
    if (value > UINT32_MAX)
        return -E_FORMAT;
    *out = (uint32_t)value;
    return 0;
}

int csv_time(struct span field, uint32_t *out_s)
{
    uint32_t part[3];

    if (field.len != 8 || field.text[2] != ':' || field.text[5] != ':')
        return -E_FORMAT;
    for (size_t i = 0; i < 3; i++) {
        if (csv_number((struct span){field.text + i * 3, 2}, &part[i]) < 0)
            return -E_FORMAT;
    }
    if (part[0] > 23 || part[1] > 59 || part[2] > 59)
        return -E_FORMAT;
    *out_s = part[0] * 3600 + part[1] * 60 + part[2];
    return 0;
}
