#include "recorder/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recorder/limits.h"

static void put_text(struct client *client, const char *text)
{
    client_put(client, text, strlen(text));
}

static void put_headers(struct client *client, const struct headers *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        put_text(client, headers->items[i].name);
        put_text(client, *headers->items[i].value ? ": " : ":");
        put_text(client, headers->items[i].value);
        put_text(client, "\r\n");
    }
}

void answer_put_head(struct client *client, const struct answer_head *head,
                     const struct headers *headers, const char *more)
{
    char first[32];

    snprintf(first, sizeof(first), "HTTP/1.1 %03d ", head->status);
    put_text(client, first);
    put_text(client, head->reason);
    put_text(client, "\r\n");
    put_headers(client, headers);
    put_text(client, more);
    put_text(client, "\r\n");
}

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {204, "No Content"},          {400, "Bad Request"},
        {404, "Not Found"},           {413, "Content Too Large"},
        {421, "Misdirected Request"}, {431, "Request Header Fields Too Large"},
        {501, "Not Implemented"},     {502, "Bad Gateway"},
        {503, "Service Unavailable"}, {505, "HTTP Version Not Supported"},
    };

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].status == status)
            return reasons[i].reason;
    }
    return "";
}

void answer_put_page(struct client *client, int status, const char *text, bool closes)
{
    char head[256];
    char body[640] = "";

    if (text)
        snprintf(body, sizeof(body), "stretto record: %s\n", text);
    snprintf(head, sizeof(head), "HTTP/1.1 %d %s\r\n%s", status, reason_of(status),
             closes ? "Connection: close\r\n" : "");
    put_text(client, head);
    if (text) {
        snprintf(head, sizeof(head),
                 "Content-Type: text/plain; charset=utf-8\r\nContent-Length: %zu\r\n",
                 strlen(body));
        put_text(client, head);
    }
    put_text(client, "\r\n");
    put_text(client, body);
}

static bool has_no_body(const struct answer *a, int status)
{
    return strcmp(a->way.method, "HEAD") == 0 || status == 204 || status == 304 || status < 200;
}

/* The same length twice is one; anything else could end at another byte for the browser. */
static int take_length(const struct headers *headers, uint64_t *bytes, struct error *err)
{
    const char *first = headers_get(headers, "Content-Length");
    size_t digits = strspn(first, "0123456789");

    if (!digits || first[digits] || digits > LENGTH_DIGITS_MAX)
        return error_set(err, E_NET, "its Content-Length is no number of bytes");
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *h = &headers->items[i];

        if (strcasecmp(h->name, "Content-Length") == 0 && strcmp(h->value, first) != 0)
            return error_set(err, E_NET, "it has two different Content-Lengths");
    }
    *bytes = strtoull(first, NULL, 10);
    return 0;
}

static int choose_framing(struct answer *a, const struct answer_head *head, struct error *err)
{
    bool chunked = headers_have_word(&head->headers, "Transfer-Encoding", "chunked");
    int rc = 0;

    a->framing = a->way.minor ? ANSWER_CHUNK_IT : ANSWER_STREAM;
    if (has_no_body(a, head->status)) {
        a->framing = ANSWER_EMPTY;
    } else if (chunked) {
        a->framing = a->way.minor ? ANSWER_CHUNKS : ANSWER_UNCHUNK;
    } else if (headers_get(&head->headers, "Content-Length")) {
        rc = take_length(&head->headers, &a->left, err);
        a->framing = a->left ? ANSWER_LENGTH : ANSWER_EMPTY;
    }
    a->closes = !a->way.keeps || answer_ends_with_connection(a);
    a->ended = a->framing == ANSWER_EMPTY;
    return rc;
}

/* Chunks make a length void (RFC 9112 6.3), and HTTP/1.0 knows no chunks. */
static bool frames_wrongly(const struct answer *a, const char *name)
{
    if (strcasecmp(name, "Content-Length") == 0)
        return a->framing == ANSWER_CHUNKS || a->framing == ANSWER_UNCHUNK;
    return !a->way.minor &&
           (strcasecmp(name, "Transfer-Encoding") == 0 || strcasecmp(name, "Trailer") == 0);
}

