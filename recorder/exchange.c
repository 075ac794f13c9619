#include "recorder/exchange.h"

#include <curl/curl.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "core/buf.h"
#include "recorder/limits.h"

/* An upper bound of any one wait; nothing depends on it. */
#define POLL_MS 1000

struct upstream {
    const struct target *target;
    SSL_CTX *tls;
    int stop_fd;
    CURLM *multi;
};

struct exchange {
    struct upstream *upstream;
    CURL *easy;
    struct curl_slist *lines;
    char curl_error[CURL_ERROR_SIZE];
    int client_fd;

    const char *piece; /* of the request's body, lent by exchange_send() */
    size_t piece_left;
    bool body_ended;
    struct buf sent; /* all of the body so far, while it is small enough to be sent again */
    bool sent_is_all;
    bool paused; /* curl waits for us, one way or the other */

    struct headers headers;
    size_t head_bytes;
    int status;
    bool head_done;

    struct buf body; /* came, and not yet taken */
    size_t taken;

    bool done;
    CURLcode result;
    int64_t end_us;
};

struct upstream *upstream_new(const struct target *target, SSL_CTX *tls, int stop_fd)
{
    struct upstream *u = calloc(1, sizeof(*u));

    if (!u)
        return NULL;
    *u = (struct upstream){target, tls, stop_fd, curl_multi_init()};
    if (!u->multi) {
        free(u);
        return NULL;
    }
    return u;
}

void upstream_free(struct upstream *u)
{
    if (!u)
        return;
    curl_multi_cleanup(u->multi);
    free(u);
}

static size_t on_request_body(char *into, size_t size, size_t count, void *user)
{
    struct exchange *x = user;
    size_t n = size * count;

    if (!x->piece_left && !x->body_ended) {
        x->paused = true;
        return CURL_READFUNC_PAUSE;
    }
    if (n > x->piece_left)
        n = x->piece_left;
    if (n)
        memcpy(into, x->piece, n);
    x->piece += n;
    x->piece_left -= n;
    return n;
}

/* A kept connection may turn out to be closed when the request is out already: curl then asks for
 * the body again on a new one, as a browser would do. */
static int on_rewind(void *user, curl_off_t offset, int origin)
{
    struct exchange *x = user;

    if (offset != 0 || origin != SEEK_SET || !x->sent_is_all)
        return CURL_SEEKFUNC_CANTSEEK;
    x->piece = x->sent.data;
    x->piece_left = x->sent.len;
    return CURL_SEEKFUNC_OK;
}

/* Only the beginning of a body is kept: what is longer has reached the target when it is sent. */
static void keep_for_rewind(struct exchange *x, const char *data, size_t len)
{
    if (x->sent_is_all && x->sent.len + len <= FLOW_BYTES && buf_add(&x->sent, data, len) == 0)
        return;
    x->sent_is_all = false;
    buf_release(&x->sent);
}

static size_t on_header(char *line, size_t size, size_t count, void *user)
{
    struct exchange *x = user;
    size_t len = size * count;
    long status = 0;

    if (len > 5 && strncmp(line, "HTTP/", 5) == 0) { /* a 1xx answer may come before */
        headers_release(&x->headers);
        return len;
    }
    if (x->head_done) /* a trailer */
        return len;
    x->head_bytes += len;
    if (x->head_bytes > HEAD_BYTES_MAX)
        return 0;
    if (len > 2)
        return headers_add_line(&x->headers, line, len) < 0 ? 0 : len;
    curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    x->status = (int)status;
    x->head_done = status >= 200 || status == 101;
    return len;
}

