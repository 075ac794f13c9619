#include "recorder/strangers.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "recorder/addresses.h"

static const char *behind_scheme(const char *url, size_t len)
{
    if (len > 8 && strncasecmp(url, "https://", 8) == 0)
        return url + 8;
    if (len > 7 && strncasecmp(url, "http://", 7) == 0)
        return url + 7;
    return len > 2 && strncmp(url, "//", 2) == 0 ? url + 2 : NULL;
}

static size_t host_length(const char *host, size_t len)
{
    size_t n = 0;

    while (n < len && n < 253 &&
           (isalnum((unsigned char)host[n]) || (host[n] && strchr(".-:[]", host[n]))))
        n++;
    return n;
}

struct learning {
    struct strangers *strangers;
    const char *target_url;
};

static int learn_host(void *user, const char *url, size_t len, bool in_tag)
{
    const struct learning *learning = user;
    struct names *hosts = &learning->strangers->hosts;
    const char *own = strstr(learning->target_url, "://");
    const char *host = behind_scheme(url, len);
    size_t n = host ? host_length(host, len - (size_t)(host - url)) : 0;

    (void)in_tag;
    if (!n || !memchr(host, '.', n) || hosts->count >= STRANGERS_MAX)
        return 0;
    if (own && strncasecmp(own + 3, host, n) == 0 && strcspn(own + 3, "/") == n)
        return 0;
    return names_add(hosts, host, n);
}

int strangers_learn(struct strangers *s, const char *target_url, const char *text, size_t len)
{
    struct learning learning = {.strangers = s, .target_url = target_url};

    return addresses_each(text, len, learn_host, &learning);
}

void strangers_release(struct strangers *s)
{
    names_release(&s->hosts);
}
