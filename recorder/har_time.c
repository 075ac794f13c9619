#include "recorder/har.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* "+01:00", "+0100", "Z" or nothing. */
static int read_offset(const char *at, int64_t *out_us)
{
    int hours = 0;
    int minutes = 0;
    int sign = *at == '-' ? -1 : 1;

    *out_us = 0;
    if (!*at || strcasecmp(at, "Z") == 0)
        return 0;
    if (*at != '+' && *at != '-')
        return -E_FORMAT;
    if (sscanf(at + 1, "%2d:%2d", &hours, &minutes) != 2 &&
        sscanf(at + 1, "%2d%2d", &hours, &minutes) != 2)
        return -E_FORMAT;
    *out_us = sign * (hours * INT64_C(3600) + minutes * INT64_C(60)) * US_PER_S;
    return 0;
}

int har_time(const char *text, int64_t *out_us)
{
    struct tm tm = {0};
    const char *at = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    int64_t fraction_us = 0;
    int64_t offset_us;
    time_t seconds;

    if (!at)
        return -E_FORMAT;
    if (*at == '.' || *at == ',') {
        int64_t digit_us = US_PER_S / 10;

        for (at++; isdigit((unsigned char)*at); at++, digit_us /= 10)
            fraction_us += (*at - '0') * digit_us;
    }
    if (read_offset(at, &offset_us) < 0)
        return -E_FORMAT;
    seconds = timegm(&tm);
    if (seconds < 0 || seconds > HAR_TIME_MAX_US / US_PER_S)
        return -E_FORMAT;
    *out_us = (int64_t)seconds * US_PER_S + fraction_us - offset_us;
    return 0;
}
