/* One request to the target and its answer, both streamed, on libcurl.
 *
 * Every call may block: it steps the transfer in the caller's own thread until there is something
 * to tell, so a proxy connection needs no second thread and no lock.  It stops blocking when the
 * browser hangs up or the recorder stops.
 * At most FLOW_BYTES (and curl's own buffers) wait here: the faster side is held back.  Only a
 * target that streams its whole answer while it is still being asked would wait for ever; browsers
 * do not speak so over HTTP/1.1.
 * Owner   exchange_start() .. exchange_free(); an upstream keeps its connections for the next one.
 * Errors  0 or negative, with a sentence; -E_NET: the target; -E_IO: the browser hung up. */
#ifndef STRETTO_RECORDER_EXCHANGE_H
#define STRETTO_RECORDER_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/error.h"
#include "core/stream.h"
#include "recorder/headers.h"

/* The connections to the target behind one connection of the browser. */
struct upstream;

/* stop_fd becomes readable when all waiting is to end.  tls as stream_tls_context() gave it, or
 * NULL; both are lent.  NULL when memory is refused. */
struct upstream *upstream_new(const struct target *target, struct ssl_ctx_st *tls, int stop_fd);
void upstream_free(struct upstream *upstream);

#define BODY_NONE (-1)
#define BODY_CHUNKED (-2)

struct exchange_request {
    const char *method;
    const char *path;              /* as it goes on the wire */
    const struct headers *headers; /* as they go on the wire */
    int64_t body_bytes;            /* or a BODY_ word */
    int client_fd;                 /* watched for the browser hanging up; -1: not */
};

struct exchange;

/* Copies what it needs; NULL when memory is refused. */
struct exchange *exchange_start(struct upstream *upstream, const struct exchange_request *request);
void exchange_free(struct exchange *exchange);

/* Hands over a piece of the request's body; NULL of 0 bytes ends it.  A piece that the target does
 * not want any more is dropped. */
int exchange_send(struct exchange *exchange, const char *data, size_t len, struct error *err);
/* Waits for the head of the answer. */
int exchange_head(struct exchange *exchange, struct error *err);
/* Then these are known.  Headers are the target's own. */
int exchange_status(const struct exchange *exchange);
const struct headers *exchange_headers(const struct exchange *exchange);

/* The next bytes of the answer's body: how many, 0 at its end, or negative. */
ssize_t exchange_read(struct exchange *exchange, char *into, size_t max, struct error *err);
/* When the target was done, on the monotonic clock; known once exchange_read() gave 0. */
int64_t exchange_end_us(const struct exchange *exchange);

/* Opens and drops one connection, to learn early whether the target is there. */
int upstream_probe(const struct target *target, struct ssl_ctx_st *tls, struct error *err);

#endif
