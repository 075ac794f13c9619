/* What an answer or a message tells, leaf by leaf, and how a session can take it from there.
 *
 * A leaf is a value with a place: a JSON path, an attribute of a page, a header, a cookie, JSON in
 * a script element or a data: URL.  Where a value stands inside something longer it is found by
 * searching (leaves_find()).  A leaf gives one to LEAF_WAYS extractions, the steadiest first; each
 * of them gives the value when it is tried on the same text.
 * Bounds  LEAVES_MAX leaves; texts that are no UTF-8 have none.
 * Owner   zeroed is empty and ready; leaves_release().  Texts are lent until then. */
#ifndef STRETTO_CHECKER_PLACES_H
#define STRETTO_CHECKER_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/extract.h"

#define LEAVES_MAX 200000
#define LEAF_WAYS 4
#define LEAF_FINDS 8 /* places of one value in one text */

struct leaf {
    enum extract_from from;
    const char *header; /* HEADER, COOKIE: its name */
    const char *text;   /* the body, the message, the header's value */
    size_t text_bytes;
    size_t at; /* what is cut out of it ... */
    size_t len;
    const char *decode; /* ... how that is decoded, or NULL ... */
    const char *json;   /* ... and where in it the value is, or NULL */
    const char *value;
    size_t bytes;
    const char *field; /* what it is called there: a key, an input's name, a header */
};

struct leaves {
    struct leaf *items;
    size_t count;
    size_t capacity;
    struct arena owned;
};

/* 0 or -E_NOMEM. */
int leaves_of_answer(struct leaves *leaves, const char *const *headers, const char *body,
                     size_t len);
int leaves_of_message(struct leaves *leaves, const char *text, size_t len);
void leaves_release(struct leaves *leaves);

/* Appends a leaf for each place in the body or message, or in a header, where the value stands as a
 * whole word, as it is, percent-encoded or HTML-escaped.  `before`: only behind this text, which is
 * not part of it ("orders/"); NULL: anywhere. */
int leaves_find(struct leaves *found, const char *const *headers, enum extract_from from,
                const char *text, size_t len, const char *value, const char *before);

/* Extractions of this leaf, each of which gives its value; names are NULL.  Strings go to the
 * arena. How many, or -E_NOMEM. */
int leaf_ways(const struct leaf *leaf, struct arena *arena, struct extraction ways[LEAF_WAYS]);

#endif
