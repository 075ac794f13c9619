#include "recorder/exchange.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/chunks.h"
#include "recorder/limits.h"

struct exchange {
    struct upstream *upstream;
    CURL *easy;
    struct curl_slist *lines;
    char curl_error[CURL_ERROR_SIZE];
    void (*on_interim)(void *user, const struct answer_head *head);
    void *user;

    struct buf up; /* of the request's body, not yet taken by curl */
    bool body_ended;
    struct headers request_trailers;
    struct buf sent; /* all of the body so far, while it is small enough to be sent again */
    bool sent_is_all;
    bool starved; /* curl waits for more of the body */
    bool stuffed; /* curl waits until its bytes were taken */

    struct answer_head head;
    struct headers trailers;
    struct buf down; /* of the answer's body, not yet taken by the caller */

    bool done;
    CURLcode result;
};

static size_t on_request_body(char *into, size_t size, size_t count, void *user)
{
    struct exchange *x = user;
    size_t n = size * count;

    if (!x->up.len && !x->body_ended) {
        x->starved = true;
        return CURL_READFUNC_PAUSE;
    }
    if (n > x->up.len)
        n = x->up.len;
    if (n)
        memcpy(into, x->up.data, n);
    buf_drop(&x->up, n);
    return n;
}

static int on_request_trailers(struct curl_slist **list, void *user)
{
    struct exchange *x = user;

    for (size_t i = 0; i < x->request_trailers.count; i++) {
        const struct header *h = &x->request_trailers.items[i];
        struct curl_slist *longer;
        struct buf line;

        buf_init(&line, CHUNKS_TRAILER_MAX + 8);
        buf_addf(&line, "%s: %s", h->name, h->value);
        longer = line.failed ? NULL : curl_slist_append(*list, line.data);
        buf_release(&line);
        if (!longer)
            return CURL_TRAILERFUNC_ABORT;
        *list = longer;
    }
    return CURL_TRAILERFUNC_OK;
}

/* A kept connection may turn out to be closed when the request is out already: curl then asks for
 * the body again on a new one, as a browser would do. */
static int on_rewind(void *user, curl_off_t offset, int origin)
{
    struct exchange *x = user;

    if (offset != 0 || origin != SEEK_SET || !x->sent_is_all)
        return CURL_SEEKFUNC_CANTSEEK;
    buf_clear(&x->up);
    return buf_add(&x->up, x->sent.data, x->sent.len) < 0 ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK;
}

/* Only the beginning of a body is kept: what is longer has reached the target when it is sent. */
static void keep_for_rewind(struct exchange *x, const char *data, size_t len)
{
    if (x->sent_is_all && x->sent.len + len <= FLOW_BYTES && buf_add(&x->sent, data, len) == 0)
        return;
    x->sent_is_all = false;
    buf_release(&x->sent);
}

static bool is_interim(const struct answer_head *head)
{
    return head->status < 200 && head->status != 101;
}

static size_t on_header(char *line, size_t size, size_t count, void *user)
{
    struct exchange *x = user;
    size_t len = size * count;

    if (x->head.done && !is_interim(&x->head))
        return headers_add_line(&x->trailers, line, len) < 0 ? 0 : len;
    if (answer_head_line(&x->head, line, len) < 0)
        return 0;
    if (x->head.done && is_interim(&x->head))
        x->on_interim(x->user, &x->head);
    return len;
}

