#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "recorder/capture_private.h"
#include "recorder/limits.h"

/* RFC 6455 5.5: what a close frame has room for. */
#define REASON_BYTES_MAX 123

struct capture_socket {
    struct capture *capture;
    struct conversation conversation;
    unsigned number;
    bool ended;
};

/* The socket's own, or what the requests before it told. */
static const struct dialect *dialect_of_open(struct capture *c, const struct request_facts *facts)
{
    const struct dialect *dialect =
        dialect_of_handshake(facts->path, headers_get(facts->headers, "Sec-WebSocket-Protocol"));

    if (c->dialect_is_given || dialect == dialect_find("plain"))
        return c->file.dialect;
    return dialect;
}

static void trace_open(struct capture *c, const struct request_facts *facts, long step)
{
    struct traced_request request = {
        .step = step, .method = facts->method, .path = facts->path, .at_us = facts->begin_us};
    char **lines = NULL;

    if (!c->traces)
        return;
    if (capture_header_lines(facts->headers, &lines) < 0) {
        capture_fail_nomem(c);
        return;
    }
    request.headers = (const char *const *)lines;
    capture_trace_request(c, &request);
    capture_headers_free(lines);
}

static int fill_open(struct capture *c, const struct request_facts *facts, struct buf *url,
                     char ***headers)
{
    struct buf cookies;
    int rc = capture_cookies(c, facts, &cookies);

    if (rc == 0)
        rc = correlate_path(&c->correlation, facts->path, url);
    if (rc == 0)
        rc = capture_headers(c, facts->method, facts->path, facts->headers, cookies.data, headers);
    buf_release(&cookies);
    return rc;
}

static void put_open(struct capture_socket *s, const struct request_facts *facts, int64_t end_us)
{
    struct capture *c = s->capture;
    long number = (long)c->file.steps;
    struct step step = {
        .type = STEP_WS_OPEN, .socket = s->number, .begin_us = facts->begin_us, .end_us = end_us};
    char *mark = capture_take_mark(c);
    char **headers = NULL;
    struct buf url;

    buf_init(&url, STEP_BYTES_MAX);
    if (fill_open(c, facts, &url, &headers) < 0) {
        capture_fail_nomem(c);
    } else {
        step.url = url.data;
        step.mark = mark;
        step.headers = (const char *const *)headers;
        if (capture_put(c, &step, s->conversation.dialect))
            trace_open(c, facts, number);
    }
    buf_release(&url);
    capture_headers_free(headers);
    free(mark);
}

struct capture_socket *capture_socket_open(struct capture *c, const struct request_facts *facts,
                                           int64_t end_us)
{
    struct capture_socket *s = calloc(1, sizeof(*s));

    pthread_mutex_lock(&c->lock);
    capture_anchor(c, facts->begin_us);
    if (s) {
        s->capture = c;
        s->number = c->sockets++;
        conversation_init(&s->conversation, dialect_of_open(c, facts));
        s->conversation.reads_only = true;
        c->activity.had_socket = true;
        c->activity.sockets_open++;
        c->activity.last_us = end_us;
        capture_learn_dialect(c, s->conversation.dialect);
        put_open(s, facts, end_us);
    } else {
        capture_fail_nomem(c);
    }
    pthread_mutex_unlock(&c->lock);
    return s;
}

/* --- messages --- */

struct heard_message {
    const char *data;
    size_t len;
    bool sent;
};

static int fill_send(struct capture_socket *s, const struct heard_message *m, struct step *step,
                     struct buf *text)
{
    const struct dialect *dialect = s->conversation.dialect;

    conversation_sent(&s->conversation, m->data, m->len, step->binary, step->begin_us);
    step->type = STEP_WS_SEND;
    if (dialect_send_is_noise(dialect, m->data, m->len, step->binary)) {
        step->type = STEP_TYPES;
        return 0;
    }
    return correlate_send(&s->capture->correlation, dialect, m->data, m->len, step->binary, text);
}

static int fill(struct capture_socket *s, const struct heard_message *m, struct step *step,
                struct buf *text)
{
    if (m->sent)
        return fill_send(s, m, step, text);
    return correlate_recv(&s->capture->correlation, &s->conversation, m->data, m->len,
                          &step->binary, step->begin_us, &step->type, text);
}

/* Whether it is a step now. */
static bool put_filled(struct capture_socket *s, struct step *step)
{
    char *mark;
    bool put;

    if (step->type == STEP_TYPES)
        return false;
    mark = capture_take_mark(s->capture);
    step->mark = mark;
    put = capture_put(s->capture, step, s->conversation.dialect);
    free(mark);
    return put;
}

static void put_message(struct capture_socket *s, const struct heard_message *m, struct step *step)
{
    struct capture *c = s->capture;
    long number = (long)c->file.steps;
    int64_t at_us = step->begin_us;
    bool binary = step->binary; /* the frame; a step may hold what several say as one text */
    struct buf text;
    int rc;

    buf_init(&text, STEP_BYTES_MAX);
    rc = fill(s, m, step, &text);
    sched_yield(); /* a long message takes long in each of its stages: others wait for a processor
                    */
    step->message = text.data ? text.data : "";
    step->message_bytes = text.len;
    if (rc < 0)
        capture_fail_nomem(c);
    else if (!put_filled(s, step))
        number = -1;
    buf_release(&text);
    sched_yield();
    if (rc == 0)
        capture_trace_message(c, m->sent, number, s->number, m->data, m->len, binary, at_us);
}

void capture_socket_message(struct capture_socket *s, bool from_browser, const char *data,
                            size_t len, bool binary, int64_t at_us)
{
    struct heard_message message = {data ? data : "", len, from_browser};
    struct step step = {.begin_us = at_us, .end_us = at_us, .binary = binary};

    if (!s)
        return;
    step.socket = s->number;
    pthread_mutex_lock(&s->capture->lock);
    s->capture->activity.last_us = at_us;
    if (!s->ended && !s->capture->failure.code)
        put_message(s, &message, &step);
    pthread_mutex_unlock(&s->capture->lock);
}

/* --- the end --- */

static void put_end(struct capture_socket *s, const struct socket_end *end, int64_t at_us)
{
    struct capture *c = s->capture;
    char reason[REASON_BYTES_MAX + 1];
    size_t len = end->reason_bytes < REASON_BYTES_MAX ? end->reason_bytes : REASON_BYTES_MAX;
    struct step step = {.type = STEP_WS_CLOSE,
                        .socket = s->number,
                        .begin_us = at_us,
                        .end_us = at_us,
                        .from_server = end->from_server,
                        .code = end->code};

    if (len) {
        memcpy(reason, end->reason, len);
        reason[len] = 0;
        step.reason = reason;
    }
    c->activity.sockets_open--;
    c->activity.last_us = at_us;
    capture_put(c, &step, s->conversation.dialect);
}

void capture_socket_end(struct capture_socket *s, const struct socket_end *end, int64_t at_us)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->capture->lock);
    if (!s->ended)
        put_end(s, end, at_us);
    s->ended = true;
    pthread_mutex_unlock(&s->capture->lock);
}

void capture_socket_free(struct capture_socket *s)
{
    if (!s)
        return;
    conversation_release(&s->conversation);
    free(s);
}
