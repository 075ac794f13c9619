/* The HTTP face: takes the browser's requests, passes them to the target, and tells the capture.
 *
 * libmicrohttpd with a thread a connection, because it alone of the libraries at hand shows every
 * header as it was sent (libwebsockets 4.1 hides unknown ones); each thread steps its own
 * transfers, so nothing is shared but the capture. Owner   proxy_start() .. proxy_stop(), which
 * ends what is under way and joins all threads. */
#ifndef STRETTO_RECORDER_PROXY_H
#define STRETTO_RECORDER_PROXY_H

#include "core/error.h"
#include "core/stream.h"
#include "recorder/capture.h"
#include "recorder/listen.h"

struct proxy;

/* Takes the listener's socket over, in every case.  All else is lent. */
int proxy_start(struct proxy **out, const struct listener *listener, const struct target *target,
                struct ssl_ctx_st *tls, struct capture *capture, struct error *err);
void proxy_stop(struct proxy *proxy);

#endif
