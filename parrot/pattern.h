/* URLs of a script against URLs that come: a placeholder stands for some text.
 *
 * Pure.  A capture points into the pattern and into the text. */
#ifndef STRETTO_PARROT_PATTERN_H
#define STRETTO_PARROT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/coding.h"

#define CAPTURES_MAX 32

struct capture {
    const char *name;
    size_t name_bytes;
    enum coding coding; /* as the value stands in the text */
    const char *value;
    size_t value_bytes;
};

struct captures {
    struct capture items[CAPTURES_MAX];
    size_t count;
};

/* Does the text fit?  A placeholder stands for the least that fits and is not empty: of a value
 * without / & ? # quotes < > and blanks, or, loose, of any text (an id of two parts, an upload's
 * address).  out is of use only when it fits; placeholders beyond CAPTURES_MAX are not told. */
bool pattern_fits(const char *pattern, size_t pattern_bytes, const char *text, size_t bytes,
                  bool loose, struct captures *out);

/* How much of it stands for itself: who has more of that is asked first. */
size_t pattern_literal_bytes(const char *pattern, size_t bytes);

#endif
