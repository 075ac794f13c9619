/* What a reverse proxy changes in a head, and nothing else.  Pure.
 *
 * Towards the target
 *   Host                       the target's; written first
 *   Origin, Referer            the proxy's address becomes the target's
 *   X-Forwarded-Host, -Proto   set to what the browser sees, whatever came
 *   Connection, Keep-Alive, Proxy-Connection, Proxy-Authorization, Upgrade, and what Connection
 *   names                      go: they are between two hops.  A WebSocket's Connection and Upgrade
 *                              stay
 *   TE                         goes, but for "trailers"
 *   Content-Length             once, when the same was sent twice
 *   Expect                     moves behind all others
 *   Transfer-Encoding          stays; over TLS it moves behind all others (HTTP/2: goes)
 * Towards the browser
 *   Connection, Keep-Alive, Proxy-Connection, TE, Upgrade, and what Connection names
 *                              go; the proxy's own Connection is added at the end when it must be.
 *                              A WebSocket's stay
 *   Location, Content-Location, Refresh, Link
 *                              an address of the target becomes the proxy's
 *   Set-Cookie                 Domain goes, and a base path in Path; Secure, SameSite=None and
 *                              Partitioned go, or browsers would not take it over plain HTTP; a
 *                              name with __Host- or __Secure- keeps them, as it must
 *   Access-Control-Allow-Origin, Timing-Allow-Origin
 *                              the target's origin becomes the proxy's
 *   Content-Security-Policy, -Report-Only
 *                              the same; upgrade-insecure-requests and block-all-mixed-content go
 *   Strict-Transport-Security, Alt-Svc
 *                              go: they would lead the browser away from the proxy
 *   Content-Length             goes where chunks are sent too (RFC 9112 6.3); once, when the same
 * was sent twice Transfer-Encoding          added at the end for a body without any framing
 * Besides, a folded header becomes one line, blanks around a value one space, and the target's
 * version HTTP/1.1.
 * Errors  0 or -E_NOMEM. */
#ifndef STRETTO_RECORDER_REWRITE_H
#define STRETTO_RECORDER_REWRITE_H

#include "core/buf.h"
#include "core/stream.h"
#include "core/headers.h"

/* The two sides of one request. */
struct sides {
    const struct target *target;
    const char *authority; /* what the browser calls the proxy: its Host header */
};

enum head_use {
    HEAD_HTTP,
    HEAD_WEBSOCKET, /* the upgrade goes on too */
};

int rewrite_request(struct headers *out, const struct headers *in, const struct sides *sides,
                    enum head_use use);
int rewrite_response(struct headers *out, const struct headers *in, const struct sides *sides,
                     enum head_use use);

/* The request target as the target sees it: its base path in front. */
int rewrite_path(struct buf *out, const char *uri, const struct target *target);
/* An address in an answer (absolute, or a path) as the browser is to see it. */
int rewrite_location(struct buf *out, const char *location, const struct sides *sides);
int rewrite_cookie(struct buf *out, const char *cookie, const struct target *target);
int rewrite_policy(struct buf *out, const char *policy, const struct sides *sides);

#endif
