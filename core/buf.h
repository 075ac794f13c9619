/* A growing run of bytes, bounded when it is made.
 *
 * Invariants  data[len] == 0 whenever data is not NULL; len <= max.
 * Errors      an append returns 0 or -E_NOMEM (memory refused, or max passed) and leaves the
 *             content as it was; `failed` then stays set and all later appends fail, so a row of
 *             appends is checked once, at its end.  buf_clear() starts afresh.
 * Owner       whoever called buf_init(); buf_release() may be called twice, buf_take() moves the
 *             bytes to the caller, who frees them with free(). */
#ifndef STRETTO_CORE_BUF_H
#define STRETTO_CORE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t len;
    size_t cap;
    size_t max;
    bool failed;
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
char *buf_take(struct buf *b);

int buf_add(struct buf *b, const void *data, size_t len);
int buf_adds(struct buf *b, const char *text);
int buf_addc(struct buf *b, char c);
int buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Room for len more bytes, to be written by the caller and counted by buf_added(); NULL if refused.
 */
char *buf_room(struct buf *b, size_t len);
void buf_added(struct buf *b, size_t len);

/* Drops the first n bytes. */
void buf_drop(struct buf *b, size_t n);
void buf_clear(struct buf *b);

/* Appends all of a file's bytes: 0, -1 with errno set, or -E_NOMEM when it is larger than max. */
int buf_add_file(struct buf *b, const char *path);

#endif
