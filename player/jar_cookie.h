/* One cookie: what a server's Set-Cookie means (RFC 6265 5.2, 5.3) and how curl is told of it, as a
 * line of Netscape's cookie file, the one form in which it takes any host.  Pure. */
#ifndef STRETTO_PLAYER_JAR_COOKIE_H
#define STRETTO_PLAYER_JAR_COOKIE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "core/buf.h"
#include "core/stream.h"

/* Browsers keep no larger ones, and say nothing. */
#define COOKIE_MAX 8192
#define COOKIE_LINE_MAX ((size_t)4 * COOKIE_MAX)

/* Everything is lent by what it was made of. */
struct cookie {
    const char *name;
    size_t name_bytes;
    const char *value;
    size_t value_bytes;
    const char *domain;
    size_t domain_bytes;
    bool tail; /* for the hosts below the domain too */
    const char *path;
    size_t path_bytes;
    bool secure;
    time_t expires; /* 0: with the session */
};

/* False when a browser would not keep it. */
bool cookie_parse(struct cookie *cookie, const struct target *target, const char *path,
                  const char *value, size_t len, time_t now);
/* "name=value" for the whole target. */
bool cookie_of_pair(struct cookie *cookie, const struct target *target, const char *pair,
                    size_t len);
/* Appends the line.  0 or -E_NOMEM. */
int cookie_write(const struct cookie *cookie, struct buf *out);

/* domain may begin with a dot; tail: for the hosts below it too. */
bool cookie_domain_matches(const char *domain, bool tail, const char *host);
/* May cookies that are Secure be sent there?  Browsers trust the machine itself. */
bool cookie_way_is_safe(const struct target *target);

#endif
