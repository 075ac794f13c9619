#include "recorder/proxy_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/units.h"
#include "recorder/limits.h"
#include "recorder/tap.h"

struct sides visit_sides(const struct visit *v)
{
    const char *host = headers_get(&v->head->headers, "Host");

    return (struct sides){v->proxy->target, host && *host ? host : v->proxy->listener.authority};
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
    int64_t bytes = v->head->body_bytes;

    return (struct request_facts){.method = v->head->method,
                                  .path = path_of(v->head->target),
                                  .headers = &v->head->headers,
                                  .has_body = bytes > 0 || bytes == BODY_CHUNKED,
                                  .begin_us = v->begin_us};
}

int visit_wire_path(const struct visit *v, struct buf *out)
{
    buf_init(out, HEAD_REWRITTEN_MAX);
    return rewrite_path(out, v->head->target, v->proxy->target);
}

int visit_wire_headers(const struct visit *v, enum head_use use, struct headers *out)
{
    struct sides sides = visit_sides(v);

    *out = (struct headers){0};
    return rewrite_request(out, &v->head->headers, &sides, use);
}

bool visit_wants_socket(const struct request_head *head)
{
    return strcmp(head->method, "GET") == 0 && head->body_bytes <= 0 &&
           head->body_bytes != BODY_CHUNKED && head->minor &&
           headers_have_word(&head->headers, "Upgrade", "websocket") &&
           headers_have_word(&head->headers, "Connection", "upgrade");
}

void visit_refuse(struct visit *v, const char *what, const struct error *err)
{
    char why[600];

    snprintf(why, sizeof(why), "%s gives no %s: %s", v->proxy->target->shown, what, err->text);
    capture_note(v->proxy->capture, why);
    v->keeps = v->head->keeps && v->body_ended;
    answer_put_page(v->client, 502, why, !v->keeps);
}

static void on_interim(void *user, const struct answer_head *head)
{
    struct visit *v = user;
    struct sides sides = visit_sides(v);
    struct headers headers = {0};

    if (v->head->minor && rewrite_response(&headers, &head->headers, &sides, HEAD_HTTP) == 0)
        answer_put_head(v->client, head, &headers, "");
    headers_release(&headers);
}

static int start_exchange(struct visit *v)
{
    struct exchange_request request = {.method = v->head->method,
                                       .body_bytes = v->head->body_bytes,
                                       .on_interim = on_interim,
                                       .user = v};
    struct headers headers = {0};
    struct buf path;

    if (visit_wire_path(v, &path) == 0 && visit_wire_headers(v, HEAD_HTTP, &headers) == 0) {
        request.path = path.data;
        request.headers = &headers;
        v->exchange = exchange_start(v->upstream, &request);
    }
    headers_release(&headers);
    buf_release(&path);
    return v->exchange ? 0 : -E_NOMEM;
}

static int put_body(struct visit *v, const char *data, size_t len)
{
    capture_request_body(v->record, data, len);
    return exchange_is_sated(v->exchange) ? 0 : exchange_put(v->exchange, data, len);
}

/* A piece of the body from what the browser sent: how many bytes of that, or negative. */
static ssize_t take_body(struct visit *v, size_t len, struct error *err)
{
    const char *data = v->client->in.data;
    const char *body;
    size_t body_len;
    ssize_t n;

    if (v->head->body_bytes == BODY_CHUNKED) {
        n = chunks_take(&v->chunks, data, len, &body, &body_len, err);
        if (n >= 0 && body_len && put_body(v, body, body_len) < 0)
            return error_nomem(err);
        v->body_ended = chunks_done(&v->chunks);
        return n;
    }
    len = len < v->body_left ? len : (size_t)v->body_left;
    v->body_left -= len;
    v->body_ended = !v->body_left;
    return put_body(v, data, len) < 0 ? error_nomem(err) : (ssize_t)len;
}

/* As much of the request's body as the target takes; what it does not want any more is dropped. */
static int move_body(struct visit *v, struct error *err)
{
    struct buf *in = &v->client->in;

    while (in->len && !v->body_ended) {
        size_t room = exchange_is_sated(v->exchange) ? FLOW_BYTES : exchange_room(v->exchange);
        ssize_t n = room ? take_body(v, in->len < room ? in->len : room, err) : 0;

        if (n < 0)
            return (int)n;
        if (!room)
            break;
        buf_drop(in, (size_t)n);
        if (v->body_ended && exchange_put_end(v->exchange, &v->chunks.trailers) < 0)
            return error_nomem(err);
    }
    return 0;
}

static void on_body(void *user, const char *data, size_t len)
{
    struct visit *v = user;

    capture_request_answer(v->record, data, len);
}

