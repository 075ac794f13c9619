/* The cookies of one session, where curl keeps them: in a share that outlives its connections.
 *
 * Everything in a jar is for one target.  A session without cookies has no share; the header that
 * a request sends is kept until the jar changes, where it is the same for every path.
 * Owner   jar_free(), which takes NULL too.
 * Errors  0 or -E_NOMEM. */
#ifndef STRETTO_PLAYER_JAR_H
#define STRETTO_PLAYER_JAR_H

#include <curl/curl.h>

#include "core/buf.h"
#include "core/stream.h"

struct jar;

/* NULL when memory is refused. */
struct jar *jar_new(void);
void jar_free(struct jar *jar);

/* What curl's handles may share; they may change it at any time from then on.  NULL when memory is
 * refused. */
CURLSH *jar_share(struct jar *jar);

/* Puts the cookies of a Cookie header's value ("a=b; c=d") in, for the whole target: a server may
 * set them anew later. */
int jar_add(struct jar *jar, const struct target *target, const char *cookies);

/* Takes a Set-Cookie header's value in (RFC 6265 5.2, 5.3), which came with the answer to a request
 * for this path.  What a browser would not keep is left out. */
int jar_set(struct jar *jar, const struct target *target, const char *path, const char *value,
            size_t len);

/* The value of a Cookie header for this path, lent until the jar is asked or changed again; ""
 * when there are none. */
int jar_lend(struct jar *jar, const struct target *target, const char *path, const char **value);
/* The same, appended. */
int jar_header(struct jar *jar, const struct target *target, const char *path, struct buf *out);

#endif
