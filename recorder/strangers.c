#include "recorder/strangers.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"

/* How far back from an address its tag is looked for. */
#define TAG_BYTES_MAX ((size_t)2000)

static const char *const openings[] = {"src=\"",   "src='",   "href=\"", "href='",
                                       "fetch(\"", "fetch('", "fetch(`", "import(\"",
                                       "import('", "from \"", "data=\""};

/* Of a link, only what a browser loads by itself. */
static bool loads(const char *tag, size_t len)
{
    return memmem(tag, len, "stylesheet", 10) || memmem(tag, len, "preload", 7) ||
           memmem(tag, len, "icon", 4) || memmem(tag, len, "manifest", 8);
}

/* Is the address behind an href= at `at` one that a browser loads? */
static bool is_loaded(const char *text, size_t len, size_t at)
{
    size_t from = at;
    const char *end;

    while (from && at - from < TAG_BYTES_MAX && text[from] != '<')
        from--;
    if (len - from < 6 || strncasecmp(text + from, "<link", 5) != 0)
        return false;
    end = memchr(text + at, '>', len - at);
    return loads(text + from, (size_t)((end ? end : text + len) - (text + from)));
}

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

static int learn_host(struct strangers *s, const char *target_url, const char *url, size_t len)
{
    const char *own = strstr(target_url, "://");
    const char *host = behind_scheme(url, len);
    size_t n = host ? host_length(host, len - (size_t)(host - url)) : 0;

    if (!n || !memchr(host, '.', n) || s->hosts.count >= STRANGERS_MAX)
        return 0;
    if (own && strncasecmp(own + 3, host, n) == 0 && strcspn(own + 3, "/") == n)
        return 0;
    return names_add(&s->hosts, host, n);
}

static int learn_at(struct strangers *s, const char *target_url, const char *text, size_t len,
                    size_t at)
{
    for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
        size_t n = strlen(openings[i]);

        if (len - at < n || strncasecmp(text + at, openings[i], n) != 0)
            continue;
        if (openings[i][0] == 'h' && !is_loaded(text, len, at))
            return 0;
        return learn_host(s, target_url, text + at + n, len - at - n);
    }
    return 0;
}

int strangers_learn(struct strangers *s, const char *target_url, const char *text, size_t len)
{
    int rc = 0;

    for (size_t at = 0; at < len && rc == 0; at++) {
        if (text[at] && strchr("sShHfFiIdD", text[at]))
            rc = learn_at(s, target_url, text, len, at);
    }
    return rc;
}

void strangers_release(struct strangers *s)
{
    names_release(&s->hosts);
}
