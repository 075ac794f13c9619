/* Passes an answer on to the browser: its head, then its body as it comes.
 *
 * The body's framing stays the target's own, chunk by chunk, as far as the browser's version
 * allows: a length is kept; a body without one is chunked for HTTP/1.1, and for HTTP/1.0 it ends
 * with the connection.
 *
 * Owner   answer_begin() .. answer_release(); a zeroed struct has not begun.
 * Errors  0 or negative with a sentence: the target's framing is broken, or no memory. */
#ifndef STRETTO_RECORDER_ANSWER_H
#define STRETTO_RECORDER_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "recorder/answer_head.h"
#include "core/chunks.h"
#include "recorder/client.h"

enum answer_framing {
    ANSWER_EMPTY,    /* has no body */
    ANSWER_LENGTH,   /* so many bytes */
    ANSWER_CHUNKS,   /* the target's chunks, passed on as they are */
    ANSWER_UNCHUNK,  /* the same for HTTP/1.0 */
    ANSWER_CHUNK_IT, /* ends with the target's stream; chunked for the browser */
    ANSWER_STREAM,   /* the same for HTTP/1.0 */
};

struct answer_way {
    const char *method;
    int minor;  /* the browser's HTTP version */
    bool keeps; /* the browser keeps the connection */
    /* The body's bytes, undone from chunks, before they go to the browser. */
    void (*on_body)(void *user, const char *data, size_t len);
    void *user;
};

struct answer {
    bool begun;
    bool ended;  /* the browser gets no more */
    bool closes; /* the connection cannot be kept */
    enum answer_framing framing;
    uint64_t left; /* of a length */
    struct chunks chunks;
    struct answer_way way;
};

/* headers: as they go to the browser, but for their framing.  After an error it has not begun. */
int answer_begin(struct answer *a, struct client *client, const struct answer_way *way,
                 const struct answer_head *head, const struct headers *headers, struct error *err);
/* Bytes of the target's body; those behind its end are dropped. */
int answer_pass(struct answer *a, struct client *client, const char *data, size_t len,
                struct error *err);
/* The target has no more to say: is the answer whole? */
int answer_end(struct answer *a, struct client *client, const struct headers *trailers,
               struct error *err);
void answer_release(struct answer *a);
/* The browser knows by nothing else that it has all. */
static inline bool answer_ends_with_connection(const struct answer *a)
{
    return a->framing == ANSWER_UNCHUNK || a->framing == ANSWER_STREAM;
}

/* "HTTP/1.1 STATUS REASON" and the headers, as they are. */
void answer_put_head(struct client *client, const struct answer_head *head,
                     const struct headers *headers, const char *more);
/* An answer of our own: a status, and one sentence when there is one. */
void answer_put_page(struct client *client, int status, const char *text, bool closes);

#endif
