#include "core/url_label.h"

#include <ctype.h>
#include <string.h>

#include "core/wait.h"

#define NAME_MOST 64  /* bytes of a part; longer ones lose their middle */
#define VALUE_MOST 24 /* of one value of a query */
#define QUERY_MOST 40
#define ID_DIGITS 6 /* so many digits are no number that a person chose */
#define ID_HEX 8
#define ELLIPSIS "\u2026"

/* A piece of a URL; a loan. */
struct span {
    const char *text;
    size_t len;
};

/* Down to where a character begins. */
static size_t whole_characters(const char *text, size_t len)
{
    while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--;
    return len;
}

static void add_clean(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        buf_addc(out, (unsigned char)text[i] < 0x20 ? ' ' : text[i]);
}

/* Its beginning and its end, which tells what kind of a file it is. */
static void add_name(struct buf *out, struct span name)
{
    size_t head;
    size_t tail;

    if (name.len <= NAME_MOST) {
        add_clean(out, name.text, name.len);
        return;
    }
    head = whole_characters(name.text, NAME_MOST / 2);
    tail = name.len - NAME_MOST / 2;
    while (tail < name.len && ((unsigned char)name.text[tail] & 0xc0) == 0x80)
        tail++;
    add_clean(out, name.text, head);
    buf_adds(out, ELLIPSIS);
    add_clean(out, name.text + tail, name.len - tail);
}

static bool has_placeholder(struct span span)
{
    for (size_t i = 0; i + 1 < span.len; i++) {
        if (span.text[i] == '$' && span.text[i + 1] == '{')
            return true;
    }
    return false;
}

static size_t count_chars(struct span span, int (*is)(int))
{
    size_t count = 0;

    for (size_t i = 0; i < span.len; i++)
        count += is((unsigned char)span.text[i]) != 0;
    return count;
}

/* A UUID, a digest: hexadecimal digits and dashes, a digit among them. */
static bool is_hex(struct span span)
{
    size_t dashes = 0;

    for (size_t i = 0; i < span.len; i++)
        dashes += span.text[i] == '-';
    return span.len >= ID_HEX && count_chars(span, isdigit) &&
           count_chars(span, isxdigit) + dashes == span.len;
}

/* 17, or a UUID: it says which one, and not what. */
static bool is_number(struct span span)
{
    return count_chars(span, isdigit) == span.len || is_hex(span);
}

/* The last part before *end that is neither empty nor a session's own; *end moves to where it
 * begins. */
static struct span take_part(const char *url, size_t *end)
{
    while (*end) {
        struct span part;
        size_t from = *end;

        while (from && url[from - 1] != '/')
            from--;
        part = (struct span){url + from, *end - from};
        *end = from ? from - 1 : 0;
        if (part.len && !has_placeholder(part))
            return part;
    }
    return (struct span){url, 0};
}

/* What no other recording would have: a nonce, the time, a session's own value. */
static bool is_passing(struct span value)
{
    return !value.len || has_placeholder(value) || is_hex(value) ||
           (value.len >= ID_DIGITS && is_number(value));
}

static void add_parameter(struct buf *out, struct span parameter, size_t *room, char *between)
{
    const char *equals = memchr(parameter.text, '=', parameter.len);
    struct span value = parameter;
    size_t len = parameter.len;

    if (equals) {
        value.text = equals + 1;
        value.len = parameter.len - (size_t)(value.text - parameter.text);
    }
    if (is_passing(value) || !*room)
        return;
    if (value.len > VALUE_MOST)
        len -= value.len - whole_characters(value.text, VALUE_MOST);
    if (len > *room)
        len = 0;
    buf_addc(out, *between);
    add_clean(out, parameter.text, len);
    if (len < parameter.len)
        buf_adds(out, ELLIPSIS);
    *room = len ? *room - len : 0;
    *between = '&';
}

static void add_query(struct buf *out, const char *query)
{
    size_t room = QUERY_MOST;
    char between = '?';

    while (*query) {
        size_t len = strcspn(query, "&#");

        add_parameter(out, (struct span){query, len}, &room, &between);
        if (query[len] != '&')
            break;
        query += len + 1;
    }
}

bool url_is_root(const char *url)
{
    size_t end = strcspn(url, "?#");

    return !take_part(url, &end).len;
}

int url_label(const char *url, struct buf *out)
{
    size_t end = strcspn(url, "?#");
    const char *query = url[end] == '?' ? url + end + 1 : "";
    struct span part;

    if (url_is_root(url))
        return buf_adds(out, "Homepage");
    part = take_part(url, &end);
    if (is_number(part)) {
        struct span what = take_part(url, &end);

        add_name(out, what);
        if (what.len)
            buf_addc(out, '/');
    }
    add_name(out, part);
    if (!url_names_asset(url))
        add_query(out, query);
    return out->failed ? -E_NOMEM : 0;
}
