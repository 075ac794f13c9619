#include "recorder/proxy_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recorder/limits.h"

struct visit *visit_new(struct proxy *proxy, struct MHD_Connection *connection, const char *uri)
{
    struct visit *v = calloc(1, sizeof(*v));

    if (!v)
        return NULL;
    v->proxy = proxy;
    v->connection = connection;
    v->begin_us = clock_monotonic_us();
    v->handshake.stream = STREAM_CLOSED;
    v->uri = strdup(uri);
    if (v->uri)
        return v;
    free(v);
    return NULL;
}

/* The step is recorded when the target is done, before the browser has the last byte and acts on
 * it: so the script is in the order of cause and effect. */
static void record_end(struct visit *v)
{
    struct error err = ERROR_NONE;
    char byte;

    /* All bytes are here; that the target is done may not have been noticed yet. */
    if (exchange_read(v->exchange, &byte, 1, &err) != 0)
        return;
    capture_request_end(v->record, exchange_end_us(v->exchange));
    v->record = NULL;
}

void visit_free(struct visit *v)
{
    if (!v)
        return;
    capture_request_drop(v->record,
                         v->broken ? v->broken : "the browser hung up before its answer ended");
    exchange_free(v->exchange);
    handshake_release(&v->handshake);
    headers_release(&v->headers);
    free(v->uri);
    free(v);
}

struct sides visit_sides(const struct visit *v)
{
    const char *host = headers_get(&v->headers, "Host");

    return (struct sides){v->proxy->target, host && *host ? host : v->proxy->authority};
}

/* The path alone, as it is recorded: a browser that takes us for a forward proxy sends whole URLs.
 */
static const char *path_of(const char *uri)
{
    const char *host = *uri == '/' ? NULL : strstr(uri, "://");
    const char *path = host ? strchr(host + 3, '/') : NULL;

    return path ? path : uri;
}

struct request_facts visit_facts(const struct visit *v)
{
    return (struct request_facts){.method = v->method,
                                  .path = path_of(v->uri),
                                  .headers = &v->headers,
                                  .has_body = v->body_bytes > 0 || v->body_bytes == BODY_CHUNKED,
                                  .begin_us = v->begin_us};
}

int visit_wire_path(const struct visit *v, struct buf *out)
{
    buf_init(out, HEAD_REWRITTEN_MAX);
    return rewrite_path(out, v->uri, v->proxy->target);
}

int visit_wire_headers(const struct visit *v, enum head_use use, struct headers *out)
{
    struct sides sides = visit_sides(v);

    *out = (struct headers){0};
    return rewrite_request(out, &v->headers, &sides, use);
}

static enum MHD_Result on_header(void *user, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    (void)kind;
    return headers_add(user, name, value ? value : "") < 0 ? MHD_NO : MHD_YES;
}

static int64_t body_bytes(const struct headers *headers)
{
    const char *length = headers_get(headers, "Content-Length");

    if (headers_have_word(headers, "Transfer-Encoding", "chunked"))
        return BODY_CHUNKED;
    return length ? strtoll(length, NULL, 10) : BODY_NONE;
}

static bool wants_socket(const struct visit *v)
{
    return strcmp(v->method, "GET") == 0 &&
           headers_have_word(&v->headers, "Upgrade", "websocket") &&
           headers_have_word(&v->headers, "Connection", "upgrade");
}

