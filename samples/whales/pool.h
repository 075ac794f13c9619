/* Worker processes that do one job at a time each, and the queue before them.
 *
 * Workers are forked from the server, so they hold none of its sockets open: a worker closes all
 * but its own pipe. A request is a text, a reply is bytes of any number; both go through one
 * socket pair a worker. Replies are gathered as they come, without blocking the loop; the whole
 * one is handed to `unpack` in one go.
 *
 * Contract  the submitter's done() is called exactly once, never after pool_cancel(). A worker
 *           that dies fails the job it had and is replaced.
 * Order     jobs start in the order of their submission. */
#ifndef STRETTO_SAMPLES_POOL_H
#define STRETTO_SAMPLES_POOL_H

#include <uv.h>

#include "core/buf.h"
#include "core/error.h"
#include "samples/whales/server.h"

struct pool;

struct pool_reply {
    struct error err; /* code 0: bytes are the worker's answer */
    char *bytes;      /* lent for the call, and may be cut in place */
    size_t len;
};

/* In the worker: answers a request. */
typedef int pool_work(const char *request, struct buf *reply, struct error *err);

/* In the server: turns a reply into what done() is given, and calls it. */
typedef void pool_unpack(const struct pool_reply *reply, server_loaded *done, void *context);

int pool_new(struct pool **out, uv_loop_t *loop, long workers, pool_work *work, pool_unpack *unpack,
             struct error *err);
void pool_free(struct pool *pool); /* ends the workers; the loop must turn once more after it */

void pool_submit(struct pool *pool, const char *request, server_loaded *done, void *context);
void pool_cancel(struct pool *pool, void *context);

#endif
