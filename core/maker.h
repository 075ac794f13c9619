/* How a session makes the values that no server tells: ids that a browser makes up, clocks,
 * counters, and what is computed from other values.
 *
 * Written as JSON, one object a maker, in a script's header ("# value: {...}") and in a dialect:
 *     {"name":"ROBUST_ID","kind":"minted","alphabet":"0-9A-Za-z","shape":"??????????????????"}
 *     {"name":"NOW","kind":"clock","unit":"ms"}            unit: s ms us iso; with
 *                                                         "keep":true it is made once
 *     {"name":"SEQ","kind":"counter","from":1,"step":1}    "start":"${LAST}": counted on from it
 *     {"name":"SIGN","kind":"computed","of":"${NONCE}:${USER_ID}","hash":"sha256","coding":"hex"}
 * shape: `?` is a letter of the alphabet, all else stands for itself ("????-4???").
 * hash: md5 sha1 sha256 sha512, or none; coding: hex HEX base64 base64url, or none.
 * from and step of a counter are 1 where they are missing.  Other keys are skipped: a dialect has
 * its own.
 * Owner   makers_release(). */
#ifndef STRETTO_CORE_MAKER_H
#define STRETTO_CORE_MAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/values.h"

enum maker_kind { MAKER_MINTED, MAKER_CLOCK, MAKER_COUNTER, MAKER_COMPUTED };

struct maker {
    char *name;
    enum maker_kind kind;
    char *alphabet; /* written out, each once: "0123456789abcdef"; a dash is its last */
    char *shape;
    char *unit;
    bool keep;
    int64_t from;
    int64_t step;
    char *start; /* counter: a template whose number is added to from, or NULL */
    char *of;
    char *hash;   /* or NULL */
    char *coding; /* or NULL */
};

/* Values computed of values that are computed ...: so many on each other, at most. */
#define MAKER_DEPTH_MAX 8
#define MAKERS_MAX 10000

/* Zeroed: none. */
struct makers {
    struct maker *items;
    size_t count;
};

/* Adds one, as JSON text; a later one of the same name replaces the earlier.
 * 0, -E_FORMAT (err says what is wrong; more than MAKERS_MAX are) or -E_NOMEM. */
int makers_add(struct makers *makers, const char *json, size_t len, struct error *err);
/* Appends all of `from`, without replacing.  0 or -E_NOMEM. */
int makers_add_all(struct makers *makers, const struct makers *from);
void makers_release(struct makers *makers);
const struct maker *makers_find(const struct makers *makers, const char *name, size_t len);
/* Can all be made?  -E_FORMAT names one that is computed of itself, however far round, or over more
 * than MAKER_DEPTH_MAX levels; 0 or -E_NOMEM.  To be asked once all are there. */
int makers_check(const struct makers *makers, struct error *err);

/* Appends a fresh value; minted and kept ones are also set in values, counters count there (under
 * a name that no placeholder can have).  wall_us: UTC now.  0 or -E_NOMEM. */
int maker_make(const struct maker *maker, struct values *values, int64_t wall_us, struct buf *out);
/* The JSON of a maker, as makers_add() reads it.  0 or -E_NOMEM. */
int maker_write(const struct maker *maker, struct buf *out);

#define DIGEST_TEXT_MAX 136
extern const char *const digest_hashes[]; /* NULL-ended */
/* hash as above; appends the digest in that coding; NULL: the data itself, the bytes themselves.
 * 0, -E_FORMAT (unknown word, or a hash that this machine's libcrypto refuses) or -E_NOMEM. */
int digest_add(const char *hash, const char *coding, const char *data, size_t len, struct buf *out);

#endif