static size_t on_answer_body(char *data, size_t size, size_t count, void *user)
{
    struct exchange *x = user;
    size_t len = size * count;

    if (x->down.len >= FLOW_BYTES) {
        x->stuffed = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    return buf_add(&x->down, data, len) < 0 ? 0 : len;
}

static int add_line(struct exchange *x, const char *text)
{
    struct curl_slist *lines = curl_slist_append(x->lines, text);

    if (!lines)
        return -E_NOMEM;
    x->lines = lines;
    return 0;
}

/* Expect: add_expect().  Host: curl writes the same one from the URL, in the first place.  Over TLS
 * it may come to speak HTTP/2, which has no chunks: curl then decides by itself. */
static bool is_curls(const struct exchange *x, const char *name)
{
    return strcasecmp(name, "Host") == 0 || strcasecmp(name, "Expect") == 0 ||
           (x->upstream->tls && strcasecmp(name, "Transfer-Encoding") == 0);
}

/* curl would wait for "100 Continue" by its own clock, and ask again after a 417.  It is the
 * browser who waits, so curl is not to know: the header goes along in another one's line. */
static void add_expect(struct buf *line, const struct headers *headers)
{
    const char *expect = headers_get(headers, "Expect");

    if (expect)
        buf_addf(line, "\r\nExpect: %s", expect);
}

/* The last header is always one of the proxy's own, so it has a value. */
static int add_lines(struct exchange *x, const struct headers *headers)
{
    struct buf line;
    int rc = 0;

    buf_init(&line, HEAD_REWRITTEN_MAX + 8);
    for (size_t i = 0; i < headers->count && rc == 0; i++) {
        const struct header *h = &headers->items[i];

        if (is_curls(x, h->name))
            continue;
        buf_clear(&line);
        /* "Name;" is curl's word for an empty header. */
        if (*h->value)
            buf_addf(&line, "%s: %s", h->name, h->value);
        else
            buf_addf(&line, "%s;", h->name);
        if (i + 1 == headers->count)
            add_expect(&line, headers);
        rc = line.failed ? -E_NOMEM : add_line(x, line.data);
    }
    buf_release(&line);
    return rc;
}

/* What curl would add by itself and the browser did not send. */
static int suppress_lines(struct exchange *x, const struct headers *headers)
{
    static const char *const names[] = {"Accept", "Content-Type", "User-Agent"};
    int rc = add_line(x, "Expect:");

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && rc == 0; i++) {
        char line[32];

        snprintf(line, sizeof(line), "%s:", names[i]);
        if (!headers_get(headers, names[i]))
            rc = add_line(x, line);
    }
    return rc;
}

/* What could not be sent again, should the target just be closing a kept connection, gets a new
 * one. */
static bool is_sent_once(const struct exchange_request *r)
{
    return r->body_bytes == BODY_CHUNKED || r->body_bytes > (int64_t)FLOW_BYTES;
}

