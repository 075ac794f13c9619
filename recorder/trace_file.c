#include "recorder/trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recorder/limits.h"

static int refuse(const struct trace_file *f, int why, struct error *err)
{
    return error_set(err, E_IO, "cannot write %s: %s; --no-trace records without it", f->path,
                     strerror(why));
}

int trace_file_open(struct trace_file *f, const char *script_path, struct error *err)
{
    *f = (struct trace_file){.fd = -1};
    if (asprintf(&f->path, "%s.trace", script_path) < 0) {
        f->path = NULL;
        return error_nomem(err);
    }
    /* Not through a link that somebody laid, and not into a file that others may read. */
    unlink(f->path);
    f->fd = open(f->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return f->fd < 0 ? refuse(f, errno, err) : 0;
}

void trace_file_close(struct trace_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    free(f->path);
    *f = (struct trace_file){.fd = -1};
}

static int append(struct trace_file *f, const struct buf *line, struct error *err)
{
    size_t done = 0;

    while (done < line->len) {
        ssize_t n = pwrite(f->fd, line->data + done, line->len - done, f->bytes + (off_t)done);
        int why = n < 0 ? errno : ENOSPC;

        if (n > 0) {
            done += (size_t)n;
            continue;
        }
        if (n < 0 && why == EINTR)
            continue;
        if (ftruncate(f->fd, f->bytes) < 0)
            why = errno;
        return refuse(f, why, err);
    }
    f->bytes += (off_t)line->len;
    return 0;
}

int trace_file_add(struct trace_file *f, const struct trace_entry *entry, struct error *err)
{
    struct buf line;
    int rc;

    if (f->fd < 0)
        return 0;
    buf_init(&line, STEP_BYTES_MAX);
    rc = trace_write(entry, &line) < 0 ? error_nomem(err) : append(f, &line, err);
    buf_release(&line);
    return rc;
}