int visit_begin_answer(struct visit *v, const struct answer_head *head,
                       void (*told)(void *user, const char *data, size_t len), struct error *err)
{
    struct answer_way way = {v->head->method, v->head->minor, v->head->keeps, told, v};
    struct sides sides = visit_sides(v);
    struct headers headers = {0};
    int rc = rewrite_response(&headers, &head->headers, &sides, HEAD_HTTP);

    if (rc == 0)
        rc = answer_begin(&v->answer, v->client, &way, head, &headers, err);
    else
        error_nomem(err);
    headers_release(&headers);
    return rc;
}

/* The step is recorded when the target is done, before the browser has the last byte and acts on
 * it, and behind the messages that came before it, whose values it may carry: so the script is in
 * the order of cause and effect. */
static void record_end(struct visit *v)
{
    if (!v->answer.ended || (!v->body_ended && !exchange_is_sated(v->exchange)))
        return;
    tap_settle(v->begin_us);
    capture_request_end(v->record, clock_monotonic_us());
    v->record = NULL;
}

/* As much of the answer as the browser takes. */
static int move_answer(struct visit *v, struct error *err)
{
    const struct answer_head *head = exchange_head(v->exchange);
    size_t len = 0;
    int rc = 0;

    if (head && !v->answer.begun) {
        capture_request_answered(v->record, head->status, &head->headers);
        rc = visit_begin_answer(v, head, on_body, err);
    }
    while (rc == 0 && v->answer.begun && client_has_room(v->client)) {
        const char *data = exchange_data(v->exchange, &len);

        if (!len)
            break;
        len = len < FLOW_BYTES ? len : FLOW_BYTES;
        rc = answer_pass(&v->answer, v->client, data, len, err);
        exchange_take(v->exchange, len);
    }
    exchange_data(v->exchange, &len);
    if (rc == 0 && !len && !v->answer.ended) {
        rc = exchange_end(v->exchange, err);
        if (rc > 0)
            rc = answer_end(&v->answer, v->client, exchange_trailers(v->exchange), err);
    }
    record_end(v);
    return rc;
}

/* Nothing is left to be done for this request. */
static bool is_over(const struct visit *v)
{
    struct error none = ERROR_NONE;

    if (!v->answer.ended || v->client->out.len)
        return false;
    return v->body_ended || exchange_is_sated(v->exchange) || exchange_end(v->exchange, &none);
}

/* Until both bodies have passed: 0, or why not. */
static int converse(struct visit *v, struct error *err)
{
    for (;;) {
        int rc = move_body(v, err);

        if (rc == 0)
            rc = move_answer(v, err);
        if (rc < 0)
            return rc;
        client_flush(v->client);
        if (v->client->lost || (v->client->ended && (!v->answer.ended || !v->body_ended)))
            return error_set(err, E_IO, "the browser hung up");
        if (is_over(v))
            return 0;
        rc = exchange_step(v->exchange, v->client, err);
        if (rc < 0)
            return rc;
    }
}

static void fail(struct visit *v, int rc, const struct error *err)
{
    v->keeps = false;
    if (rc == -E_IO) { /* the browser went, or the recording ends */
        tap_settle(v->begin_us);
        capture_request_left(v->record, clock_monotonic_us());
        v->record = NULL;
        v->client->lost = true;
    } else if (v->answer.begun) {
        v->broken = "the target broke off its answer";
        if (answer_ends_with_connection(&v->answer))
            client_break(v->client);
    } else if (rc == -E_PROTOCOL && !v->body_ended) {
        v->broken = "the browser's request was broken";
        answer_put_page(v->client, 400, err->text, true);
    } else {
        v->broken = "the target gave no answer";
        visit_refuse(v, "answer", err);
    }
}

void visit_run(struct visit *v)
{
    struct error err = ERROR_NONE;
    struct request_facts facts = visit_facts(v);
    int rc;

    v->body_left = v->head->body_bytes > 0 ? (uint64_t)v->head->body_bytes : 0;
    v->body_ended = !v->body_left && v->head->body_bytes != BODY_CHUNKED;
    chunks_init(&v->chunks);
    v->record = capture_request_begin(v->proxy->capture, &facts);
    rc = start_exchange(v) < 0 ? error_nomem(&err) : 0;
    if (rc == 0 && v->body_ended)
        rc = exchange_put_end(v->exchange, &v->chunks.trailers);
    if (rc == 0)
        rc = converse(v, &err);
    if (rc < 0)
        fail(v, rc, &err);
    else
        v->keeps = !v->answer.closes && v->body_ended;
    capture_request_drop(v->record, v->broken ? v->broken : "the answer came before its request");
    exchange_free(v->exchange);
    answer_release(&v->answer);
    chunks_release(&v->chunks);
}
