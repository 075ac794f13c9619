#include "recorder/capture_body.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recorder/bodies.h"
#include "core/decode.h"
#include "recorder/limits.h"

#define PATH_TEXT_MAX 8192
/* Of what was written before, in case a secret stands across. */
#define OVERLAP_BYTES ((size_t)4 << 10)

static char *copy_header(const struct headers *headers, const char *name, int *rc)
{
    const char *value = headers_get(headers, name);
    char *copy = value ? strdup(value) : NULL;

    if (value && !copy)
        *rc = -E_NOMEM;
    return copy;
}

int capture_body_init(struct capture_body *b, const struct headers *headers)
{
    int rc = 0;

    *b = (struct capture_body){.fd = -1};
    buf_init(&b->kept, BODY_KEPT_MAX + FLOW_BYTES);
    buf_init(&b->path, PATH_TEXT_MAX);
    b->content_type = copy_header(headers, "Content-Type", &rc);
    b->encoding = copy_header(headers, "Content-Encoding", &rc);
    return rc;
}

void capture_body_release(struct capture_body *b)
{
    if (b->fd >= 0)
        close(b->fd);
    buf_release(&b->kept);
    buf_release(&b->path);
    free(b->content_type);
    free(b->encoding);
}

void capture_body_begin(struct capture *c, struct capture_body *b)
{
    struct error err = ERROR_NONE;

    b->exists = true;
    if (script_file_claim(&c->file, &err) < 0)
        capture_fail(c, &err);
    else if (body_path(&b->path, c->file.path, c->bodies++) < 0)
        capture_fail_nomem(c);
}

void capture_body_drop(struct capture_body *b)
{
    if (b->fd >= 0)
        unlink(b->path.data);
}

static void fail(struct capture *c, struct capture_body *b)
{
    struct error err = ERROR_NONE;

    error_set(&err, E_IO, "cannot write %s: %s; the %zu steps before are complete in %s",
              b->path.data, strerror(errno), c->file.steps, c->file.path);
    capture_fail(c, &err);
}

static void write_all(struct capture *c, struct capture_body *b, const char *data, size_t len)
{
    if (b->fd < 0)
        b->fd = open(b->path.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (b->fd < 0)
        fail(c, b);
    while (b->fd >= 0 && len) {
        ssize_t n = write(b->fd, data, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            fail(c, b);
            return;
        }
        data += n;
        len -= (size_t)n;
    }
}

/* --- longer ones --- */

static bool has_secret(struct capture *c, const struct buf *text)
{
    struct buf masked;
    int rc;

    buf_init(&masked, STEP_BYTES_MAX);
    rc = secrets_mask(&c->correlation.secrets, text->data, text->len, CODING_NONE, NULL, &masked);
    buf_release(&masked);
    return rc != 0; /* memory that is refused proves nothing */
}

/* What is kept goes to the file, but for the overlap, which was written before already. */
static void spill(struct capture *c, struct capture_body *b)
{
    size_t written = b->fd >= 0 ? OVERLAP_BYTES : 0;

    b->holds_secret = b->holds_secret || has_secret(c, &b->kept);
    if (b->holds_secret) {
        if (b->fd >= 0)
            unlink(b->path.data);
    } else if (b->kept.len > written) {
        write_all(c, b, b->kept.data + written, b->kept.len - written);
    }
    if (b->kept.len > OVERLAP_BYTES)
        buf_drop(&b->kept, b->kept.len - OVERLAP_BYTES);
}

void capture_body_add(struct capture *c, struct capture_body *b, const char *data, size_t len)
{
    b->bytes += len;
    while (len && b->path.data && !b->holds_secret && !c->failure.code) {
        size_t room = BODY_KEPT_MAX - b->kept.len;
        size_t n = len < room ? len : room;

        if (buf_add(&b->kept, data, n) < 0) {
            capture_fail_nomem(c);
            return;
        }
        data += n;
        len -= n;
        if (b->kept.len >= BODY_KEPT_MAX)
            spill(c, b);
    }
}

/* --- the end --- */

const char *capture_body_text(const struct capture_body *b)
{
    return b->exists && b->fd < 0 && !b->encoding ? (b->kept.data ? b->kept.data : "") : NULL;
}

/* A body that was compressed has its secrets inside: they would be out of reach at play. */
static bool hides_secret(struct capture *c, struct capture_body *b)
{
    struct buf plain;
    struct buf clean;
    int rc;

    buf_init(&plain, LOOK_DECODED_MAX);
    buf_init(&clean, STEP_BYTES_MAX);
    rc = decode_body(b->encoding, b->kept.data, b->kept.len, &plain);
    if (rc == 0 && plain.len)
        rc = secrets_clean_body(&c->correlation.secrets, b->content_type, plain.data, plain.len,
                                NULL, &clean);
    buf_release(&plain);
    buf_release(&clean);
    return rc > 0 || rc == -E_NOMEM;
}

static void write_clean(struct capture *c, struct capture_body *b)
{
    struct buf clean;
    int rc;

    buf_init(&clean, STEP_BYTES_MAX);
    rc = correlate_body(&c->correlation, b->content_type, b->kept.data ? b->kept.data : "",
                        b->kept.len, &clean);
    b->expand = rc > 0;
    if (rc < 0)
        capture_fail_nomem(c);
    else
        write_all(c, b, clean.data ? clean.data : "", clean.len);
    buf_release(&clean);
}

bool capture_body_end(struct capture *c, struct capture_body *b)
{
    if (!b->exists || c->failure.code)
        return !c->failure.code;
    if (b->fd >= 0)
        spill(c, b);
    else if (b->encoding && b->kept.len)
        b->holds_secret = b->holds_secret || hides_secret(c, b);
    if (b->holds_secret)
        return false;
    if (b->fd < 0 && b->encoding)
        write_all(c, b, b->kept.data ? b->kept.data : "", b->kept.len);
    else if (b->fd < 0)
        write_clean(c, b);
    return !c->failure.code;
}
