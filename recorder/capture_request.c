#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/condition.h"
#include "recorder/bodies.h"
#include "recorder/capture_body.h"
#include "recorder/capture_private.h"
#include "core/decode.h"
#include "recorder/limits.h"

/* A script of this length is a library, and tells no session values. */
#define SCRIPT_LOOK_MAX ((size_t)64 << 10)

struct capture_request {
    struct capture *capture;
    char *method;
    char *path;
    struct headers headers;
    enum step_type type;
    bool noise; /* proxied, not recorded */
    bool answered;
    int64_t begin_us;
    struct capture_body body;
    struct buf cookies; /* that a replay would not have by itself */
    char *mark;

    int status;
    char **answer_headers;
    char *encoding; /* of the answer, as Content-Encoding names it */
    char *kind;     /* of the answer, as Content-Type names it */
    int64_t answered_us;
    struct buf look; /* the answer's beginning; of a stream of events its end */
    uint64_t bytes;
    bool is_seen; /* the answer is looked into */
};

/* A person opens a page.  Browsers say so; for others a wish for HTML has to do. */
static bool is_navigation(const struct headers *headers)
{
    const char *mode = headers_get(headers, "Sec-Fetch-Mode");
    const char *dest = headers_get(headers, "Sec-Fetch-Dest");
    const char *accept = headers_get(headers, "Accept");

    if (mode)
        return strcmp(mode, "navigate") == 0 && (!dest || strcmp(dest, "document") == 0);
    return accept && strncmp(accept, "text/html", 9) == 0;
}

static enum step_type type_of(const struct request_facts *facts)
{
    enum step_type type =
        dialect_request_type(facts->method, facts->path, is_navigation(facts->headers));

    /* The short types have no place for a body. */
    return facts->has_body && type != STEP_REQ_POST ? STEP_REQ : type;
}

static void free_request(struct capture_request *r)
{
    capture_body_release(&r->body);
    buf_release(&r->cookies);
    buf_release(&r->look);
    headers_release(&r->headers);
    capture_headers_free(r->answer_headers);
    free(r->mark);
    free(r->encoding);
    free(r->kind);
    free(r->method);
    free(r->path);
    free(r);
}

static int copy_headers(struct headers *to, const struct headers *from)
{
    int rc = 0;

    for (size_t i = 0; i < from->count && rc == 0; i++)
        rc = headers_add(to, from->items[i].name, from->items[i].value);
    return rc;
}

static struct capture_request *new_request(struct capture *c, const struct request_facts *facts)
{
    struct capture_request *r = calloc(1, sizeof(*r));
    int rc;

    if (!r)
        return NULL;
    r->capture = c;
    r->begin_us = facts->begin_us;
    r->type = type_of(facts);
    r->method = strdup(facts->method);
    r->path = strdup(facts->path);
    buf_init(&r->look, LOOK_BYTES_MAX);
    rc = capture_body_init(&r->body, facts->headers);
    if (copy_headers(&r->headers, facts->headers) == 0 && rc == 0 && r->method && r->path)
        return r;
    free_request(r);
    return NULL;
}

/* With the lock held. */
static void begin(struct capture_request *r, const struct request_facts *facts)
{
    struct capture *c = r->capture;

    capture_learn_dialect(c, dialect_of_request(facts->method, facts->path));
    r->noise = dialect_request_is_noise(c->file.dialect, facts->method, facts->path);
    c->activity.unanswered++;
    c->activity.last_us = facts->begin_us;
    if (r->noise)
        return;
    capture_anchor(c, facts->begin_us);
    r->mark = capture_take_mark(c);
    /* what it names may be sent again before it has ended: an event stream's session */
    if (dialect_learn_sent(c->correlation.dialect, SENT_PATH, facts->path, strlen(facts->path),
                           &c->correlation.values) < 0 ||
        capture_cookies(c, facts, &r->cookies) < 0)
        capture_fail_nomem(c);
    /* shinyloadtest gives each POST a file, an empty one too */
    if (facts->has_body || r->type == STEP_REQ_POST)
        capture_body_begin(c, &r->body);
}

