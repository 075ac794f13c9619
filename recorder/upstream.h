/* The connections to the target behind one connection of the browser: a curl multi handle, stepped
 * in the thread of that connection, so nothing is shared and nothing locked.
 *
 * Errors  0 or -E_NET; -E_IO when the recorder stops. */
#ifndef STRETTO_RECORDER_UPSTREAM_H
#define STRETTO_RECORDER_UPSTREAM_H

#include <curl/curl.h>
#include <stdbool.h>

#include "core/error.h"
#include "core/stream.h"
#include "recorder/client.h"

struct upstream {
    const struct target *target;
    struct ssl_ctx_st *tls;
    int stop_fd;
    CURLM *multi;
};

/* tls as target_tls_context() gave it, or NULL; both are lent.  stop_fd becomes readable when all
 * waiting is to end.  NULL when memory is refused. */
struct upstream *upstream_new(const struct target *target, struct ssl_ctx_st *tls, int stop_fd);
void upstream_free(struct upstream *upstream);

/* A handle for one transfer; NULL when memory is refused. */
CURL *upstream_handle(const struct upstream *upstream);
/* Waits for the target, the browser (NULL: for nobody there) or the end, and moves what can be
 * moved.  A transfer that is new or was resumed does not wait. */
int upstream_step(struct upstream *upstream, struct client *client, struct error *err);
/* How the transfer that is under way ended, once. */
bool upstream_result(struct upstream *upstream, CURLcode *result);

/* A connection of its own, for a WebSocket; the handle is the caller's, by upstream_drop(). */
int upstream_connect(struct upstream *upstream, struct client *client, CURL **easy,
                     struct error *err);
void upstream_drop(struct upstream *upstream, CURL *easy);

/* Opens and drops one connection, to learn early whether the target is there. */
int upstream_probe(const struct target *target, struct ssl_ctx_st *tls, struct error *err);

#endif
