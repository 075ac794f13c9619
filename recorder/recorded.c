/* A list of what is left out, not of what is kept: apps invent headers ("apikey", "HX-Request"),
 * browsers do not. */
#include "recorder/recorded.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Made by whoever sends, true of one connection only, or about caches and the browser itself. */
static const char *const left_out[] = {
    "Host",
    "Content-Length",
    "Transfer-Encoding",
    "Connection",
    "Keep-Alive",
    "Proxy-Connection",
    "Proxy-Authorization",
    "TE",
    "Trailer",
    "Upgrade",
    "Expect",
    "Cookie",
    "Origin",
    "Referer",
    "User-Agent",
    "Accept-Encoding",
    "Cache-Control",
    "Pragma",
    "If-None-Match",
    "If-Modified-Since",
    "Upgrade-Insecure-Requests",
    "DNT",
    "Priority",
    "Purpose",
    "Save-Data",
    "Via",
    "Forwarded",
    "Device-Memory",
    "Downlink",
    "DPR",
    "ECT",
    "RTT",
    "Viewport-Width",
    "X-Client-Data",
    "X-Real-IP",
};

static bool begins(const char *name, const char *with)
{
    return strncasecmp(name, with, strlen(with)) == 0;
}

bool header_is_recorded(const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++) {
        if (strcasecmp(name, left_out[i]) == 0)
            return false;
    }
    if (begins(name, "Sec-") || begins(name, "X-Forwarded-") || name[0] == ':')
        return false;
    return strcasecmp(name, "Accept") != 0 || strcmp(value, "*/*") != 0;
}

bool header_is_recorded_for_file(const char *name, const char *value)
{
    return header_is_recorded(name, value) && strcasecmp(name, "Accept") != 0 &&
           strcasecmp(name, "Accept-Language") != 0;
}