static int copy_headers(const struct answer *a, const struct headers *in, struct headers *out)
{
    int rc = 0;

    for (size_t i = 0; i < in->count && rc == 0; i++) {
        if (!frames_wrongly(a, in->items[i].name))
            rc = headers_add(out, in->items[i].name, in->items[i].value);
    }
    return rc;
}

static const char *own_headers(const struct answer *a)
{
    if (a->framing == ANSWER_CHUNK_IT)
        return a->closes ? "Transfer-Encoding: chunked\r\nConnection: close\r\n"
                         : "Transfer-Encoding: chunked\r\n";
    if (a->closes)
        return "Connection: close\r\n";
    return a->way.minor ? "" : "Connection: keep-alive\r\n";
}

int answer_begin(struct answer *a, struct client *client, const struct answer_way *way,
                 const struct answer_head *head, const struct headers *headers, struct error *err)
{
    struct headers out = {0};
    int rc;

    *a = (struct answer){.begun = true, .way = *way};
    chunks_init(&a->chunks);
    rc = choose_framing(a, head, err);
    if (rc == 0 && copy_headers(a, headers, &out) < 0)
        rc = error_nomem(err);
    if (rc == 0)
        answer_put_head(client, head, &out, own_headers(a));
    else
        answer_release(a);
    headers_release(&out);
    return rc;
}

static void tell(const struct answer *a, const char *data, size_t len)
{
    if (len)
        a->way.on_body(a->way.user, data, len);
}

static void put_chunk(struct client *client, const char *data, size_t len)
{
    char size[24];

    snprintf(size, sizeof(size), "%zx\r\n", len);
    put_text(client, size);
    client_put(client, data, len);
    put_text(client, "\r\n");
}

static int pass_chunks(struct answer *a, struct client *client, const char *data, size_t len,
                       struct error *err)
{
    size_t at = 0;

    while (at < len && !chunks_done(&a->chunks)) {
        const char *body;
        size_t body_len;
        ssize_t n = chunks_take(&a->chunks, data + at, len - at, &body, &body_len, err);

        if (n < 0)
            return (int)n;
        tell(a, body, body_len);
        if (a->framing == ANSWER_UNCHUNK && body_len)
            client_put(client, body, body_len);
        at += (size_t)n;
    }
    if (a->framing == ANSWER_CHUNKS)
        client_put(client, data, at);
    a->ended = chunks_done(&a->chunks);
    return 0;
}

int answer_pass(struct answer *a, struct client *client, const char *data, size_t len,
                struct error *err)
{
    if (a->ended || !len)
        return 0;
    if (a->framing == ANSWER_CHUNKS || a->framing == ANSWER_UNCHUNK)
        return pass_chunks(a, client, data, len, err);
    if (a->framing == ANSWER_LENGTH) {
        len = len < a->left ? len : (size_t)a->left;
        a->left -= len;
        a->ended = !a->left;
    }
    tell(a, data, len);
    if (a->framing == ANSWER_CHUNK_IT)
        put_chunk(client, data, len);
    else
        client_put(client, data, len);
    return 0;
}

int answer_end(struct answer *a, struct client *client, const struct headers *trailers,
               struct error *err)
{
    if (a->ended)
        return 0;
    if (a->framing != ANSWER_CHUNK_IT && a->framing != ANSWER_STREAM)
        return error_set(err, E_NET, "it ended in the middle of its answer");
    a->ended = true;
    if (a->framing == ANSWER_STREAM)
        return 0;
    put_text(client, "0\r\n");
    put_headers(client, trailers);
    put_text(client, "\r\n");
    return 0;
}

void answer_release(struct answer *a)
{
    if (a->begun)
        chunks_release(&a->chunks);
    *a = (struct answer){0};
}
