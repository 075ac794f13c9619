#include "player/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/units.h"

#define LINE_MAX_BYTES ((size_t)256 << 20)
#define HEADERS_MAX 256

struct tracer {
    int fd;
    char *path;
    const struct logins *logins;
    int64_t begin_us;
    bool failing;
};

/* A file that was there may be open to all; what is no file (a pipe) is its owner's business. */
static bool make_private(int fd)
{
    struct stat st;

    return fd >= 0 && fstat(fd, &st) == 0 && (!S_ISREG(st.st_mode) || fchmod(fd, 0600) == 0);
}

int tracer_open(struct tracer **out, const char *path, const struct logins *logins,
                struct error *err)
{
    struct tracer *t = calloc(1, sizeof(*t));

    *out = NULL;
    if (!t)
        return error_nomem(err);
    t->logins = logins;
    t->path = strdup(path);
    t->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (t->path && make_private(t->fd)) {
        *out = t;
        return 0;
    }
    error_set(err, E_IO, "cannot make the trace '%s': %s", path, strerror(errno));
    tracer_close(t);
    return -err->code;
}

void tracer_begin(struct tracer *t, int64_t begin_us)
{
    if (t)
        t->begin_us = begin_us;
}

void tracer_close(struct tracer *t)
{
    if (!t)
        return;
    if (t->fd >= 0)
        close(t->fd);
    free(t->path);
    free(t);
}

static void write_out(struct tracer *t, const struct buf *line)
{
    const char *at = line->data;
    size_t left = line->len;

    while (left) {
        ssize_t n = write(t->fd, at, left);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        at += n;
        left -= (size_t)n;
    }
    if ((left || line->failed) && !t->failing) {
        t->failing = true;
        fprintf(stderr, "play: cannot write all of the trace '%s': %s\n", t->path,
                line->failed ? "memory is out" : strerror(errno));
    }
}

/* Appends the text masked and terminated; gives its place in out, or -1 for none. */
static long mask(struct tracer *t, const struct values *values, const char *text, size_t len,
                 struct buf *out)
{
    long at = (long)out->len;

    if (!text)
        return -1;
    logins_mask(t->logins, values, text, len, out);
    buf_addc(out, 0);
    return at;
}

static size_t mask_headers(struct tracer *t, const struct values *values,
                           const char *const *headers, struct buf *out, long places[HEADERS_MAX])
{
    size_t count = 0;

    for (; headers && headers[count] && count + 1 < HEADERS_MAX; count++)
        places[count] = mask(t, values, headers[count], strlen(headers[count]), out);
    return count;
}

void tracer_add(struct tracer *t, const struct trace_entry *entry, const struct values *values)
{
    struct trace_entry masked = *entry;
    const char *headers[HEADERS_MAX] = {0};
    long places[HEADERS_MAX];
    struct buf text;
    struct buf line;
    long url;
    long body;
    size_t count;

    if (!t)
        return;
    buf_init(&text, LINE_MAX_BYTES);
    buf_init(&line, LINE_MAX_BYTES);
    url = mask(t, values, entry->url, entry->url ? strlen(entry->url) : 0, &text);
    count = mask_headers(t, values, entry->headers, &text, places);
    body = mask(t, values, entry->text, entry->text_bytes, &text);
    for (size_t i = 0; i < count; i++)
        headers[i] = text.data + places[i];
    masked.at_us = clock_monotonic_us() - t->begin_us;
    masked.url = url < 0 ? NULL : text.data + url;
    masked.headers = entry->headers ? headers : NULL;
    masked.text = body < 0 ? NULL : text.data + body;
    masked.text_bytes = body < 0 ? 0 : text.len - 1 - (size_t)body;
    line.failed = text.failed || trace_write(&masked, &line) < 0;
    write_out(t, &line);
    buf_release(&text);
    buf_release(&line);
}
