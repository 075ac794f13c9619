/* The HTTP proxy: takes the browser's requests, passes them to the target, and tells the capture.
 *
 * A request whose Host is not a name of the proxy's own is refused while the proxy listens on a
 * loopback address only: else any web page could have its own name lead here (DNS rebinding).
 * What begins with /__stretto/ is the proxy's own and never reaches the target:
 *     GET or POST /__stretto/mark?name=NAME     204; the next step begins a phase of that name
 * Owner   proxy_start() .. proxy_stop(), which ends what is under way and waits for all threads. */
#ifndef STRETTO_RECORDER_PROXY_H
#define STRETTO_RECORDER_PROXY_H

#include <stdbool.h>

#include "core/error.h"
#include "core/stream.h"
#include "recorder/capture.h"
#include "recorder/listen.h"

struct proxy;

/* Takes the listener's socket over, in every case.  All else is lent. */
int proxy_start(struct proxy **out, const struct listener *listener, const struct target *target,
                struct ssl_ctx_st *tls, struct capture *capture, struct error *err);
void proxy_stop(struct proxy *proxy);

/* Is this Host header, or authority of a URL, a name of a proxy on that listener?  Pure. */
bool proxy_is_called(const struct listener *listener, const char *authority);
/* The value of `name` in "/__stretto/mark?name=VALUE", percent-decoded; into holds at least
 * MARK_BYTES_MAX + 1 bytes.  Pure. */
void proxy_mark_name(const char *target, char *into);

#endif
