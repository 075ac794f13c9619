#include "player/http_answer.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Of a Content-Length: so many digits fit into 64 bits. */
#define LENGTH_DIGITS_MAX 18
#define NO_LENGTH UINT64_MAX
#define NO_HTTP "what the server sent is no HTTP/1.1 answer"

void http_answer_init(struct http_answer *a, bool bodiless)
{
    *a = (struct http_answer){.bodiless = bodiless};
    buf_init(&a->partial, HTTP_HEAD_MAX);
}

void http_answer_release(struct http_answer *a)
{
    buf_release(&a->partial);
    chunks_release(&a->chunks);
}

static int broken(struct error *err, const char *why)
{
    return error_set(err, E_PROTOCOL, "%s", why);
}

/* --- lines --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Where the line that begins here ends, its line break included; NULL: not yet. */
static const char *line_end(const char *at, const char *end)
{
    const char *feed = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;

    return feed ? feed + 1 : NULL;
}

static bool is_empty_line(const char *at, const char *end)
{
    return end - at == 1 || (end - at == 2 && *at == '\r');
}

/* A line that begins with a blank goes on with the header before it. */
static const char *header_end(const char *at, const char *end)
{
    const char *next = line_end(at, end);

    while (next && next < end && (*next == ' ' || *next == '\t'))
        next = line_end(next, end);
    return next ? next : end;
}

static bool split_line(struct http_line *line, const char *at, const char *end)
{
    const char *colon = memchr(at, ':', (size_t)(end - at));
    const char *name_end = colon;

    while (name_end && name_end > at && is_blank(name_end[-1]))
        name_end--;
    if (!name_end || name_end == at)
        return false;
    line->name = at;
    line->name_bytes = (size_t)(name_end - at);
    line->value = colon + 1;
    while (line->value < end && is_blank(*line->value))
        line->value++;
    while (end > line->value && is_blank(end[-1]))
        end--;
    line->value_bytes = (size_t)(end - line->value);
    return true;
}

bool http_next_line(const char **at, const char *end, struct http_line *line)
{
    if (end - *at > 5 && memcmp(*at, "HTTP/", 5) == 0)
        *at = header_end(*at, end);
    while (*at < end) {
        const char *begin = *at;

        *at = header_end(begin, end);
        if (split_line(line, begin, *at))
            return true;
    }
    return false;
}

bool http_line_is(const struct http_line *line, const char *name)
{
    return strlen(name) == line->name_bytes && strncasecmp(line->name, name, line->name_bytes) == 0;
}

/* --- what a head says of the answer's end --- */

struct framing {
    int minor; /* of HTTP/1.minor */
    uint64_t length;
    bool lengths_differ;
    bool chunked;
    bool close;
    bool keep;
};

/* Does a list with commas in it hold this word? */
static bool has_word(const struct http_line *line, const char *word)
{
    size_t n = strlen(word);
    size_t at = 0;

    while (at < line->value_bytes) {
        size_t begin;

        while (at < line->value_bytes && (is_blank(line->value[at]) || line->value[at] == ','))
            at++;
        begin = at;
        while (at < line->value_bytes && !is_blank(line->value[at]) && line->value[at] != ',')
            at++;
        if (at - begin == n && strncasecmp(line->value + begin, word, n) == 0)
            return true;
    }
    return false;
}

static void take_length(struct framing *f, const struct http_line *line)
{
    uint64_t length = 0;

    if (!line->value_bytes || line->value_bytes > LENGTH_DIGITS_MAX)
        return;
    for (size_t i = 0; i < line->value_bytes; i++) {
        if (!isdigit((unsigned char)line->value[i]))
            return;
        length = length * 10 + (uint64_t)(line->value[i] - '0');
    }
    f->lengths_differ |= f->length != NO_LENGTH && f->length != length;
    f->length = length;
}

static void take_line(struct http_answer *a, struct framing *f, const struct http_line *line)
{
    switch (line->name_bytes) {
    case 10:
        if (http_line_is(line, "Set-Cookie")) {
            a->cookies = true;
        } else if (http_line_is(line, "Connection")) {
            f->close |= has_word(line, "close");
            f->keep |= has_word(line, "keep-alive");
        }
        break;
    case 14:
        if (http_line_is(line, "Content-Length"))
            take_length(f, line);
        break;
    case 17:
        if (http_line_is(line, "Transfer-Encoding"))
            f->chunked |= has_word(line, "chunked");
        break;
    default:
        break;
    }
}

/* "HTTP/1.1 200 OK" */
static int take_status(struct http_answer *a, struct framing *f, const char *at, const char *end)
{
    const char *code;

    end = line_end(at, end); /* a head has one */
    code = memchr(at, ' ', (size_t)(end - at));
    if (end - at < 12 || memcmp(at, "HTTP/", 5) != 0 || !code)
        return -E_PROTOCOL;
    while (code < end && *code == ' ')
        code++;
    if (end - code < 3 || code[0] < '1' || code[0] > '9' || !isdigit((unsigned char)code[1]) ||
        !isdigit((unsigned char)code[2]) || isdigit((unsigned char)code[3]))
        return -E_PROTOCOL;
    f->minor = memcmp(at, "HTTP/1.0", 8) == 0 || memcmp(at, "HTTP/0", 6) == 0 ? 0 : 1;
    a->status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + code[2] - '0';
    return 0;
}

