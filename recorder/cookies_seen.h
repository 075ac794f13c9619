/* Where each cookie that the browser sends comes from.  Pure.
 *
 *   the app set it in this recording     nothing is to do: the player's jar has it then too
 *   the browser brought it along         a login done before: its value is the person's secret
 *   a script of the page made it         recorded as it is
 *
 * The last two differ in when they come: who asked below the same folder before without it cannot
 * have had it.
 * Owner  zeroed is empty; cookies_seen_release().  Errors  -E_NOMEM. */
#ifndef STRETTO_RECORDER_COOKIES_SEEN_H
#define STRETTO_RECORDER_COOKIES_SEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/names.h"

struct cookie_seen {
    char *name;
    char *value; /* NULL: the app set it */
};

struct cookies_seen {
    struct cookie_seen *items;
    size_t count;
    struct names paths; /* asked for so far, SEEN_PATHS_MAX at most */
};

#define SEEN_PATHS_MAX 1000

enum cookie_origin { COOKIE_KNOWN, COOKIE_BROUGHT, COOKIE_MADE };

/* A Set-Cookie header's value. */
int cookies_seen_set(struct cookies_seen *seen, const char *set_cookie);
/* A cookie of a request to this path: an origin, or -E_NOMEM.  The first one that asks hears of it,
 * then it is known. */
int cookies_seen_sent(struct cookies_seen *seen, const char *path, const char *name,
                      size_t name_len, const char *value, size_t value_len);
/* After its cookies: a request to this path was sent. */
int cookies_seen_path(struct cookies_seen *seen, const char *path);
void cookies_seen_release(struct cookies_seen *seen);

/* The next pair of a Cookie header's value from *at on; false: no more. */
struct cookie_pair {
    const char *name;
    size_t name_len;
    const char *value;
    size_t value_len;
};
bool cookie_next(const char **at, struct cookie_pair *pair);

#endif
