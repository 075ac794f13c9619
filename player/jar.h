/* The cookies of one session, where curl keeps them: in a share that outlives its connections. */
#ifndef STRETTO_PLAYER_JAR_H
#define STRETTO_PLAYER_JAR_H

#include <curl/curl.h>

#include "core/buf.h"
#include "core/stream.h"

/* NULL when memory is refused; owner: curl_share_cleanup(). */
CURLSH *jar_new(void);

/* Puts the cookies of a Cookie header's value ("a=b; c=d") in, for the whole target: a server may
 * set them anew later.  0 or -E_NOMEM. */
int jar_add(CURLSH *jar, const struct target *target, const char *cookies);

/* Appends the value of a Cookie header for this path ("" when there are none).  0 or -E_NOMEM. */
int jar_header(CURLSH *jar, const struct target *target, const char *path, struct buf *out);

#endif
