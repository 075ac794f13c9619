/* A WebSocket's way through: the target's handshake first, then its answer to the browser, then
 * the relay, in this connection's own thread. */
#include "recorder/proxy_private.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/units.h"
#include "core/ws.h"
#include "recorder/relay.h"
#include "recorder/tap.h"

static void on_message(void *user, bool from_browser, const char *data, size_t len, bool binary,
                       int64_t at_us)
{
    struct visit *v = user;

    capture_socket_message(v->socket, from_browser, data, len, binary, at_us);
}

static void on_close(void *user, bool from_browser, unsigned code, const char *reason, size_t len,
                     int64_t at_us)
{
    struct visit *v = user;
    struct socket_end end = {!from_browser, code == WS_CLOSE_NONE ? 0 : code, reason, len};

    capture_socket_end(v->socket, &end, at_us);
}

/* Nobody said so by a close frame, or this is not heard any more. */
static void on_over(void *user, bool from_browser, int64_t at_us)
{
    struct visit *v = user;
    struct socket_end end = {.from_server = !from_browser};

    capture_socket_end(v->socket, &end, at_us);
}

static void on_unreadable(void *user, const char *what, const char *why)
{
    struct visit *v = user;
    char text[600];

    snprintf(text, sizeof(text), "%s on %s is passed on but not recorded: %s", what,
             v->head->target, why);
    capture_note(v->proxy->capture, text);
}

static void relay(struct visit *v)
{
    struct relay_tap tap = {on_message, on_close, on_over, on_unreadable, v};
    struct relay way = {.browser_fd = v->client->fd,
                        .target = &v->handshake.stream,
                        .stop_fd = v->proxy->stop_fd,
                        .tap = &tap,
                        .extensions =
                            headers_get(&v->handshake.head.headers, "Sec-WebSocket-Extensions"),
                        .from_browser = v->client->in.data,
                        .from_browser_bytes = v->client->in.len,
                        .from_target = v->handshake.rest.data,
                        .from_target_bytes = v->handshake.rest.len};

    if (relay_run(&way) < 0)
        on_over(v, true, clock_monotonic_us());
    capture_socket_free(v->socket);
    v->socket = NULL;
    stream_close(&v->handshake.stream);
}

static int shake_hands(struct visit *v, struct error *err)
{
    struct handshake_request request = {.upstream = v->upstream, .client = v->client};
    struct headers headers = {0};
    struct buf path;
    int rc = visit_wire_path(v, &path);

    if (rc == 0)
        rc = visit_wire_headers(v, HEAD_WEBSOCKET, &headers);
    if (rc == 0) {
        request.path = path.data;
        request.headers = &headers;
        rc = handshake_run(&v->handshake, &request, err);
    } else {
        error_nomem(err);
    }
    headers_release(&headers);
    buf_release(&path);
    return rc;
}

/* The head goes out before the relay begins, which writes straight to the socket.  As any request,
 * this one is recorded behind the messages that came before it. */
static void pass_switch(struct visit *v)
{
    struct request_facts facts = visit_facts(v);
    struct sides sides = visit_sides(v);
    struct headers headers = {0};

    if (rewrite_response(&headers, &v->handshake.head.headers, &sides, HEAD_WEBSOCKET) == 0) {
        answer_put_head(v->client, &v->handshake.head, &headers, "");
        tap_settle(v->begin_us);
        v->socket = capture_socket_open(v->proxy->capture, &facts, clock_monotonic_us());
        while (v->client->out.len && client_wait(v->client, INT64_MAX))
            ;
        relay(v);
    }
    headers_release(&headers);
    v->client->lost = true; /* nothing of HTTP is left to be said */
}

static void ignore_body(void *user, const char *data, size_t len)
{
    (void)user;
    (void)data;
    (void)len;
}

/* The refusal's body as it comes: 0 or negative. */
static int pass_refusal_body(struct visit *v, struct error *err)
{
    struct buf *rest = &v->handshake.rest;
    struct headers none = {0};
    int rc = 0;

    while (rc == 0 && !v->answer.ended) {
        rc = answer_pass(&v->answer, v->client, rest->data, rest->len, err);
        buf_clear(rest);
        while (!client_has_room(v->client) && client_wait(v->client, INT64_MAX))
            ;
        if (client_is_gone(v->client))
            return -E_IO;
        if (rc < 0 || v->answer.ended)
            return rc;
        rc = handshake_read(&v->handshake, v->client, err);
        if (rc == 0)
            return answer_end(&v->answer, v->client, &none, err);
        rc = rc > 0 ? 0 : rc;
    }
    return rc;
}

/* The target said no: the browser is told in the target's own words. */
static void pass_refusal(struct visit *v)
{
    struct error err = ERROR_NONE;
    char text[600];
    int rc;

    snprintf(text, sizeof(text), "the target refused the WebSocket %s (HTTP status %d)",
             v->head->target, v->handshake.head.status);
    capture_note(v->proxy->capture, text);
    rc = visit_begin_answer(v, &v->handshake.head, ignore_body, &err);
    if (rc == 0)
        rc = pass_refusal_body(v, &err);
    v->keeps = rc == 0 && !v->answer.closes;
    answer_release(&v->answer);
}

void visit_run_socket(struct visit *v)
{
    struct error err = ERROR_NONE;
    int rc;

    v->body_ended = true;
    rc = shake_hands(v, &err);
    if (rc < 0 && rc != -E_IO)
        visit_refuse(v, "WebSocket", &err);
    else if (rc == 0 && v->handshake.head.status == 101)
        pass_switch(v);
    else if (rc == 0)
        pass_refusal(v);
    handshake_release(&v->handshake);
}
