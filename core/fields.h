/* The named values of a body or a query, and where they stand: forms (urlencoded, multipart), JSON,
 * also inside its strings, queries.  What does not parse has the fields that came before.
 * Bounds  FIELDS_MAX of them, FIELD_DEPTH_MAX levels of JSON.
 * Owner   zeroed is empty; fields_release().  Names and places point into the text. */
#ifndef STRETTO_CORE_FIELDS_H
#define STRETTO_CORE_FIELDS_H

#include <stddef.h>

#include "core/coding.h"

#define FIELDS_MAX 20000
#define FIELD_DEPTH_MAX 64

struct field {
    const char *name; /* coded as the value is */
    size_t name_len;
    size_t at; /* of the value, from the text's beginning; without quotes */
    size_t len;
    enum coding coding;
    unsigned group; /* fields of one form, or of one JSON object, share it */
};

struct fields {
    struct field *items;
    size_t count;
    size_t capacity;
};

/* By the content type; none of it is known: no fields.  0 or -E_NOMEM. */
int fields_of_body(struct fields *fields, const char *content_type, const char *body, size_t len);
/* What follows the "?" of a URL, up to its "#". */
int fields_of_url(struct fields *fields, const char *url, size_t len);
void fields_release(struct fields *fields);

#endif
