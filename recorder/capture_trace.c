/* What is written here is read by people and by the checker, never sent: secrets are masked, and
 * nothing else is replaced. */
#include "recorder/capture_private.h"

#include <stdlib.h>
#include <string.h>

#include "recorder/bodies.h"
#include "recorder/limits.h"

/* The file is made with its first entry, so that an older one stays where nothing is recorded. */
static bool is_open(struct capture *c)
{
    struct error err = ERROR_NONE;

    if (!c->traces || c->failure.code)
        return false;
    if (c->trace.fd < 0 && trace_file_open(&c->trace, c->file.path, &err) < 0)
        capture_fail(c, &err);
    return c->trace.fd >= 0;
}

static void add(struct capture *c, struct trace_entry *entry)
{
    struct error err = ERROR_NONE;

    entry->at_us -= c->anchor_us;
    if (trace_file_add(&c->trace, entry, &err) < 0)
        capture_fail(c, &err);
}

static char **mask_headers(struct capture *c, const char *const *headers)
{
    size_t count = 0;
    char **list;

    while (headers && headers[count])
        count++;
    list = calloc(count + 1, sizeof(*list));
    for (size_t i = 0; list && i < count; i++) {
        struct buf text;

        buf_init(&text, STEP_BYTES_MAX);
        if (secrets_clean_header(&c->correlation.secrets, headers[i], NULL, &text) >= 0)
            list[i] = buf_take(&text);
        buf_release(&text);
        if (!list[i]) {
            capture_headers_free(list);
            return NULL;
        }
    }
    return list;
}

static void put_request(struct capture *c, const struct traced_request *r, struct buf *url,
                        struct buf *body)
{
    struct trace_entry entry = {.what = TRACE_REQUEST,
                                .step = r->step,
                                .at_us = r->at_us,
                                .method = r->method,
                                .bytes = r->body_bytes};
    struct secrets *secrets = &c->correlation.secrets;
    char **headers = mask_headers(c, r->headers);

    if (!headers || secrets_clean_url(secrets, r->path, NULL, url) < 0 ||
        (r->body &&
         secrets_clean_body(secrets, r->content_type, r->body, r->body_bytes, NULL, body) < 0)) {
        capture_fail_nomem(c);
    } else {
        entry.url = url->data ? url->data : "";
        entry.headers = (const char *const *)headers;
        entry.text = r->body ? body->data : NULL;
        entry.text_bytes = body->len;
        add(c, &entry);
    }
    capture_headers_free(headers);
}

void capture_trace_request(struct capture *c, const struct traced_request *request)
{
    struct buf url;
    struct buf body;

    if (!is_open(c))
        return;
    buf_init(&url, STEP_BYTES_MAX);
    buf_init(&body, STEP_BYTES_MAX);
    put_request(c, request, &url, &body);
    buf_release(&url);
    buf_release(&body);
}

void capture_trace_answer(struct capture *c, const struct traced_answer *a)
{
    struct trace_entry entry = {.what = TRACE_ANSWER,
                                .step = a->step,
                                .at_us = a->at_us,
                                .status = a->status,
                                .bytes = a->bytes};
    struct buf body;
    char **headers;

    if (!is_open(c))
        return;
    buf_init(&body, STEP_BYTES_MAX);
    headers = mask_headers(c, a->headers);
    if (!headers ||
        (a->body && correlate_mask(&c->correlation, a->body, a->body_bytes, &body) < 0)) {
        capture_fail_nomem(c);
    } else {
        entry.headers = (const char *const *)headers;
        entry.text = a->body ? body.data : NULL;
        entry.text_bytes = body.len;
        add(c, &entry);
    }
    capture_headers_free(headers);
    buf_release(&body);
}

void capture_trace_message(struct capture *c, bool sent, long step, unsigned socket,
                           const char *data, size_t len, bool binary, int64_t at_us)
{
    struct trace_entry entry = {.what = sent ? TRACE_SEND : TRACE_RECV,
                                .step = step,
                                .socket = socket,
                                .at_us = at_us,
                                .binary = binary};
    struct buf text;
    int rc;

    if (!is_open(c))
        return;
    buf_init(&text, STEP_BYTES_MAX);
    rc = binary ? correlate_blank(&c->correlation, data, len, &text)
                : correlate_mask(&c->correlation, data, len, &text);
    if (rc < 0) {
        capture_fail_nomem(c);
    } else {
        entry.text = text.data ? text.data : "";
        entry.text_bytes = text.len;
        add(c, &entry);
    }
    buf_release(&text);
}
