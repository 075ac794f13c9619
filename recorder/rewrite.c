#include "recorder/rewrite.h"

#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "recorder/limits.h"

/* RFC 9110 7.6.1, and the older ones that proxies drop all the same. */
static const char *const hop_by_hop[] = {
    "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization",
    "TE",         "Trailer",    "Upgrade",          "Transfer-Encoding",
};

static const char *const forwarded[] = {"X-Forwarded-Host", "X-Forwarded-Proto"};

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

#define IS_ONE_OF(name, names) is_one_of(name, names, sizeof(names) / sizeof(*(names)))

static bool is_hop_by_hop(const struct headers *all, const char *name)
{
    return IS_ONE_OF(name, hop_by_hop) || headers_have_word(all, "Connection", name);
}

static bool goes_on(const struct headers *all, const char *name, enum head_use use)
{
    if (IS_ONE_OF(name, forwarded) || strcasecmp(name, "Expect") == 0)
        return false; /* ours replace the first; the proxy itself has answered the second */
    if (use == HEAD_WEBSOCKET) {
        if (strcasecmp(name, "Sec-WebSocket-Extensions") == 0)
            return false;
        if (strcasecmp(name, "Connection") == 0 || strcasecmp(name, "Upgrade") == 0)
            return true;
    }
    /* A body that came without a length goes on without one: curl frames it anew. */
    return !is_hop_by_hop(all, name) || strcasecmp(name, "Transfer-Encoding") == 0;
}

/* Behind "http://AUTHORITY" when that is how text begins, else NULL. */
static const char *behind_origin(const char *text, const char *scheme, const char *authority)
{
    size_t len = strlen(scheme);

    if (strncasecmp(text, scheme, len) != 0 || strncmp(text + len, "://", 3) != 0)
        return NULL;
    text += len + 3;
    len = strlen(authority);
    if (strncasecmp(text, authority, len) != 0)
        return NULL;
    text += len;
    return *text == 0 || *text == '/' || *text == '?' || *text == '#' ? text : NULL;
}

/* The target's origin: its URL without the base path. */
static int add_origin(struct buf *out, const struct target *target)
{
    return buf_add(out, target->url, strlen(target->url) - strlen(target->base));
}

static int name_target(struct buf *out, const char *name, const char *value,
                       const struct sides *sides)
{
    const char *rest = behind_origin(value, "http", sides->authority);

    if (!rest)
        return buf_adds(out, value);
    add_origin(out, sides->target);
    if (strcasecmp(name, "Origin") != 0)
        buf_adds(out, sides->target->base);
    return buf_adds(out, rest);
}

static int add_towards_target(struct headers *out, const struct header *h,
                              const struct sides *sides)
{
    struct buf value;
    int rc;

    if (strcasecmp(h->name, "Host") == 0)
        return headers_add(out, h->name, sides->target->authority);
    if (strcasecmp(h->name, "Origin") != 0 && strcasecmp(h->name, "Referer") != 0)
        return headers_add(out, h->name, h->value);
    buf_init(&value, HEAD_BYTES_MAX);
    rc = name_target(&value, h->name, h->value, sides);
    if (rc == 0)
        rc = headers_add(out, h->name, value.data ? value.data : "");
    buf_release(&value);
    return rc;
}

int rewrite_request(struct headers *out, const struct headers *in, const struct sides *sides,
                    enum head_use use)
{
    int rc = 0;

    for (size_t i = 0; i < in->count && rc == 0; i++) {
        if (goes_on(in, in->items[i].name, use))
            rc = add_towards_target(out, &in->items[i], sides);
    }
    if (rc == 0)
        rc = headers_add(out, "X-Forwarded-Host", sides->authority);
    return rc == 0 ? headers_add(out, "X-Forwarded-Proto", "http") : rc;
}

int rewrite_path(struct buf *out, const char *uri, const struct target *target)
{
    if (strcmp(uri, "*") == 0)
        return buf_adds(out, uri);
    /* A browser that takes us for a forward proxy sends whole URLs. */
    if (uri[0] != '/' && strstr(uri, "://")) {
        uri = strstr(uri, "://") + 3;
        uri += strcspn(uri, "/?");
    }
    buf_adds(out, target->base);
    if (*uri != '/')
        buf_addc(out, '/');
    return buf_adds(out, uri);
}

