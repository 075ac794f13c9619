/* What a reverse proxy changes in a head, and nothing else.  Pure.
 *
 * Towards the target: hop-by-hop headers go; Host, Origin and Referer name the target; the
 * X-Forwarded- ones name the proxy.  Towards the browser: hop-by-hop headers go; addresses of the
 * target become the proxy's; cookies lose what ties them to the target (Domain, Secure, a base
 * path), or the browser would not send them back to a loopback address.
 * Errors  0 or -E_NOMEM. */
#ifndef STRETTO_RECORDER_REWRITE_H
#define STRETTO_RECORDER_REWRITE_H

#include "core/buf.h"
#include "core/stream.h"
#include "recorder/headers.h"

/* The two sides of one request. */
struct sides {
    const struct target *target;
    const char *authority; /* what the browser calls the proxy: its Host header */
};

enum head_use {
    HEAD_HTTP,
    HEAD_WEBSOCKET, /* the upgrade goes on too; extensions do not, as the relay must read frames */
};

int rewrite_request(struct headers *out, const struct headers *in, const struct sides *sides,
                    enum head_use use);
int rewrite_response(struct headers *out, const struct headers *in, const struct sides *sides);

/* The request target as the target sees it: its base path in front. */
int rewrite_path(struct buf *out, const char *uri, const struct target *target);
/* An address in an answer (absolute, or a path) as the browser is to see it. */
int rewrite_location(struct buf *out, const char *location, const struct sides *sides);
int rewrite_cookie(struct buf *out, const char *cookie, const struct target *target);

#endif