struct capture_request *capture_request_begin(struct capture *c, const struct request_facts *facts)
{
    struct capture_request *r = new_request(c, facts);

    pthread_mutex_lock(&c->lock);
    if (r)
        begin(r, facts);
    else
        capture_fail_nomem(c);
    pthread_mutex_unlock(&c->lock);
    return r;
}

void capture_request_body(struct capture_request *r, const char *data, size_t len)
{
    if (!r || !r->body.exists)
        return;
    pthread_mutex_lock(&r->capture->lock);
    capture_body_add(r->capture, &r->body, data, len);
    pthread_mutex_unlock(&r->capture->lock);
}

/* With the lock held: somebody got what they waited for, or will not. */
static void settle(struct capture_request *r)
{
    if (!r->answered)
        r->capture->activity.unanswered--;
    r->answered = true;
    r->capture->activity.last_us = clock_monotonic_us();
}

/* --- the answer --- */

static bool has(const char *text, const char *word)
{
    return text && strcasestr(text, word);
}

/* May it tell session values? */
static bool is_telling(const char *kind)
{
    static const char *const kinds[] = {"text/html", "text/plain", "json",         "xml",
                                        "text/",     "javascript", "event-stream", "urlencoded"};

    if (!kind)
        return true;
    if (has(kind, "text/css"))
        return false;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (has(kind, kinds[i]))
            return true;
    }
    return false;
}

/* 0 or -E_NOMEM. */
static int copy_header(const struct headers *headers, const char *name, char **out)
{
    const char *value = headers_get(headers, name);

    free(*out);
    *out = value ? strdup(value) : NULL;
    return value && !*out ? -E_NOMEM : 0;
}

/* With the lock held: before the browser can send any of these back. */
static void learn_cookies(struct capture *c, const struct headers *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (strcasecmp(headers->items[i].name, "Set-Cookie") == 0 &&
            cookies_seen_set(&c->cookies, headers->items[i].value) < 0)
            capture_fail_nomem(c);
    }
}

void capture_request_answered(struct capture_request *r, int status, const struct headers *headers)
{
    int rc;

    if (!r)
        return;
    r->status = status;
    r->answered_us = clock_monotonic_us();
    capture_headers_free(r->answer_headers);
    rc = capture_header_lines(headers, &r->answer_headers);
    if (copy_header(headers, "Content-Encoding", &r->encoding) < 0 ||
        copy_header(headers, "Content-Type", &r->kind) < 0)
        rc = -E_NOMEM;
    pthread_mutex_lock(&r->capture->lock);
    if (rc < 0)
        capture_fail_nomem(r->capture);
    learn_cookies(r->capture, headers);
    r->is_seen =
        is_telling(r->kind) || dialect_wants_answer(r->capture->file.dialect, r->method, r->path);
    settle(r);
    pthread_mutex_unlock(&r->capture->lock);
}

static void look(struct capture_request *r, const char *data, size_t len)
{
    size_t room = r->look.max - r->look.len;

    if (has(r->kind, "event-stream") && len > room && r->look.len)
        buf_drop(&r->look, r->look.len / 2);
    room = r->look.max - r->look.len;
    if (buf_add(&r->look, data, len < room ? len : room) < 0) {
        pthread_mutex_lock(&r->capture->lock);
        capture_fail_nomem(r->capture);
        pthread_mutex_unlock(&r->capture->lock);
    }
}

void capture_request_answer(struct capture_request *r, const char *data, size_t len)
{
    if (!r)
        return;
    r->bytes += len;
    if (r->is_seen && !r->noise)
        look(r, data, len);
    pthread_mutex_lock(&r->capture->lock);
    r->capture->activity.last_us = clock_monotonic_us();
    pthread_mutex_unlock(&r->capture->lock);
}