static struct upstream *upstream_of(const struct visit *v)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(v->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

static int client_fd(const struct visit *v)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(v->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info ? info->connect_fd : -1;
}

static int start_exchange(struct visit *v)
{
    struct exchange_request request = {
        .method = v->method, .body_bytes = v->body_bytes, .client_fd = client_fd(v)};
    struct upstream *upstream = upstream_of(v);
    struct headers headers = {0};
    struct buf path;

    if (visit_wire_path(v, &path) == 0 && visit_wire_headers(v, HEAD_HTTP, &headers) == 0 &&
        upstream) {
        request.path = path.data;
        request.headers = &headers;
        v->exchange = exchange_start(upstream, &request);
    }
    headers_release(&headers);
    buf_release(&path);
    return v->exchange ? 0 : -E_NOMEM;
}

enum MHD_Result visit_begin(struct visit *v, const char *method)
{
    struct request_facts facts;
    int count;

    v->begun = true;
    v->method = method;
    count = MHD_get_connection_values(v->connection, MHD_HEADER_KIND, NULL, NULL);
    MHD_get_connection_values(v->connection, MHD_HEADER_KIND, on_header, &v->headers);
    if (v->headers.count != (size_t)count)
        return MHD_NO; /* memory was refused: better no request than a mutilated one */
    v->body_bytes = body_bytes(&v->headers);
    v->is_socket = wants_socket(v);
    if (v->is_socket)
        return MHD_YES;
    facts = visit_facts(v);
    v->record = capture_request_begin(v->proxy->capture, &facts);
    return start_exchange(v) < 0 ? MHD_NO : MHD_YES;
}

enum MHD_Result visit_body(struct visit *v, const char *data, size_t len)
{
    struct error err = ERROR_NONE;

    if (!v->exchange)
        return MHD_NO;
    capture_request_body(v->record, data, len);
    return exchange_send(v->exchange, data, len, &err) < 0 ? MHD_NO : MHD_YES;
}

enum MHD_Result visit_queue(struct visit *v, unsigned status, struct MHD_Response *response)
{
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    result = MHD_queue_response(v->connection, status, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result visit_refuse(struct visit *v, const char *why)
{
    struct MHD_Response *response;
    char text[640];
    int len = snprintf(text, sizeof(text), "stretto record: %s\n", why);

    response = MHD_create_response_from_buffer((size_t)len, text, MHD_RESPMEM_MUST_COPY);
    if (response)
        MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
    return visit_queue(v, MHD_HTTP_BAD_GATEWAY, response);
}

static enum MHD_Result refuse_target(struct visit *v, const struct error *err)
{
    char why[600];

    snprintf(why, sizeof(why), "%s gives no answer: %s", v->proxy->target->url, err->text);
    v->broken = "the target gave no answer";
    capture_note(v->proxy->capture, why);
    return visit_refuse(v, why);
}

int visit_add_headers(struct visit *v, struct MHD_Response *response, const struct headers *headers)
{
    struct sides sides = visit_sides(v);
    struct headers out = {0};
    int rc = rewrite_response(&out, headers, &sides);

    for (size_t i = 0; rc == 0 && i < out.count; i++) {
        const struct header *h = &out.items[i];

        if (strcasecmp(h->name, "Content-Length") != 0) /* MHD writes it */
            MHD_add_response_header(response, h->name, h->value);
    }
    headers_release(&out);
    return rc;
}

static ssize_t on_answer_wanted(void *user, uint64_t at, char *into, size_t max)
{
    struct visit *v = user;
    struct error err = ERROR_NONE;
    ssize_t n = exchange_read(v->exchange, into, max, &err);

    if (n > 0)
        capture_request_answer(v->record, into, (size_t)n);
    if (n >= 0 && (n == 0 || at + (uint64_t)n == v->answer_bytes))
        record_end(v);
    if (n > 0)
        return n;
    if (n == 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (n == -E_NET)
        v->broken = "the target broke off its answer";
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

/* For HEAD, MHD tells a known length and asks for no byte.  But behind a 304 it would send the body
 * that the length speaks of, and behind a HEAD of unknown length a last chunk: both are said to be
 * empty instead, which browsers do not heed. */
static struct MHD_Response *new_response(struct visit *v, int status)
{
    const char *length = headers_get(exchange_headers(v->exchange), "Content-Length");
    bool head = strcmp(v->method, "HEAD") == 0;

    v->answer_bytes = length ? strtoull(length, NULL, 10) : MHD_SIZE_UNKNOWN;
    if (status == 204 || status == 304 || (head && !length))
        v->answer_bytes = 0;
    if (!v->answer_bytes || head)
        record_end(v); /* no byte will be asked for */
    if (!v->answer_bytes)
        return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    return MHD_create_response_from_callback(v->answer_bytes, FLOW_BYTES, on_answer_wanted, v,
                                             NULL);
}

/* Until the head of the answer is here. */
static int await_answer(struct visit *v, struct error *err)
{
    int rc = 0;

    if (v->body_bytes != BODY_NONE)
        rc = exchange_send(v->exchange, NULL, 0, err);
    return rc == 0 ? exchange_head(v->exchange, err) : rc;
}

enum MHD_Result visit_answer(struct visit *v)
{
    struct error err = ERROR_NONE;
    struct MHD_Response *response;
    int rc = await_answer(v, &err);
    int status;

    if (rc == -E_IO)
        return MHD_NO; /* nobody is there to hear it */
    if (rc < 0)
        return refuse_target(v, &err);
    status = exchange_status(v->exchange);
    capture_request_answered(v->record, status, exchange_headers(v->exchange));
    response = new_response(v, status);
    if (response)
        visit_add_headers(v, response, exchange_headers(v->exchange));
    return visit_queue(v, (unsigned)status, response);
}
