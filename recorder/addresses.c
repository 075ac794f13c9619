#include "recorder/addresses.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

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

/* Does what stands at `at` belong to a tag? */
static bool is_in_tag(const char *text, size_t at)
{
    size_t from = at;

    while (from && at - from < TAG_BYTES_MAX && text[from] != '<' && text[from] != '>')
        from--;
    return text[from] == '<' && isalpha((unsigned char)text[from + 1]);
}

static int look_at(const char *text, size_t len, size_t at, address_found *found, void *user)
{
    for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
        size_t n = strlen(openings[i]);
        const char *address = text + at + n;
        const char *end;

        if (len - at < n || strncasecmp(text + at, openings[i], n) != 0)
            continue;
        if (openings[i][0] == 'h' && !is_loaded(text, len, at))
            return 0;
        end = memchr(address, openings[i][n - 1], len - at - n);
        return found(user, address, end ? (size_t)(end - address) : len - at - n,
                     openings[i][n - 2] == '=' && is_in_tag(text, at));
    }
    return 0;
}

int addresses_each(const char *text, size_t len, address_found *found, void *user)
{
    int rc = 0;

    for (size_t at = 0; at < len && rc == 0; at++) {
        if (text[at] && strchr("sShHfFiIdD", text[at]))
            rc = look_at(text, len, at, found, user);
    }
    return rc;
}