static void set_request(struct exchange *x, const struct exchange_request *r)
{
    bool has_body = r->body_bytes != BODY_NONE;

    x->body_ended = !has_body;
    if (strcmp(r->method, "HEAD") == 0)
        curl_easy_setopt(x->easy, CURLOPT_NOBODY, 1L);
    if (has_body) {
        curl_easy_setopt(x->easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(x->easy, CURLOPT_INFILESIZE_LARGE,
                         (curl_off_t)(r->body_bytes == BODY_CHUNKED ? -1 : r->body_bytes));
    }
    if (is_sent_once(r))
        curl_easy_setopt(x->easy, CURLOPT_FRESH_CONNECT, 1L);
    if (r->body_bytes == BODY_CHUNKED) {
        curl_easy_setopt(x->easy, CURLOPT_TRAILERFUNCTION, on_request_trailers);
        curl_easy_setopt(x->easy, CURLOPT_TRAILERDATA, x);
    }
    curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, r->method);
    curl_easy_setopt(x->easy, CURLOPT_REQUEST_TARGET, r->path);
    curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->lines);
    curl_easy_setopt(x->easy, CURLOPT_HTTP_VERSION,
                     (long)(x->upstream->tls ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    /* Chunks stay as they come, trailers with them: the browser gets the same ones. */
    curl_easy_setopt(x->easy, CURLOPT_HTTP_TRANSFER_DECODING, 0L);
}

static void set_callbacks(struct exchange *x)
{
    curl_easy_setopt(x->easy, CURLOPT_READFUNCTION, on_request_body);
    curl_easy_setopt(x->easy, CURLOPT_READDATA, x);
    curl_easy_setopt(x->easy, CURLOPT_SEEKFUNCTION, on_rewind);
    curl_easy_setopt(x->easy, CURLOPT_SEEKDATA, x);
    curl_easy_setopt(x->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(x->easy, CURLOPT_HEADERDATA, x);
    curl_easy_setopt(x->easy, CURLOPT_WRITEFUNCTION, on_answer_body);
    curl_easy_setopt(x->easy, CURLOPT_WRITEDATA, x);
    curl_easy_setopt(x->easy, CURLOPT_ERRORBUFFER, x->curl_error);
    curl_easy_setopt(x->easy, CURLOPT_BUFFERSIZE, (long)FLOW_BYTES);
}

struct exchange *exchange_start(struct upstream *u, const struct exchange_request *r)
{
    struct exchange *x = calloc(1, sizeof(*x));

    if (!x)
        return NULL;
    x->upstream = u;
    x->on_interim = r->on_interim;
    x->user = r->user;
    x->sent_is_all = true;
    buf_init(&x->up, FLOW_BYTES);
    buf_init(&x->down, 2 * FLOW_BYTES + CURL_MAX_WRITE_SIZE);
    buf_init(&x->sent, FLOW_BYTES);
    x->easy = upstream_handle(u);
    if (!x->easy || add_lines(x, r->headers) < 0 || suppress_lines(x, r->headers) < 0)
        goto fail;
    set_request(x, r);
    set_callbacks(x);
    if (curl_multi_add_handle(u->multi, x->easy) != CURLM_OK)
        goto fail;
    return x;
fail:
    exchange_free(x);
    return NULL;
}

void exchange_free(struct exchange *x)
{
    if (!x)
        return;
    upstream_drop(x->upstream, x->easy);
    curl_slist_free_all(x->lines);
    headers_release(&x->request_trailers);
    headers_release(&x->trailers);
    answer_head_release(&x->head);
    buf_release(&x->up);
    buf_release(&x->down);
    buf_release(&x->sent);
    free(x);
}

static bool head_is_here(const struct exchange *x)
{
    return x->head.done && !is_interim(&x->head);
}

size_t exchange_room(const struct exchange *x)
{
    return x->body_ended ? 0 : FLOW_BYTES - x->up.len;
}

/* A target that refused early reads no more. */
bool exchange_is_sated(const struct exchange *x)
{
    return x->done || (head_is_here(x) && x->head.status >= 300);
}

/* curl asks both sides again; who still has nothing to do pauses again. */
static void resume(struct exchange *x)
{
    x->starved = x->stuffed = false;
    curl_easy_pause(x->easy, CURLPAUSE_CONT);
}

int exchange_put(struct exchange *x, const char *data, size_t len)
{
    keep_for_rewind(x, data, len);
    if (buf_add(&x->up, data, len) < 0)
        return -E_NOMEM;
    if (x->starved)
        resume(x);
    return 0;
}

int exchange_put_end(struct exchange *x, const struct headers *trailers)
{
    int rc = 0;

    for (size_t i = 0; i < trailers->count && rc == 0; i++)
        rc = headers_add(&x->request_trailers, trailers->items[i].name, trailers->items[i].value);
    x->body_ended = true;
    if (x->starved)
        resume(x);
    return rc;
}

int exchange_step(struct exchange *x, struct client *client, struct error *err)
{
    int rc = upstream_step(x->upstream, client, err);

    if (rc == 0 && upstream_result(x->upstream, &x->result))
        x->done = true;
    return rc;
}

const struct answer_head *exchange_head(const struct exchange *x)
{
    return head_is_here(x) ? &x->head : NULL;
}

const char *exchange_data(const struct exchange *x, size_t *len)
{
    *len = x->down.len;
    return x->down.data;
}

void exchange_take(struct exchange *x, size_t len)
{
    buf_drop(&x->down, len);
    if (x->stuffed && x->down.len < FLOW_BYTES / 2)
        resume(x);
}

const struct headers *exchange_trailers(const struct exchange *x)
{
    return &x->trailers;
}

int exchange_end(const struct exchange *x, struct error *err)
{
    if (!x->done)
        return 0;
    if (x->result == CURLE_OK && head_is_here(x))
        return 1;
    return error_set(err, E_NET, "%s",
                     x->curl_error[0] ? x->curl_error : curl_easy_strerror(x->result));
}
