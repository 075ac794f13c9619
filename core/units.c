#include "core/units.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/error.h"

#define UTC_END_US INT64_C(253402300800000000) /* the year 10000 */

static const struct unit {
    const char *name;
    double us;
} units[] = {
    {"us", 1}, {"ms", 1e3}, {"s", 1e6}, {"m", 60e6}, {"h", 3600e6},
};

int duration_parse(const char *text, int64_t *out_us)
{
    char *end;
    double number;

    if (!isdigit((unsigned char)text[0]) && text[0] != '.')
        return -E_FORMAT; /* no sign, no "inf", no leading space */
    number = strtod(text, &end);
    if (end == text)
        return -E_FORMAT;
    if (!*end && number == 0) {
        *out_us = 0;
        return 0;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        double us = number * units[i].us;

        if (strcmp(end, units[i].name) != 0)
            continue;
        if (!isfinite(us) || us > 3.6e13)
            return -E_FORMAT;
        *out_us = (int64_t)llround(us);
        return 0;
    }
    return -E_FORMAT;
}

const char *duration_format(int64_t us, char *out, size_t size)
{
    int64_t s = us / US_PER_S;

    if (us < US_PER_MS)
        snprintf(out, size, "%lld us", (long long)us);
    else if (us < 999500) /* above, three digits of milliseconds would round to "1e+03" */
        snprintf(out, size, "%.3g ms", (double)us / 1e3);
    else if (s < 60)
        snprintf(out, size, "%.3g s", (double)us / 1e6);
    else if (s < 3600)
        snprintf(out, size, "%lld m %02lld s", (long long)(s / 60), (long long)(s % 60));
    else
        snprintf(out, size, "%lld h %02lld m", (long long)(s / 3600), (long long)(s / 60 % 60));
    return out;
}

static int64_t clock_us(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

int64_t clock_monotonic_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

int64_t clock_wall_us(void)
{
    return clock_us(CLOCK_REALTIME);
}

int utc_parse(const char *text, int64_t *out_us)
{
    struct tm tm = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    int64_t scale = US_PER_S / 10;
    int64_t us;

    if (!rest)
        return -E_FORMAT;
    us = (int64_t)timegm(&tm) * US_PER_S;
    if (*rest == '.') {
        for (rest++; isdigit((unsigned char)*rest); rest++, scale /= 10)
            us += (*rest - '0') * scale;
    }
    /* Outside these four-digit years utc_format() could not write what was read. */
    if (strcmp(rest, "Z") != 0 || us < 0 || us >= UTC_END_US)
        return -E_FORMAT;
    *out_us = us;
    return 0;
}

const char *utc_format(int64_t us, char out[UTC_TEXT])
{
    time_t s = (time_t)(us / US_PER_S);
    struct tm tm;
    char date[24];

    gmtime_r(&s, &tm);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out, UTC_TEXT, "%s.%03dZ", date, (int)(us % US_PER_S / 1000));
    return out;
}
