/* The head of a request (RFC 9112): what a server made of a script wants to know of it.
 *
 * Pure.  Texts point into the head. */
#ifndef STRETTO_PARROT_HEAD_H
#define STRETTO_PARROT_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEAD_BYTES_MAX ((size_t)1 << 20)

struct head_text {
    const char *at;
    size_t bytes;
};

struct head {
    struct head_text method;
    struct head_text url; /* path and query */
    bool keep_alive;
    bool chunked; /* the body comes in chunks */
    bool expects; /* 100-continue */
    bool upgrade; /* to a WebSocket */
    uint64_t body_bytes;
    struct head_text key;      /* Sec-WebSocket-Key */
    struct head_text protocol; /* the first of Sec-WebSocket-Protocol */
    struct head_text cookies;  /* "a=b; c=d" */
};

/* How long the head is, its blank line counted; 0: it is not whole yet; -1: that is no request, or
 * its head is longer than HEAD_BYTES_MAX. */
long head_read(const char *data, size_t len, struct head *head);

/* The number that this cookie holds; 0: there is none, or it is no number. */
uint64_t head_cookie(const struct head *head, const char *name);

#endif