static size_t on_answer_body(char *data, size_t size, size_t count, void *user)
{
    struct exchange *x = user;
    size_t len = size * count;

    if (x->body.len - x->taken >= FLOW_BYTES) {
        x->paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    buf_drop(&x->body, x->taken);
    x->taken = 0;
    return buf_add(&x->body, data, len) < 0 ? 0 : len;
}

/* Certificates are read once for the whole program: curl would read them for each connection. */
static CURLcode on_tls_context(CURL *easy, void *theirs, void *user)
{
    (void)easy;
    SSL_CTX_set1_cert_store(theirs, SSL_CTX_get_cert_store(user));
    return CURLE_OK;
}

static void set_target(CURL *easy, const struct target *target, SSL_CTX *tls)
{
    curl_easy_setopt(easy, CURLOPT_URL, target->url);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT_S);
    curl_easy_setopt(easy, CURLOPT_PROXY,
                     ""); /* straight to the target, whatever the environment */
    if (tls) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, tls);
    }
}

static int add_line(struct exchange *x, const char *text)
{
    struct curl_slist *lines = curl_slist_append(x->lines, text);

    if (!lines)
        return -E_NOMEM;
    x->lines = lines;
    return 0;
}

static int add_lines(struct exchange *x, const struct headers *headers)
{
    struct buf line;
    int rc = 0;

    buf_init(&line, HEAD_BYTES_MAX + 8);
    for (size_t i = 0; i < headers->count && rc == 0; i++) {
        const struct header *h = &headers->items[i];

        if (strcasecmp(h->name, "Host") == 0)
            continue; /* curl writes the same one from the URL, in the first place */
        buf_clear(&line);
        /* "Name;" is curl's word for an empty header. */
        rc = *h->value ? buf_addf(&line, "%s: %s", h->name, h->value)
                       : buf_addf(&line, "%s;", h->name);
        if (rc == 0)
            rc = add_line(x, line.data);
    }
    buf_release(&line);
    return rc;
}

/* What curl would add by itself and the browser did not send. */
static int suppress_lines(struct exchange *x, const struct headers *headers)
{
    if (!headers_get(headers, "Accept") && add_line(x, "Accept:") < 0)
        return -E_NOMEM;
    if (!headers_get(headers, "Content-Type") && add_line(x, "Content-Type:") < 0)
        return -E_NOMEM;
    return add_line(x, "Expect:");
}

static void set_method(struct exchange *x, const struct exchange_request *r)
{
    if (strcmp(r->method, "HEAD") == 0)
        curl_easy_setopt(x->easy, CURLOPT_NOBODY, 1L);
    if (r->body_bytes == BODY_NONE) {
        x->body_ended = true;
    } else {
        curl_easy_setopt(x->easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(x->easy, CURLOPT_INFILESIZE_LARGE,
                         (curl_off_t)(r->body_bytes == BODY_CHUNKED ? -1 : r->body_bytes));
    }
    curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, r->method);
    curl_easy_setopt(x->easy, CURLOPT_REQUEST_TARGET, r->path);
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
    curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->lines);
}

struct exchange *exchange_start(struct upstream *u, const struct exchange_request *r)
{
    struct exchange *x = calloc(1, sizeof(*x));

    if (!x)
        return NULL;
    x->upstream = u;
    x->client_fd = r->client_fd;
    buf_init(&x->body, 2 * FLOW_BYTES + CURL_MAX_WRITE_SIZE);
    buf_init(&x->sent, FLOW_BYTES);
    x->sent_is_all = true;
    x->easy = curl_easy_init();
    if (!x->easy || add_lines(x, r->headers) < 0 || suppress_lines(x, r->headers) < 0)
        goto fail;
    set_target(x->easy, u->target, u->tls);
    set_method(x, r);
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
    if (x->easy)
        curl_multi_remove_handle(x->upstream->multi, x->easy);
    curl_easy_cleanup(x->easy);
    curl_slist_free_all(x->lines);
    headers_release(&x->headers);
    buf_release(&x->body);
    buf_release(&x->sent);
    free(x);
}

static void collect_result(struct exchange *x)
{
    int left;
    CURLMsg *m;

    while ((m = curl_multi_info_read(x->upstream->multi, &left))) {
        if (m->msg != CURLMSG_DONE)
            continue;
        x->done = true;
        x->result = m->data.result;
        x->end_us = clock_monotonic_us();
    }
}

