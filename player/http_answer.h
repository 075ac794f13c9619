/* The answer to one HTTP/1.1 request (RFC 9112), torn anywhere, read as browsers read it.  Pure.
 *
 * Tolerated, as Chromium does: empty lines before the answer, lines that end without CR, folded
 * headers, lines that are no header, a Content-Length that is no number.  Refused: what could be
 * cut in two ways (several lengths), what breaks off, what is no HTTP.
 * Interim answers (1xx) are left out.
 * Invariants  what comes behind the end of the answer is never taken.
 * Owner       http_answer_init() .. http_answer_release(), which leaves one to be init'ed again.
 * Errors      -E_PROTOCOL with a sentence, or -E_NOMEM. */
#ifndef STRETTO_PLAYER_HTTP_ANSWER_H
#define STRETTO_PLAYER_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/buf.h"
#include "core/chunks.h"
#include "core/error.h"

/* Chromium's bound for one head. */
#define HTTP_HEAD_MAX ((size_t)256 << 10)

enum http_at {
    HTTP_AT_HEAD,
    HTTP_AT_LENGTH, /* in a body whose length was told */
    HTTP_AT_CHUNKS,
    HTTP_AT_CLOSE, /* in a body that the connection's end will end */
    HTTP_AT_END,
};

struct http_answer {
    enum http_at at;
    bool bodiless; /* the request was a HEAD */
    bool begun;    /* a byte of it has come */
    bool keeps;    /* the connection may carry another request behind it */
    bool cookies;  /* the head sets some */
    int status;    /* 0: not yet known */
    uint64_t left;
    struct buf partial; /* of a head that has not come whole */
    size_t looked;      /* of that: lines before this place are whole and not empty */
    struct chunks chunks;
};

/* What was met: a head, or a piece of body; both lent until the next call. */
struct http_piece {
    const char *head; /* of the real answer, from its status line to its empty line */
    size_t head_bytes;
    const char *data;
    size_t data_bytes;
};

void http_answer_init(struct http_answer *answer, bool bodiless);
void http_answer_release(struct http_answer *answer);

/* Takes some of the input: how many bytes; call again until all is taken or the end is reached. */
ssize_t http_answer_take(struct http_answer *answer, const char *in, size_t len,
                         struct http_piece *piece, struct error *err);
/* The server has closed the connection: 0 when that ends the answer well. */
int http_answer_closed(struct http_answer *answer, struct error *err);

/* One header of a head.  A folded value holds its line breaks. */
struct http_line {
    const char *name;
    size_t name_bytes;
    const char *value;
    size_t value_bytes;
};

/* The next header, *at being where the last one ended, or the head's begin; false: no more. */
bool http_next_line(const char **at, const char *end, struct http_line *line);
bool http_line_is(const struct http_line *line, const char *name);

#endif
