/* What a condition is made of, below its grammar: signs, words, labels, numbers.  Only for
 * fail_if_parse.c. */
#ifndef STRETTO_ANALYZER_FAIL_IF_READ_H
#define STRETTO_ANALYZER_FAIL_IF_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

struct reader {
    const char *text;
    size_t at;
    size_t *bad; /* the caller's: where it went wrong */
    struct error *err;
};

/* Sets "column N: expected ..."; returns -E_USAGE. */
int expected(struct reader *r, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Over white space; where the reader is then. */
size_t skip(struct reader *r);
/* A sign, if it comes next. */
bool take(struct reader *r, const char *sign);

bool is_letter(char c);
bool is_digit(char c);
/* How many bytes a word has that begins here; that of a build may have - and / in it. */
size_t word_length(const char *text, bool build);

/* A JSON string, so that every label can be written.  free() it. */
int read_string(struct reader *r, char **out);

/* "1.50": 150 with a divisor of 100. */
struct decimal {
    size_t at;
    int64_t digits;
    int64_t divisor;
};
int read_decimal(struct reader *r, struct decimal *out);
/* In units of 1 / scale; false when it is no whole number of these, or beyond most. */
bool decimal_scale(const struct decimal *d, int64_t scale, int64_t most, int64_t *out);

#endif
