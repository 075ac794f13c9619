#include "parrot/head.h"

#include <string.h>
#include <strings.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct head_text trim(struct head_text t)
{
    while (t.bytes && is_blank(*t.at)) {
        t.at++;
        t.bytes--;
    }
    while (t.bytes && is_blank(t.at[t.bytes - 1]))
        t.bytes--;
    return t;
}

/* Does a list "a, B;q=1" have this word?  Small letters. */
static bool has_word(struct head_text list, const char *word)
{
    size_t n = strlen(word);

    for (size_t i = 0; i + n <= list.bytes; i++) {
        if (strncasecmp(list.at + i, word, n) == 0)
            return true;
    }
    return false;
}

static uint64_t number(struct head_text t)
{
    uint64_t n = 0;

    for (size_t i = 0; i < t.bytes && t.at[i] >= '0' && t.at[i] <= '9'; i++) {
        if (n < UINT64_C(1) << 58)
            n = n * 10 + (uint64_t)(t.at[i] - '0');
    }
    return n;
}

static bool is_named(struct head_text name, const char *want)
{
    return name.bytes == strlen(want) && strncasecmp(name.at, want, name.bytes) == 0;
}

static void read_connection(struct head *head, struct head_text value)
{
    if (has_word(value, "close"))
        head->keep_alive = false;
    else if (has_word(value, "keep-alive"))
        head->keep_alive = true;
}

static void read_protocol(struct head *head, struct head_text value)
{
    const char *comma = memchr(value.at, ',', value.bytes);

    if (head->protocol.bytes)
        return;
    head->protocol =
        trim((struct head_text){value.at, comma ? (size_t)(comma - value.at) : value.bytes});
}

/* Most lines are none of ours, which their first letter tells. */
static void read_header(struct head *head, struct head_text name, struct head_text value)
{
    switch (*name.at | 0x20) {
    case 'c':
        if (is_named(name, "connection"))
            read_connection(head, value);
        else if (is_named(name, "content-length"))
            head->body_bytes = number(value);
        else if (is_named(name, "cookie"))
            head->cookies = value;
        break;
    case 't':
        if (is_named(name, "transfer-encoding"))
            head->chunked = has_word(value, "chunked");
        break;
    case 'e':
        if (is_named(name, "expect"))
            head->expects = has_word(value, "100-continue");
        break;
    case 'u':
        if (is_named(name, "upgrade"))
            head->upgrade = has_word(value, "websocket");
        break;
    case 's':
        if (is_named(name, "sec-websocket-key"))
            head->key = value;
        else if (is_named(name, "sec-websocket-protocol"))
            read_protocol(head, value);
        break;
    default:
        break;
    }
}

static void read_headers(struct head *head, const char *at, const char *end)
{
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *colon;

        if (!stop)
            stop = end;
        colon = memchr(at, ':', (size_t)(stop - at));
        if (colon && colon > at)
            read_header(head, (struct head_text){at, (size_t)(colon - at)},
                        trim((struct head_text){colon + 1, (size_t)(stop - colon - 1)}));
        at = stop + 1;
    }
}

/* "http://host" in front of a path, as proxies are asked. */
static void drop_origin(struct head_text *url)
{
    const char *slash;

    if (url->bytes < 8 || strncasecmp(url->at, "http", 4) != 0)
        return;
    slash = memmem(url->at, url->bytes, "://", 3);
    if (!slash)
        return;
    slash = memchr(slash + 3, '/', url->bytes - (size_t)(slash + 3 - url->at));
    url->bytes = slash ? url->bytes - (size_t)(slash - url->at) : 1;
    url->at = slash ? slash : "/";
}

static bool read_line(struct head *head, const char *at, const char *end)
{
    const char *space = memchr(at, ' ', (size_t)(end - at));
    const char *next = space ? memchr(space + 1, ' ', (size_t)(end - space - 1)) : NULL;

    if (!next || space == at || next == space + 1 || end - next < 9 ||
        memcmp(next + 1, "HTTP/1.", 7) != 0)
        return false;
    head->method = (struct head_text){at, (size_t)(space - at)};
    head->url = (struct head_text){space + 1, (size_t)(next - space - 1)};
    head->keep_alive = next[8] != '0';
    drop_origin(&head->url);
    return true;
}

long head_read(const char *data, size_t len, struct head *head)
{
    const char *end = memmem(data, len, "\r\n\r\n", 4);
    const char *line;

    *head = (struct head){0};
    if (!end)
        return len > HEAD_BYTES_MAX ? -1 : 0;
    line = memchr(data, '\n', (size_t)(end + 2 - data));
    if (!read_line(head, data, line))
        return -1;
    read_headers(head, line + 1, end);
    return end + 4 - data;
}

uint64_t head_cookie(const struct head *head, const char *name)
{
    struct head_text rest = head->cookies;
    size_t n = strlen(name);

    while (rest.bytes > n) {
        const char *end = memchr(rest.at, ';', rest.bytes);
        size_t one = end ? (size_t)(end - rest.at) : rest.bytes;

        if (one > n && memcmp(rest.at, name, n) == 0 && rest.at[n] == '=')
            return number((struct head_text){rest.at + n + 1, one - n - 1});
        rest = trim(
            (struct head_text){rest.at + one + (end != NULL), rest.bytes - one - (end != NULL)});
    }
    return 0;
}
