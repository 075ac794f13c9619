/* One request to the target and its answer, both streamed, on libcurl.
 *
 * Nothing blocks but exchange_step(), which waits for either side and moves what can be moved: so
 * body and answer may pass at the same time, and either is held back when FLOW_BYTES wait here.
 *
 * Owner   exchange_start() .. exchange_free(), before its upstream's end.
 * Errors  0 or negative, with a sentence; -E_NET: the target; -E_IO: the recorder stops. */
#ifndef STRETTO_RECORDER_EXCHANGE_H
#define STRETTO_RECORDER_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "recorder/answer_head.h"
#include "recorder/request_head.h"
#include "recorder/upstream.h"

struct exchange_request {
    const char *method;
    const char *path;              /* as it goes on the wire */
    const struct headers *headers; /* as they go on the wire */
    int64_t body_bytes;            /* or a BODY_ word */
    /* An answer before the answer: 100, 103. */
    void (*on_interim)(void *user, const struct answer_head *head);
    void *user;
};

struct exchange;

/* Copies what it needs; NULL when memory is refused. */
struct exchange *exchange_start(struct upstream *upstream, const struct exchange_request *request);
void exchange_free(struct exchange *exchange);

/* How many bytes of the request's body it takes now. */
size_t exchange_room(const struct exchange *exchange);
/* No more is wanted: the target is done, or refused early. */
bool exchange_is_sated(const struct exchange *exchange);
int exchange_put(struct exchange *exchange, const char *data, size_t len);
/* The body has ended; trailers are copied. */
int exchange_put_end(struct exchange *exchange, const struct headers *trailers);

int exchange_step(struct exchange *exchange, struct client *client, struct error *err);

/* The target's own head; NULL until it has come. */
const struct answer_head *exchange_head(const struct exchange *exchange);
/* Bytes of the answer's body that came, chunked as the head says; then take them. */
const char *exchange_data(const struct exchange *exchange, size_t *len);
void exchange_take(struct exchange *exchange, size_t len);
/* The trailers that HTTP/2 has apart from the body. */
const struct headers *exchange_trailers(const struct exchange *exchange);
/* No more comes: 1 after a whole answer, -E_NET after a broken one, else 0. */
int exchange_end(const struct exchange *exchange, struct error *err);

#endif