void capture_request_answer_bytes(struct capture_request *r, uint64_t bytes)
{
    if (r && bytes)
        r->bytes = bytes;
}

/* --- the step; all with the lock held --- */

struct ending {
    int64_t at_us;
    bool left;
    struct buf answer; /* decoded */
    struct buf url;
    struct buf until;
    char **headers;
    const char *poll; /* what the browser repeats the request for, or NULL */
    int64_t poll_every_us;
    bool is_asked_again;
};

static int decode_answer(struct capture_request *r, struct buf *out)
{
    int rc = r->look.len ? decode_body(r->encoding, r->look.data, r->look.len, out) : 0;

    if (rc == -E_NOMEM)
        return rc;
    if (has(r->kind, "javascript") && out->len > SCRIPT_LOOK_MAX)
        buf_clear(out);
    return 0;
}

static int learn_answer(struct capture_request *r, const struct ending *e)
{
    struct capture *c = r->capture;
    const char *body = e->answer.data ? e->answer.data : "";
    int rc = correlate_answer(&c->correlation, r->method, r->path,
                              (const char *const *)r->answer_headers, body, e->answer.len);

    if (rc == 0 && (has(r->kind, "html") || has(r->kind, "javascript")))
        rc = strangers_learn(&c->strangers, c->file.target_url, body, e->answer.len);
    if (rc == 0 && r->type == STEP_REQ_HOME && has(r->kind, "html"))
        rc = named_learn(&c->named, c->file.target_url, r->path, body, e->answer.len);
    if (rc == 0 && e->left)
        rc = dialect_stream_mark(c->file.dialect, r->method, r->path, body, e->answer.len,
                                 (struct buf *)&e->until);
    return rc;
}

static void trace(struct capture_request *r, const struct ending *e, long step)
{
    struct capture *c = r->capture;
    struct traced_request request = {.step = step,
                                     .method = r->method,
                                     .path = r->path,
                                     .content_type = r->body.content_type,
                                     .body = capture_body_text(&r->body),
                                     .body_bytes = r->body.bytes,
                                     .at_us = r->begin_us};
    struct traced_answer answer = {.step = step,
                                   .status = r->status,
                                   .headers = (const char *const *)r->answer_headers,
                                   .body = e->answer.len ? e->answer.data : NULL,
                                   .body_bytes = e->answer.len,
                                   .bytes = r->bytes,
                                   .at_us = e->at_us};
    char **lines = NULL;

    if (!c->traces)
        return;
    if (capture_header_lines(&r->headers, &lines) < 0) {
        capture_fail_nomem(c);
        return;
    }
    request.headers = (const char *const *)lines;
    capture_trace_request(c, &request);
    capture_trace_answer(c, &answer);
    capture_headers_free(lines);
}

/* The body is on its place already. */
static void put_step(struct capture_request *r, const struct ending *e)
{
    struct capture *c = r->capture;
    long number = (long)c->file.steps;
    struct step step = {.type = r->type,
                        .begin_us = r->begin_us,
                        .end_us = e->at_us,
                        .status = r->status,
                        .method = r->method,
                        .url = e->url.data,
                        .headers = (const char *const *)e->headers,
                        .body_expand = r->body.expand,
                        .bytes = r->bytes,
                        .mark = r->mark,
                        .left = e->left,
                        .named = r->type == STEP_REQ_GET && named_has(&c->named, r->path),
                        .poll = e->poll,
                        .poll_every_us = e->poll_every_us,
                        .until = e->until.len ? e->until.data : NULL};

    if (r->body.exists)
        step.datafile = body_name(r->body.path.data);
    if (capture_put(c, &step, c->file.dialect))
        trace(r, e, number);
}

/* 0 or -E_NOMEM. */
static int prepare(struct capture_request *r, struct ending *e)
{
    struct capture *c = r->capture;
    int rc = decode_answer(r, &e->answer);

    if (rc == 0)
        rc = correlate_path(&c->correlation, r->path, &e->url);
    if (rc == 0)
        rc = capture_headers(c, r->method, r->path, &r->headers, r->cookies.data, &e->headers);
    return rc;
}

