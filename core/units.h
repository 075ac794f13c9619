/* Units shared by what an option accepts and what a report prints.
 *
 * Durations are int64_t microseconds everywhere; names end in _us.
 * Accepted: a number with a unit, "500ms", "5s", "2m", "1.5h", "250us"; "0" needs none. */
#ifndef STRETTO_CORE_UNITS_H
#define STRETTO_CORE_UNITS_H

#include <stddef.h>
#include <stdint.h>

#define US_PER_MS INT64_C(1000)
#define US_PER_S INT64_C(1000000)

/* 0, or -E_FORMAT when text is not a duration (or is negative, or beyond 10,000 hours). */
int duration_parse(const char *text, int64_t *out_us);

/* "850 us", "12.3 ms", "4.56 s", "2 m 05 s", "1 h 02 m": into out, which is returned. */
const char *duration_format(int64_t us, char *out, size_t size);
#define DURATION_TEXT 24

/* Now, in microseconds: monotonic for measuring, wall (UTC since 1970) for telling. */
int64_t clock_monotonic_us(void);
int64_t clock_wall_us(void);

/* "2026-11-21T00:33:32.723Z" to UTC microseconds since 1970: years to 9999, any number of decimals,
 * a Z at the end.  0 or -E_FORMAT. */
int utc_parse(const char *text, int64_t *out_us);

/* The same with milliseconds, as scripts carry it: 24 characters and the terminator. */
#define UTC_TEXT 32
const char *utc_format(int64_t us, char out[UTC_TEXT]);

#endif
