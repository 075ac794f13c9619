/* The session values of one session, and the placeholders that stand for them in a script.
 *
 * A placeholder is ${NAME}, or ${NAME|CODING} where the text around it wants the value coded:
 * url, form, html, json, base64, ... (core/coding.h).  A ${...} without a value is text like any
 * other: a user may have typed it.
 * Names   1 to VALUE_NAME_MAX letters, digits and _ . : -, a dialect's own (WORKER TOKEN ROBUST_ID
 *         SOCKJSID SESSION UPLOAD_URL UPLOAD_JOB_ID ...), a script's, and env:NAME for secrets.
 *         ${$} is a dollar sign: see values_escape().
 * Makers  Values that nobody tells are made when they are first wanted (core/maker.h). */
#ifndef STRETTO_CORE_VALUES_H
#define STRETTO_CORE_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"

#define VALUE_NAME_MAX 120
/* Of names that a script has from outside: ${env:APP_PASSWORD}. */
#define SECRET_PREFIX "env:"
/* The same from a table of whoever plays, and no secret: ${data:city}. */
#define DATA_PREFIX "data:"

struct makers;
struct value_index;

struct value {
    char *name;
    char *value;
    /* For templatizing: found only where no letter or digit touches it, so it may be short. */
    bool word;
};

/* A zeroed struct is empty and ready. */
struct values {
    struct value *items;
    size_t count;
    const struct makers *makers; /* or NULL; lent */
    uint64_t random;             /* splitmix64 state of what this session makes up */
    unsigned depth;              /* of values computed from values that are computed, ... */
    struct value_index *index;   /* of values_templatize(); NULL until it is wanted */
};

/* May a value be called so? */
bool value_name_ok(const char *name, size_t len);

/* Copies both; a later value of the same name replaces the earlier.  0 or -E_NOMEM. */
int values_set(struct values *values, const char *name, const char *value);
/* The same for a value that is found as a whole word only. */
int values_set_word(struct values *values, const char *name, const char *value);
/* NULL when it has none; lent until the next set.  Makes nothing. */
const char *values_get(const struct values *values, const char *name);
void values_release(struct values *values);

/* Appends text with every known placeholder filled in; what a maker makes may be kept in values.
 * 0 or -E_NOMEM. */
int values_expand(struct values *values, const char *text, size_t len, struct buf *out);

/* The way back, for recording: appends text with each value replaced by its placeholder, longest
 * value first, so that a value inside another is not cut out of it.  A value that stands there
 * coded (url, form, json) becomes a placeholder with that coding.  Values under 6 bytes are left
 * alone unless they are words: they would match by accident.  Placeholders that stand there already
 * stay as they are.
 * Linear in the text, whatever the number of values.  0 or -E_NOMEM. */
int values_templatize(struct values *values, const char *text, size_t len, struct buf *out);

/* Appends text so that values_expand() gives it back: the dollar sign of what happens to look like
 * a known placeholder, or like a secret's or a table's, becomes ${$}; in JSON it becomes \u0024,
 * which is the same to whoever reads that, and needs nothing that shinycannon does not know.  For
 * what a user typed, before it is templatized.  0 or -E_NOMEM. */
int values_escape(const struct values *values, const char *text, size_t len, struct buf *out);

/* The next placeholder's name in text, from *at on, which moves behind it: for tools that ask what
 * a script needs.  The name (without its coding) is lent, *len bytes; NULL: no more. */
const char *placeholder_next(const char *text, size_t text_len, size_t *at, size_t *len);

#endif
