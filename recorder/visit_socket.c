/* A WebSocket's way through: the target's handshake first, then its answer to the browser, then
 * the relay, in this connection's own thread. */
#include "recorder/proxy_private.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/units.h"
#include "core/ws.h"
#include "recorder/relay.h"

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

    snprintf(text, sizeof(text), "%s on %s is passed on but not recorded: %s", what, v->uri, why);
    capture_note(v->proxy->capture, text);
}

static void converse(struct visit *v, int browser_fd, const char *extra, size_t extra_bytes)
{
    struct relay_tap tap = {on_message, on_close, on_over, on_unreadable, v};
    struct relay relay = {.browser_fd = browser_fd,
                          .target = &v->handshake.stream,
                          .stop_fd = v->proxy->stop_fd,
                          .tap = &tap,
                          .extensions =
                              headers_get(&v->handshake.headers, "Sec-WebSocket-Extensions"),
                          .from_browser = extra,
                          .from_browser_bytes = extra_bytes,
                          .from_target = v->handshake.rest.data,
                          .from_target_bytes = v->handshake.rest.len};

    if (relay_run(&relay) < 0)
        on_over(v, true, clock_monotonic_us());
    capture_socket_free(v->socket);
    v->socket = NULL;
    stream_close(&v->handshake.stream);
}

static void on_switched(void *user, struct MHD_Connection *connection, void *request,
                        const char *extra, size_t extra_bytes, MHD_socket fd,
                        struct MHD_UpgradeResponseHandle *handle)
{
    (void)connection;
    (void)request;
    MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CORK_OFF);
    converse(user, fd, extra, extra_bytes);
    MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
}

static int shake_hands(struct visit *v, struct error *err)
{
    struct handshake_request request = {
        .target = v->proxy->target, .tls = v->proxy->tls, .stop_fd = v->proxy->stop_fd};
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

static enum MHD_Result pass_switch(struct visit *v)
{
    struct request_facts facts = visit_facts(v);
    struct MHD_Response *response = MHD_create_response_for_upgrade(on_switched, v);

    if (!response)
        return MHD_NO;
    visit_add_headers(v, response, &v->handshake.headers);
    MHD_add_response_header(response, "Upgrade", "websocket");
    v->socket = capture_socket_open(v->proxy->capture, &facts, clock_monotonic_us());
    return visit_queue(v, MHD_HTTP_SWITCHING_PROTOCOLS, response);
}

/* The target said no: the browser is told in the target's own words. */
static enum MHD_Result pass_refusal(struct visit *v)
{
    const struct buf *body = &v->handshake.rest;
    struct MHD_Response *response;
    char text[600];

    snprintf(text, sizeof(text), "the target refused the WebSocket %s (HTTP status %d)", v->uri,
             v->handshake.status);
    capture_note(v->proxy->capture, text);
    response = MHD_create_response_from_buffer(body->len, body->data, MHD_RESPMEM_MUST_COPY);
    if (response)
        visit_add_headers(v, response, &v->handshake.headers);
    return visit_queue(v, (unsigned)v->handshake.status, response);
}

enum MHD_Result visit_answer_socket(struct visit *v)
{
    struct error err = ERROR_NONE;
    char why[600];

    if (shake_hands(v, &err) < 0) {
        snprintf(why, sizeof(why), "%s gives no WebSocket: %s", v->proxy->target->url, err.text);
        capture_note(v->proxy->capture, why);
        return visit_refuse(v, why);
    }
    return v->handshake.status == 101 ? pass_switch(v) : pass_refusal(v);
}