/* The browser's end of stream, seen without taking a byte of what it may have sent ahead. */
static bool client_is_gone(struct exchange *x)
{
    char byte;
    ssize_t n = recv(x->client_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    if (n > 0)
        x->client_fd = -1; /* the next request waits already: nothing to watch for */
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

/* Waits for the network, then moves what can be moved.  A transfer that is new or was resumed does
 * not wait: curl_multi_poll() returns at once for it. */
static int step(struct exchange *x, bool watch, struct error *err)
{
    struct curl_waitfd also[2] = {
        {.fd = x->upstream->stop_fd, .events = CURL_WAIT_POLLIN},
        {.fd = x->client_fd, .events = CURL_WAIT_POLLIN},
    };
    unsigned count = watch && x->client_fd >= 0 ? 2 : 1;
    int running;

    curl_multi_poll(x->upstream->multi, also, count, POLL_MS, NULL);
    if (also[0].revents)
        return error_set(err, E_IO, "the recording has ended");
    if (count == 2 && also[1].revents && client_is_gone(x))
        return error_set(err, E_IO, "the browser hung up");
    curl_multi_perform(x->upstream->multi, &running);
    collect_result(x);
    return 0;
}

/* A target that refused early reads no more. */
static bool wants_more(const struct exchange *x)
{
    return !x->done && !(x->head_done && x->status >= 300);
}

static int failure(const struct exchange *x, struct error *err)
{
    return error_set(err, E_NET, "%s",
                     x->curl_error[0] ? x->curl_error : curl_easy_strerror(x->result));
}

static void resume(struct exchange *x)
{
    if (!x->paused)
        return;
    x->paused = false;
    curl_easy_pause(x->easy, CURLPAUSE_CONT);
}

int exchange_send(struct exchange *x, const char *data, size_t len, struct error *err)
{
    keep_for_rewind(x, data, len);
    x->piece = data;
    x->piece_left = len;
    x->body_ended = !len;
    resume(x);
    while (x->piece_left && wants_more(x)) {
        if (step(x, false, err) < 0)
            return -E_IO;
    }
    x->piece_left = 0;
    return 0;
}

int exchange_head(struct exchange *x, struct error *err)
{
    while (!x->head_done && !x->done) {
        if (step(x, true, err) < 0)
            return -E_IO;
    }
    return x->head_done ? 0 : failure(x, err);
}

int exchange_status(const struct exchange *x)
{
    return x->status;
}

const struct headers *exchange_headers(const struct exchange *x)
{
    return &x->headers;
}

ssize_t exchange_read(struct exchange *x, char *into, size_t max, struct error *err)
{
    size_t n;

    while (x->body.len == x->taken && !x->done) {
        if (step(x, true, err) < 0)
            return -E_IO;
    }
    n = x->body.len - x->taken;
    if (!n)
        return x->result == CURLE_OK ? 0 : failure(x, err);
    if (n > max)
        n = max;
    memcpy(into, x->body.data + x->taken, n);
    x->taken += n;
    if (x->body.len - x->taken < FLOW_BYTES / 2)
        resume(x);
    return (ssize_t)n;
}

int64_t exchange_end_us(const struct exchange *x)
{
    return x->end_us;
}

int upstream_probe(const struct target *target, SSL_CTX *tls, struct error *err)
{
    char why[CURL_ERROR_SIZE] = "";
    CURL *easy = curl_easy_init();
    CURLcode rc;

    if (!easy)
        return error_nomem(err);
    set_target(easy, target, tls);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why);
    rc = curl_easy_perform(easy);
    curl_easy_cleanup(easy);
    if (rc == CURLE_OK)
        return 0;
    return error_set(err, E_NET, "cannot reach %s: %s; is the app running there?", target->url,
                     why[0] ? why : curl_easy_strerror(rc));
}
