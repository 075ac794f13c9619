/* What never reaches a file: passwords, keys and tokens of the person who records.
 *
 * In a script a secret is a placeholder, ${env:APP_PASSWORD}, which the player fills from its
 * environment.  A secret is given (--secret NAME) or it is found: by the name of a form's field, a
 * JSON key, a query or a header.
 * Masked   wherever it stands in a text: as it is, percent-encoded, in JSON, in HTML, in base64.
 *          A short one would be found by accident, and would change what the app is sent: one of
 *          less than SECRET_BYTES_MIN bytes (a found one: SECRET_FOUND_BYTES_MIN) is replaced only
 *          where its field is found.
 * Users    A user name is no secret, but belongs to one: found beside a password, and then it is
 *          replaced there, so that every session may log in as somebody else.
 * Tokens   What the server issued in this session is a session value and no secret, whatever its
 *          field is called: is_issued() says so.
 * Pure.  Owner: zeroed is empty and ready; secrets_release(). */
#ifndef STRETTO_CORE_SECRETS_H
#define STRETTO_CORE_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/coding.h"
#include "core/error.h"
#include "core/maker.h"

#define SECRET_BYTES_MIN 3
#define SECRET_FOUND_BYTES_MIN 6
#define SECRET_NAME_MAX 64

struct secret {
    char *name; /* "APP_PASSWORD": of an environment variable */
    char *value;
    bool is_user;  /* a user name: replaced where it was found only */
    bool is_found; /* not given */
};

struct secrets {
    struct secret *items;
    size_t count;
    /* Did the server tell this value before, in this session?  NULL: it told none. */
    bool (*is_issued)(void *user, const char *value, size_t len);
    void *user;
};

/* A given one; a later value of the same name replaces the earlier.  0 or -E_NOMEM. */
int secrets_set(struct secrets *secrets, const char *name, const char *value);
/* Letters, digits and _, not a digit first. */
bool secret_name_ok(const char *name, size_t len);

void secrets_release(struct secrets *secrets);

/* A found one.  *name is what it is called from now on, lent: as asked, or as a secret of this
 * value is called already, or with a number behind it ("APP_PASSWORD_2") where the name has another
 * value. A value that continues the last one of that name, or takes back some of it, is the same
 * secret: a person types it.  0 or -E_NOMEM. */
int secrets_learn(struct secrets *secrets, const char *base, const char *value, bool is_user,
                  const char **name);

/* --- by their names --- */

/* Does a field, a JSON key, a header or a query of this name hold a credential?  What to call it
 * then: "APP_PASSWORD".  csrf tokens are session values. */
bool field_is_secret(const char *field, size_t len, char name[SECRET_NAME_MAX]);
/* How likely it holds a user name, if a password stands beside it; 0: it does not. */
int field_user_rank(const char *field, size_t len);

/* --- in texts --- */

/* Appends the text with every known secret replaced.  `context`: how texts are coded there (a URL:
 * CODING_URL, a JSON message: CODING_JSON), so that another user's password fits in too.
 * makers: where computed values go that the text then uses (a secret inside base64, as in Basic
 * authentication); NULL: nobody wants to send the text, as in a trace.
 * 1: something was replaced, 0: nothing was, -E_NOMEM. */
int secrets_mask(const struct secrets *secrets, const char *text, size_t len, enum coding context,
                 struct makers *makers, struct buf *out);

/* Find, learn, and mask: what was found is in secrets from then on.  The text that goes in is
 * escaped already (values_escape()), because what comes out is a template.  As secrets_mask(). */

/* content_type: application/x-www-form-urlencoded, multipart/form-data and JSON are looked into;
 * of all others, or NULL, known secrets are masked only.  A body that comes out changed must be
 * expanded at play. */
int secrets_clean_body(struct secrets *secrets, const char *content_type, const char *body,
                       size_t len, struct makers *makers, struct buf *out);
/* The query of a URL, or of a path. */
int secrets_clean_url(struct secrets *secrets, const char *url, struct makers *makers,
                      struct buf *out);
/* "Name: value".  Authorization: Basic tells a user and a password, any other scheme a token. */
int secrets_clean_header(struct secrets *secrets, const char *header, struct makers *makers,
                         struct buf *out);

#endif