/* Behind the base path when path lies under it, else NULL; a base of "" holds every path. */
static const char *behind_base(const char *path, const char *base)
{
    size_t len = strlen(base);

    if (strncmp(path, base, len) != 0)
        return NULL;
    path += len;
    return !len || *path == 0 || *path == '/' || *path == '?' || *path == '#' ? path : NULL;
}

static int add_path(struct buf *out, const char *path)
{
    if (*path != '/')
        buf_addc(out, '/');
    return buf_adds(out, path);
}

int rewrite_location(struct buf *out, const char *location, const struct sides *sides)
{
    const struct target *target = sides->target;
    const char *path = behind_origin(location, target->tls ? "https" : "http", target->authority);
    bool absolute = path != NULL;
    const char *below;

    if (!absolute && (location[0] != '/' || location[1] == '/'))
        return buf_adds(out, location); /* relative, or another host's */
    below = behind_base(absolute ? path : location, target->base);
    if (!below) /* the same host, but not this app: the proxy does not lead there */
        return buf_adds(out, location);
    if (absolute)
        buf_addf(out, "http://%s", sides->authority);
    return add_path(out, below);
}

/* A name with such a prefix is refused by browsers when it is not Secure; with Secure they take it
 * from a loopback address. */
static bool needs_secure(const char *cookie)
{
    return strncmp(cookie, "__Secure-", 9) == 0 || strncmp(cookie, "__Host-", 7) == 0;
}

static bool is_attribute(const char *text, size_t len, const char *name)
{
    return len == strlen(name) && strncasecmp(text, name, len) == 0;
}

/* One attribute of a cookie, as "; Name=value" or not at all. */
static void add_attribute(struct buf *out, const char *text, size_t len, bool secure,
                          const struct target *target)
{
    size_t name = strcspn(text, "=;");
    size_t base = strlen(target->base);

    while (name && (text[name - 1] == ' ' || text[name - 1] == '\t'))
        name--;
    if (is_attribute(text, name, "Domain"))
        return;
    if (!secure && (is_attribute(text, name, "Secure") || is_attribute(text, name, "Partitioned") ||
                    is_attribute(text, len, "SameSite=None")))
        return; /* browsers take these only with Secure */
    if (base && is_attribute(text, name, "Path") && len >= 5 + base &&
        strncmp(text + 5, target->base, base) == 0 && (len == 5 + base || text[5 + base] == '/')) {
        buf_adds(out, len == 5 + base ? "; Path=/" : "; Path=");
        buf_add(out, text + 5 + base, len - 5 - base);
        return;
    }
    buf_adds(out, "; ");
    buf_add(out, text, len);
}

int rewrite_cookie(struct buf *out, const char *cookie, const struct target *target)
{
    size_t len = strcspn(cookie, ";");
    bool secure = needs_secure(cookie);

    buf_add(out, cookie, len);
    while (cookie[len] == ';') {
        cookie += len + 1;
        cookie += strspn(cookie, " \t");
        len = strcspn(cookie, ";");
        if (len)
            add_attribute(out, cookie, len, secure, target);
    }
    return out->failed ? -E_NOMEM : 0;
}

static int add_towards_browser(struct headers *out, const struct header *h,
                               const struct sides *sides)
{
    struct buf value;
    int rc;

    buf_init(&value, HEAD_REWRITTEN_MAX);
    if (strcasecmp(h->name, "Set-Cookie") == 0)
        rc = rewrite_cookie(&value, h->value, sides->target);
    else if (strcasecmp(h->name, "Location") == 0 || strcasecmp(h->name, "Content-Location") == 0)
        rc = rewrite_location(&value, h->value, sides);
    else
        rc = buf_adds(&value, h->value);
    if (rc == 0)
        rc = headers_add(out, h->name, value.data ? value.data : "");
    buf_release(&value);
    return rc;
}

int rewrite_response(struct headers *out, const struct headers *in, const struct sides *sides)
{
    int rc = 0;

    for (size_t i = 0; i < in->count && rc == 0; i++) {
        if (!is_hop_by_hop(in, in->items[i].name))
            rc = add_towards_browser(out, &in->items[i], sides);
    }
    return rc;
}
