#include "core/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){.max = max};
}

void buf_release(struct buf *b)
{
    free(b->data);
    *b = (struct buf){.max = b->max};
}

char *buf_take(struct buf *b)
{
    char *data = b->data;

    b->data = NULL;
    buf_release(b);
    return data;
}

static int refuse(struct buf *b)
{
    b->failed = true;
    return -E_NOMEM;
}

char *buf_room(struct buf *b, size_t len)
{
    size_t cap = b->cap ? b->cap : 64;
    char *data;

    if (b->failed)
        return NULL; /* or a later part would stand where an earlier one is missing */
    if (len > b->max || b->len > b->max - len) {
        refuse(b);
        return NULL;
    }
    while (cap < b->len + len + 1) /* one more for the terminator */
        cap = cap > SIZE_MAX / 2 ? SIZE_MAX : cap * 2;
    if (cap != b->cap) {
        data = realloc(b->data, cap);
        if (!data) {
            refuse(b);
            return NULL;
        }
        b->data = data;
        b->cap = cap;
    }
    return b->data + b->len;
}

void buf_added(struct buf *b, size_t len)
{
    b->len += len;
    b->data[b->len] = 0;
}

int buf_add(struct buf *b, const void *data, size_t len)
{
    char *room = buf_room(b, len);

    if (!room)
        return -E_NOMEM;
    if (len)
        memcpy(room, data, len);
    buf_added(b, len);
    return 0;
}

int buf_adds(struct buf *b, const char *text)
{
    return buf_add(b, text, strlen(text));
}

int buf_addc(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

int buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list args;
    char *room;
    int len;

    va_start(args, fmt);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (len < 0)
        return refuse(b);
    room = buf_room(b, (size_t)len);
    if (!room)
        return -E_NOMEM;
    va_start(args, fmt);
    vsnprintf(room, (size_t)len + 1, fmt, args);
    va_end(args);
    buf_added(b, (size_t)len);
    return 0;
}

void buf_drop(struct buf *b, size_t n)
{
    if (!n)
        return;
    memmove(b->data, b->data + n, b->len - n);
    b->len -= n;
    b->data[b->len] = 0;
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = 0;
}

#define READ_BYTES 65536

static int read_all(struct buf *b, int fd)
{
    for (;;) {
        size_t left = b->max - b->len;
        size_t want = left < READ_BYTES ? left : READ_BYTES;
        char beyond; /* when nothing more fits: is there more? */
        char *room = want ? buf_room(b, want) : &beyond;
        ssize_t n;

        if (!room)
            return -E_NOMEM;
        n = read(fd, room, want ? want : 1);
        if (n < 0 && errno == EINTR)
            continue; /* a pipe may keep us waiting */
        if (n < 0)
            return -1;
        if (n > 0 && !want)
            return refuse(b);
        if (want)
            buf_added(b, (size_t)n);
        if (n == 0)
            return 0;
    }
}

int buf_add_file(struct buf *b, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t before = b->len;
    int rc;
    int saved;

    if (fd < 0)
        return -1;
    rc = read_all(b, fd);
    saved = errno;
    if (rc < 0 && b->data) {
        b->len = before;
        b->data[before] = 0;
    }
    close(fd);
    errno = saved;
    return rc;
}
