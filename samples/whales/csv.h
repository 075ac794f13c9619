/* One line of a log, cut into its fields: plain ones, and quoted ones in which "" means ". */
#ifndef STRETTO_SAMPLES_CSV_H
#define STRETTO_SAMPLES_CSV_H

#include <stddef.h>
#include <stdint.h>

/* Bytes lent by somebody else; not terminated. */
struct span {
    const char *text;
    size_t len;
};

/* Cuts line (without its newline) in place and returns the number of fields, or -E_FORMAT when a
 * quote is not closed, something follows one, or there are more than max fields. */
int csv_split(char *line, size_t len, struct span *fields, int max);

/* Decimal digits only, up to UINT32_MAX: 0 or -E_FORMAT. */
int csv_number(struct span field, uint32_t *out);

/* "HH:MM:SS" to the second of the day: 0 or -E_FORMAT. */
int csv_time(struct span field, uint32_t *out_s);

#endif