static void begin_body(struct http_answer *a, const struct framing *f)
{
    bool chunked = f->chunked && f->minor > 0;

    a->keeps = f->minor > 0 ? !f->close : f->keep && !f->close;
    a->left = 0;
    if (a->bodiless || a->status == 204 || a->status == 304)
        a->at = HTTP_AT_END;
    else if (chunked)
        a->at = HTTP_AT_CHUNKS;
    else if (f->length != NO_LENGTH)
        a->at = f->length ? HTTP_AT_LENGTH : HTTP_AT_END;
    else
        a->at = HTTP_AT_CLOSE;
    if (a->at == HTTP_AT_LENGTH)
        a->left = f->length;
    if (a->at == HTTP_AT_CHUNKS)
        chunks_init(&a->chunks);
    if (a->at == HTTP_AT_CLOSE)
        a->keeps = false;
}

static int read_head(struct http_answer *a, const char *head, size_t len, struct error *err)
{
    struct framing f = {.length = NO_LENGTH};
    const char *end = head + len;
    const char *at = head;
    struct http_line line;

    if (take_status(a, &f, head, end) < 0)
        return broken(err, NO_HTTP);
    while (http_next_line(&at, end, &line))
        take_line(a, &f, &line);
    if (a->status == 101)
        return broken(err, "the server switched to another protocol without being asked");
    if (a->status < 200) {
        a->cookies = false;
        return 0;
    }
    if (f.lengths_differ && !(f.chunked && f.minor > 0))
        return broken(err, "the answer says several lengths");
    begin_body(a, &f);
    return 0;
}

/* --- bytes --- */

/* How many bytes of data the head takes, or 0; *looked: what need not be looked at again. */
static size_t find_head_end(const char *data, size_t len, size_t *looked)
{
    const char *end = data + len;
    const char *at = data + *looked;
    const char *next;

    while ((next = line_end(at, end))) {
        if (is_empty_line(at, next))
            return (size_t)(next - data);
        at = next;
    }
    *looked = (size_t)(at - data);
    return 0;
}

static void tell_head(struct http_answer *a, const char *head, size_t len, struct http_piece *piece)
{
    if (a->at == HTTP_AT_HEAD)
        return; /* an interim one */
    piece->head = head;
    piece->head_bytes = len;
}

/* The head goes on from what came before. */
static ssize_t take_more_head(struct http_answer *a, const char *in, size_t len,
                              struct http_piece *piece, struct error *err)
{
    size_t before = a->partial.len;
    size_t room = HTTP_HEAD_MAX - before;
    size_t whole;
    int rc;

    len = len < room ? len : room;
    if (!len)
        return broken(err, "the answer's head is too long");
    if (buf_add(&a->partial, in, len) < 0)
        return error_nomem(err);
    if (memcmp(a->partial.data, "HTTP/", a->partial.len < 5 ? a->partial.len : 5) != 0)
        return broken(err, NO_HTTP);
    whole = find_head_end(a->partial.data, a->partial.len, &a->looked);
    if (!whole)
        return (ssize_t)len;
    rc = read_head(a, a->partial.data, whole, err);
    if (rc < 0)
        return rc;
    tell_head(a, a->partial.data, whole, piece);
    a->partial.len = 0;
    a->looked = 0;
    return (ssize_t)(whole - before);
}

static ssize_t take_head(struct http_answer *a, const char *in, size_t len,
                         struct http_piece *piece, struct error *err)
{
    size_t looked = 0;
    size_t whole;
    int rc;

    if (a->partial.len)
        return take_more_head(a, in, len, piece, err);
    if (*in == '\r' || *in == '\n')
        return 1;
    whole = find_head_end(in, len, &looked);
    if (!whole || whole > HTTP_HEAD_MAX)
        return take_more_head(a, in, len, piece, err);
    rc = read_head(a, in, whole, err);
    if (rc < 0)
        return rc;
    tell_head(a, in, whole, piece);
    return (ssize_t)whole;
}

static ssize_t take_length_body(struct http_answer *a, const char *in, size_t len,
                                struct http_piece *piece)
{
    size_t n = len < a->left ? len : (size_t)a->left;

    piece->data = in;
    piece->data_bytes = n;
    a->left -= n;
    if (!a->left)
        a->at = HTTP_AT_END;
    return (ssize_t)n;
}

static ssize_t take_chunks(struct http_answer *a, const char *in, size_t len,
                           struct http_piece *piece, struct error *err)
{
    ssize_t n = chunks_take(&a->chunks, in, len, &piece->data, &piece->data_bytes, err);

    if (n >= 0 && chunks_done(&a->chunks))
        a->at = HTTP_AT_END;
    return n;
}

ssize_t http_answer_take(struct http_answer *a, const char *in, size_t len,
                         struct http_piece *piece, struct error *err)
{
    *piece = (struct http_piece){0};
    if (!len)
        return 0;
    a->begun = true;
    switch (a->at) {
    case HTTP_AT_HEAD:
        return take_head(a, in, len, piece, err);
    case HTTP_AT_LENGTH:
        return take_length_body(a, in, len, piece);
    case HTTP_AT_CHUNKS:
        return take_chunks(a, in, len, piece, err);
    case HTTP_AT_CLOSE:
        piece->data = in;
        piece->data_bytes = len;
        return (ssize_t)len;
    default:
        return 0;
    }
}

int http_answer_closed(struct http_answer *a, struct error *err)
{
    switch (a->at) {
    case HTTP_AT_CLOSE:
        a->at = HTTP_AT_END;
        return 0;
    case HTTP_AT_END:
        return 0;
    case HTTP_AT_HEAD:
        return broken(err, a->begun ? "the server closed the connection within the answer's head"
                                    : "the server closed the connection without an answer");
    default:
        return broken(err, "the server closed the connection before the answer's end");
    }
}
