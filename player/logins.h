/* What the script calls ${env:NAME}: passwords, keys, names of users.  Each user has its own where
 * the users' file has a column of that name; else all have the environment's.
 *
 * Their values are in a session and in what it sends, and nowhere else: logins_mask() takes them
 * out of whatever is written for people. */
#ifndef STRETTO_PLAYER_LOGINS_H
#define STRETTO_PLAYER_LOGINS_H

#include <stddef.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/names.h"
#include "core/values.h"
#include "player/users.h"

#define LOGIN_NO_COLUMN SIZE_MAX

struct login {
    const char *name;  /* "env:APP_PASSWORD"; lent by the names */
    size_t column;     /* of the users' file, or LOGIN_NO_COLUMN */
    const char *value; /* the environment's, lent; NULL with a column */
};

struct logins {
    struct login *items;
    size_t count;
    struct users users; /* no rows: there is no users' file */
};

/* Finds a value for every name with the prefix.  `users` is read when it is not NULL.
 * 0, -E_USAGE (names that are found nowhere: all of them are named), or as users_load(). */
int logins_init(struct logins *logins, const struct names *names, const char *users,
                struct error *err);
void logins_release(struct logins *logins);

/* Sets those of the n-th user.  0 or -E_NOMEM. */
int logins_fill(const struct logins *logins, long n, struct values *values);

/* Appends text with each secret that `values` has, coded or not, replaced by its placeholder.
 * 0 or -E_NOMEM. */
int logins_mask(const struct logins *logins, const struct values *values, const char *text,
                size_t len, struct buf *out);

#endif
