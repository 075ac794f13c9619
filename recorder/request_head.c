#include "recorder/request_head.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recorder/limits.h"

static int refuse(struct request_head *head, int status, struct error *err, const char *why)
{
    head->status = status;
    return error_set(err, E_PROTOCOL, "this is no request that can be passed on: %s", why);
}

static bool is_token(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c <= ' ' || c >= 127 || strchr("\"(),/:;<=>?@[\\]{}", c))
            return false;
    }
    return len > 0;
}

/* Without control characters; with_blanks: spaces and tabs are welcome. */
static bool is_plain(const char *text, size_t len, bool with_blanks)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        bool blank = c == ' ' || c == '\t';

        if (c == 127 || (blank && !with_blanks) || (c < ' ' && !blank))
            return false;
    }
    return true;
}

static bool is_target(const char *text, size_t len)
{
    return len > 0 && is_plain(text, len, false) &&
           (*text == '/' || (len == 1 && *text == '*') ||
            (len > 7 && strncasecmp(text, "http://", 7) == 0));
}

static int take_version(struct request_head *head, const char *text, size_t len, struct error *err)
{
    if (len != 8 || strncmp(text, "HTTP/", 5) != 0 || text[6] != '.')
        return refuse(head, 400, err, "its first line does not end with an HTTP version");
    if (text[5] != '1' || text[7] < '0' || text[7] > '9')
        return refuse(head, 505, err, "its HTTP version is neither 1.0 nor 1.1");
    head->minor = text[7] == '0' ? 0 : 1;
    return 0;
}

static int take_first_line(struct request_head *head, const char *line, size_t len,
                           struct error *err)
{
    const char *space = memchr(line, ' ', len);
    const char *last = memrchr(line, ' ', len);
    size_t method = space ? (size_t)(space - line) : 0;

    if (!space || space == last || !is_token(line, method))
        return refuse(head, 400, err, "its first line is not METHOD TARGET HTTP/1.1");
    if (!is_target(space + 1, (size_t)(last - space - 1)))
        return refuse(head, 400, err, "its target is neither a path nor an http:// URL");
    head->method = strndup(line, method);
    head->target = strndup(space + 1, (size_t)(last - space - 1));
    if (!head->method || !head->target)
        return error_nomem(err);
    return take_version(head, last + 1, (size_t)(line + len - last - 1), err);
}

static int take_header(struct request_head *head, const char *line, size_t len, struct error *err)
{
    const char *colon = memchr(line, ':', len);
    int rc;

    if (!is_plain(line, len, true))
        return refuse(head, 400, err, "a header has a control character");
    if (*line == ' ' || *line == '\t') {
        if (!head->headers.count)
            return refuse(head, 400, err, "its first header begins with a space");
        rc = headers_fold(&head->headers, line, len);
    } else {
        if (!colon || !is_token(line, (size_t)(colon - line)))
            return refuse(head, 400, err, "a header is not written NAME: VALUE");
        rc = headers_add_line(&head->headers, line, len);
    }
    return rc < 0 ? error_nomem(err) : 0;
}

static int parse_length(const char *text, int64_t *bytes)
{
    size_t digits = strspn(text, "0123456789");

    if (!digits || text[digits])
        return -1;
    if (digits > LENGTH_DIGITS_MAX)
        return -1;
    *bytes = strtoll(text, NULL, 10);
    return 0;
}

static int take_lengths(struct request_head *head, struct error *err)
{
    head->body_bytes = BODY_NONE;
    for (size_t i = 0; i < head->headers.count; i++) {
        const struct header *h = &head->headers.items[i];
        int64_t bytes = 0;

        if (strcasecmp(h->name, "Content-Length") != 0)
            continue;
        if (parse_length(h->value, &bytes) < 0)
            return refuse(head, 400, err, "its Content-Length is no number of bytes");
        if (head->body_bytes != BODY_NONE && head->body_bytes != bytes)
            return refuse(head, 400, err, "it has two different Content-Lengths");
        head->body_bytes = bytes;
    }
    return 0;
}

/* RFC 9112 6.1 and 6.3. */
static int take_framing(struct request_head *head, struct error *err)
{
    const char *coding = headers_get(&head->headers, "Transfer-Encoding");
    int rc = take_lengths(head, err);

    if (rc < 0 || !coding)
        return rc;
    if (head->body_bytes != BODY_NONE)
        return refuse(head, 400, err, "it has both a Content-Length and a Transfer-Encoding");
    if (!head->minor)
        return refuse(head, 400, err, "HTTP/1.0 has no Transfer-Encoding");
    if (headers_count(&head->headers, "Transfer-Encoding") != 1 ||
        strcasecmp(coding, "chunked") != 0)
        return refuse(head, 501, err, "its Transfer-Encoding is another one than chunked");
    head->body_bytes = BODY_CHUNKED;
    return 0;
}

static int take_host(struct request_head *head, struct error *err)
{
    size_t hosts = headers_count(&head->headers, "Host");

    if (hosts > 1)
        return refuse(head, 400, err, "it has several Host headers");
    if (!hosts && head->minor)
        return refuse(head, 400, err, "it has no Host header");
    return 0;
}

static void take_connection(struct request_head *head)
{
    head->keeps = head->minor ? !headers_have_word(&head->headers, "Connection", "close")
                              : headers_have_word(&head->headers, "Connection", "keep-alive");
}

static int take_lines(struct request_head *head, const char *at, const char *end, struct error *err)
{
    bool first = true;
    int rc = 0;

    while (rc == 0 && at < end) {
        const char *stop = memmem(at, (size_t)(end - at), "\r\n", 2);
        size_t len = (size_t)(stop - at);

        rc = first ? take_first_line(head, at, len, err) : take_header(head, at, len, err);
        first = false;
        at = stop + 2;
    }
    return rc;
}

/* Some clients send an empty line behind a body that was none (RFC 9112 2.2). */
static size_t empty_lines(const char *data, size_t len)
{
    size_t n = 0;

    while (len - n >= 2 && memcmp(data + n, "\r\n", 2) == 0)
        n += 2;
    return n;
}

ssize_t request_head_parse(struct request_head *head, const char *data, size_t len,
                           struct error *err)
{
    size_t skip = empty_lines(data, len);
    const char *end = len > skip ? memmem(data + skip, len - skip, "\r\n\r\n", 4) : NULL;
    size_t bytes = end ? (size_t)(end + 4 - data) : len;
    int rc;

    *head = (struct request_head){.body_bytes = BODY_NONE};
    if (bytes > HEAD_BYTES_MAX)
        return refuse(head, 431, err, "its head is longer than 128 KiB");
    if (!end)
        return 0;
    rc = take_lines(head, data + skip, end + 2, err);
    if (rc == 0)
        rc = take_host(head, err);
    if (rc == 0)
        rc = take_framing(head, err);
    if (rc < 0)
        return rc;
    take_connection(head);
    return (ssize_t)bytes;
}

void request_head_release(struct request_head *head)
{
    free(head->method);
    free(head->target);
    headers_release(&head->headers);
    head->method = head->target = NULL;
}
