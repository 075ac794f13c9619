#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recorder/bodies.h"
#include "recorder/capture_private.h"
#include "recorder/correlate.h"
#include "recorder/limits.h"

#define PATH_TEXT_MAX 8192

struct capture_request {
    struct capture *capture;
    char *method;
    char *path;
    char **headers;
    enum step_type type;
    bool noise; /* proxied, not recorded */
    bool answered;
    int64_t begin_us;
    int status;
    char *encoding;  /* of the answer, as Content-Encoding names it */
    struct buf look; /* a page's beginning */
    struct buf body_path;
    int body_fd; /* -1: no body, or it could not be written */
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
    if (r->body_fd >= 0)
        close(r->body_fd);
    buf_release(&r->body_path);
    buf_release(&r->look);
    capture_headers_free(r->headers);
    free(r->encoding);
    free(r->method);
    free(r->path);
    free(r);
}

/* With the lock held. */
static void body_failed(struct capture_request *r)
{
    struct error err = ERROR_NONE;

    error_set(&err, E_IO, "cannot write %s: %s; the %zu steps before are complete in %s",
              r->body_path.data, strerror(errno), r->capture->file.steps, r->capture->file.path);
    capture_fail(r->capture, &err);
    if (r->body_fd >= 0)
        close(r->body_fd);
    r->body_fd = -1;
}

/* With the lock held. */
static void open_body(struct capture_request *r)
{
    struct capture *c = r->capture;
    struct error err = ERROR_NONE;

    if (script_file_claim(&c->file, &err) < 0) {
        capture_fail(c, &err);
        return;
    }
    if (body_path(&r->body_path, c->file.path, c->bodies++) < 0) {
        capture_fail_nomem(c);
        return;
    }
    r->body_fd = open(r->body_path.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (r->body_fd < 0)
        body_failed(r);
}

static struct capture_request *new_request(struct capture *c, const struct request_facts *facts)
{
    struct capture_request *r = calloc(1, sizeof(*r));

    if (!r)
        return NULL;
    r->capture = c;
    r->body_fd = -1;
    r->begin_us = facts->begin_us;
    r->type = type_of(facts);
    r->method = strdup(facts->method);
    r->path = strdup(facts->path);
    r->headers = capture_headers(facts);
    buf_init(&r->look, LOOK_BYTES_MAX);
    buf_init(&r->body_path, PATH_TEXT_MAX);
    if (r->method && r->path)
        return r;
    free_request(r);
    return NULL;
}

struct capture_request *capture_request_begin(struct capture *c, const struct request_facts *facts)
{
    struct capture_request *r = new_request(c, facts);

    pthread_mutex_lock(&c->lock);
    if (!r) {
        capture_fail_nomem(c);
    } else {
        r->noise = dialect_request_is_noise(c->file.dialect, facts->method, facts->path);
        c->activity.unanswered++;
        c->activity.last_us = facts->begin_us;
        if (!r->noise) {
            capture_anchor(c, facts->begin_us);
            /* shinyloadtest gives each POST a file, an empty one too */
            if (facts->has_body || r->type == STEP_REQ_POST)
                open_body(r);
        }
    }
    pthread_mutex_unlock(&c->lock);
    return r;
}

void capture_request_body(struct capture_request *r, const char *data, size_t len)
{
    while (r && r->body_fd >= 0 && len) {
        ssize_t n = write(r->body_fd, data, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            pthread_mutex_lock(&r->capture->lock);
            body_failed(r);
            pthread_mutex_unlock(&r->capture->lock);
            return;
        }
        data += n;
        len -= (size_t)n;
    }
}

/* With the lock held: somebody got what they waited for, or will not. */
static void settle(struct capture_request *r)
{
    if (!r->answered)
        r->capture->activity.unanswered--;
    r->answered = true;
    r->capture->activity.last_us = clock_monotonic_us();
}

void capture_request_answered(struct capture_request *r, int status, const struct headers *headers)
{
    const char *encoding = headers_get(headers, "Content-Encoding");

    if (!r)
        return;
    r->status = status;
    if (encoding)
        r->encoding = strdup(encoding);
    pthread_mutex_lock(&r->capture->lock);
    settle(r);
    pthread_mutex_unlock(&r->capture->lock);
}

void capture_request_answer(struct capture_request *r, const char *data, size_t len)
{
    if (!r)
        return;
    if (r->type == STEP_REQ_HOME || r->type == STEP_REQ_TOK) {
        size_t room = r->look.max - r->look.len;

        buf_add(&r->look, data, len < room ? len : room);
    }
    pthread_mutex_lock(&r->capture->lock);
    r->capture->activity.last_us = clock_monotonic_us();
    pthread_mutex_unlock(&r->capture->lock);
}

/* With the lock held. */
static void put_request(struct capture_request *r, int64_t end_us)
{
    struct capture *c = r->capture;
    struct step step = {.type = r->type,
                        .begin_us = r->begin_us,
                        .end_us = end_us,
                        .status = r->status,
                        .method = r->method,
                        .headers = (const char *const *)r->headers};
    struct buf url;

    buf_init(&url, STEP_BYTES_MAX);
    if (r->body_path.data)
        step.datafile = body_name(r->body_path.data);
    if (correlate_path(&c->values, r->path, &url) < 0 ||
        correlate_body(&c->values, r->type, r->encoding, r->look.data ? r->look.data : "",
                       r->look.len) < 0) {
        capture_fail_nomem(c);
    } else {
        step.url = url.data;
        capture_put(c, &step, c->file.dialect);
    }
    buf_release(&url);
}

void capture_request_end(struct capture_request *r, int64_t end_us)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->capture->lock);
    settle(r);
    if (!r->noise)
        put_request(r, end_us);
    if (r->capture->failure.code && r->body_path.data)
        unlink(r->body_path.data); /* no step of the script names it */
    pthread_mutex_unlock(&r->capture->lock);
    free_request(r);
}

/* With the lock held. */
static void tell_dropped(struct capture_request *r, const char *why)
{
    const struct capture_watcher *watcher = &r->capture->watcher;
    char text[512];

    snprintf(text, sizeof(text), "%s %s is not recorded: %s", r->method, r->path, why);
    watcher->on_note(watcher->user, text);
}

void capture_request_drop(struct capture_request *r, const char *why)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->capture->lock);
    settle(r);
    if (r->body_path.data)
        unlink(r->body_path.data);
    if (!r->noise)
        tell_dropped(r, why);
    pthread_mutex_unlock(&r->capture->lock);
    free_request(r);
}
