/* What a value looks like: an id, a token, a time, a digest.  Looks decide nothing by themselves:
 * they say which literals deserve a question, and how a made value is made afresh.  Pure. */
#ifndef STRETTO_CHECKER_CLASSIFY_H
#define STRETTO_CHECKER_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"

#define RANDOM_LEAST 12                   /* letters of an id that a browser makes up */
#define CLOCK_SLACK_US INT64_C(300000000) /* how far a page's clock may be off */

/* Could a session value look like this at all?  It has a digit, or is long and one word. */
bool value_is_worth_asking(const char *v, size_t len);
/* Long enough that an equal text elsewhere is no accident: 6 bytes, or 12 digits. */
bool value_is_long(const char *v, size_t len);
bool value_is_number(const char *v, size_t len);

/* xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx */
bool look_uuid(const char *v, size_t len);
/* A JSON Web Token, three parts. */
bool look_jwt(const char *v, size_t len);
/* One thing, although it has dots or dashes in it: not to be cut further. */
bool look_whole(const char *v, size_t len);
/* A uuid, the digits of a random fraction, or RANDOM_LEAST letters and digits without order. */
bool look_random(const char *v, size_t len);

/* How such a value is made afresh: its alphabet ("0-9a-f") and shape ("????-4???").
 * 0, -E_MISMATCH (it does not look random) or -E_NOMEM. */
int look_minted(const char *v, size_t len, struct buf *alphabet, struct buf *shape);

/* A time between from_us and to_us (UTC): its unit as makers have it ("s" "ms" "us" "iso"), or
 * NULL. */
const char *look_clock(const char *v, size_t len, int64_t from_us, int64_t to_us);

/* A digest by its length and letters: hash and coding as digest_add() has them. */
struct digest_look {
    const char *hash;
    const char *coding;
};
bool look_digest(const char *v, size_t len, struct digest_look *look);

/* Numbers that step by a constant: true, and *step is not 0. */
bool look_counter(const int64_t *numbers, size_t count, int64_t *step);

#endif
