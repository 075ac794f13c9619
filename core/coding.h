/* How a text stands inside another: the filters of placeholders (${NAME|url}), of extractions
 * ("decode":"html") and of computed values ("coding":"hex").
 *
 *   url        as JavaScript's encodeURIComponent() writes it
 *   form       as application/x-www-form-urlencoded writes it: a space is a plus
 *   html       in a page: & < > " '
 *   json       between the quotes of a JSON string
 *   json2      the same where that string is JSON: SockJS' messages are
 *   base64     RFC 4648 with padding; base64url without
 *   hex HEX    digits of bytes
 * Pure.  Sources: ECMA-262 (encodeURIComponent), WHATWG URL and HTML, RFC 8259. */
#ifndef STRETTO_CORE_CODING_H
#define STRETTO_CORE_CODING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"

enum coding {
    CODING_NONE,
    CODING_URL,
    CODING_FORM,
    CODING_HTML,
    CODING_JSON,
    CODING_JSON2,
    CODING_BASE64,
    CODING_BASE64URL,
    CODING_HEX,
    CODING_HEX_UPPER,
    CODINGS
};

/* By its word; -1 when there is none. */
int coding_find(const char *word, size_t len);
const char *coding_word(enum coding coding);

/* Appends the text coded.  0 or -E_NOMEM. */
int coding_encode(enum coding coding, const char *text, size_t len, struct buf *out);

/* The way back, for all but hex: what is not coded properly stays as it is, as browsers leave it;
 * base64 takes both alphabets, with or without padding.
 * 0, -E_FORMAT (no base64; hex) or -E_NOMEM. */
int coding_decode(enum coding coding, const char *text, size_t len, struct buf *out);
bool coding_decodes(enum coding coding);

/* The character that stands at text under this coding (url form html json json2; none: the byte
 * itself) as UTF-8 into out: how many bytes that are.  *used: how many of text it takes.  len > 0.
 */
#define CODED_CHARACTER_MAX 4
size_t coding_character(enum coding coding, const char *text, size_t len,
                        char out[CODED_CHARACTER_MAX], size_t *used);

#endif