static void tell_dropped(struct capture_request *r, const char *why)
{
    const struct capture_watcher *watcher = &r->capture->watcher;
    char text[512];

    capture_return_mark(r->capture, r->mark);
    snprintf(text, sizeof(text), "%s %s is not recorded: %s", r->method, r->path, why);
    watcher->on_note(watcher->user, text);
}

/* The requests of one poll are one step, which the last of them writes.  0 or -E_NOMEM. */
static int join_poll(struct capture_request *r, struct ending *e)
{
    struct capture *c = r->capture;
    int fits;

    e->poll = dialect_poll(c->file.dialect, r->method, r->path);
    if (!e->poll)
        return 0;
    fits = condition_fits(e->poll, e->answer.data ? e->answer.data : "", e->answer.len);
    e->is_asked_again = fits == 0;
    if (fits > 0)
        e->poll_every_us = polls_end(&c->polls, r->method, r->path, &r->begin_us);
    else if (fits == 0)
        return polls_wait(&c->polls, r->method, r->path, r->begin_us, e->at_us);
    return fits < 0 ? fits : 0;
}

/* Nothing of it is in the script but its place. */
static void skip_request(struct capture_request *r, const struct ending *e)
{
    capture_return_mark(r->capture, r->mark);
    capture_body_drop(&r->body);
    if (learn_answer(r, e) < 0)
        capture_fail_nomem(r->capture);
}

static void put_learnt(struct capture_request *r, const struct ending *e)
{
    if (learn_answer(r, e) < 0)
        capture_fail_nomem(r->capture);
    else
        put_step(r, e);
}

/* What the browser sent first, then what the answer tells: a value belongs to whoever said it
 * first. */
static void put_request(struct capture_request *r, int64_t at_us, bool left)
{
    struct capture *c = r->capture;
    struct ending e = {.at_us = at_us, .left = left};

    buf_init(&e.answer, LOOK_DECODED_MAX);
    buf_init(&e.url, STEP_BYTES_MAX);
    buf_init(&e.until, HEAD_BYTES_MAX);
    if (prepare(r, &e) < 0 || join_poll(r, &e) < 0)
        capture_fail_nomem(c);
    else if (e.is_asked_again)
        skip_request(r, &e);
    else if (!capture_body_end(c, &r->body) && r->body.holds_secret)
        tell_dropped(r, "its body holds a secret where none can be filled in again");
    else if (!c->failure.code)
        put_learnt(r, &e);
    buf_release(&e.answer);
    buf_release(&e.url);
    buf_release(&e.until);
    capture_headers_free(e.headers);
}

static void end(struct capture_request *r, int64_t at_us, bool left)
{
    struct capture *c = r->capture;

    settle(r);
    if (!r->noise && !c->failure.code)
        put_request(r, at_us, left);
    if (c->failure.code)
        capture_body_drop(&r->body); /* no step of the script names it */
}

void capture_request_end(struct capture_request *r, int64_t end_us)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->capture->lock);
    end(r, end_us, false);
    pthread_mutex_unlock(&r->capture->lock);
    free_request(r);
}

void capture_request_left(struct capture_request *r, int64_t at_us)
{
    if (!r)
        return;
    if (!r->status) {
        capture_request_drop(r, "the browser hung up before its answer began");
        return;
    }
    pthread_mutex_lock(&r->capture->lock);
    end(r, at_us, true);
    pthread_mutex_unlock(&r->capture->lock);
    free_request(r);
}

void capture_request_drop(struct capture_request *r, const char *why)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->capture->lock);
    settle(r);
    capture_body_drop(&r->body);
    if (!r->noise)
        tell_dropped(r, why);
    pthread_mutex_unlock(&r->capture->lock);
    free_request(r);
}
