/* Writing JSON by hand where the order of keys matters to who reads it: a string at a time. */
#ifndef STRETTO_CORE_JSON_TEXT_H
#define STRETTO_CORE_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"

/* A quoted string; text that is no UTF-8 becomes one U+FFFD.  0 or -E_NOMEM. */
int json_text_string(struct buf *out, const char *text, size_t len);
/* ,"KEY":"TEXT" */
int json_text_field(struct buf *out, const char *key, const char *text, size_t len);
/* ,"KEY":["..",".."]; list is NULL-ended. */
int json_text_list(struct buf *out, const char *key, const char *const *list);
/* Any value, compact; json NULL: memory was refused when it was made. */
int json_text_value(struct buf *out, const json_t *json);

bool is_utf8(const char *text, size_t len);
/* How many bytes the character at text has; 0: none that is well-formed (RFC 3629). */
size_t utf8_character(const char *text, size_t len);

#endif
