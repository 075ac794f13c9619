#include "recorder/rewrite.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "recorder/limits.h"

/* RFC 9110 7.6.1, and the older ones that proxies drop all the same. */
static const char *const hop_by_hop[] = {
    "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "TE", "Upgrade",
};

/* Connection may name no header that frames a message or says whose it is. */
static const char *const end_to_end[] = {"Host", "Content-Length", "Transfer-Encoding", "Cookie",
                                         "Authorization"};
static const char *const forwarded[] = {"X-Forwarded-Host", "X-Forwarded-Proto"};
static const char *const leading_away[] = {"Strict-Transport-Security", "Alt-Svc"};
static const char *const addresses[] = {"Location", "Content-Location"};
static const char *const origins[] = {"Access-Control-Allow-Origin", "Timing-Allow-Origin"};
static const char *const policies[] = {"Content-Security-Policy",
                                       "Content-Security-Policy-Report-Only"};

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
    return IS_ONE_OF(name, hop_by_hop) ||
           (headers_have_word(all, "Connection", name) && !IS_ONE_OF(name, end_to_end));
}

static bool is_upgrade(const char *name)
{
    return strcasecmp(name, "Connection") == 0 || strcasecmp(name, "Upgrade") == 0;
}

/* The same length twice was taken for one. */
static bool is_repeated_length(const struct headers *all, const struct header *h)
{
    return strcasecmp(h->name, "Content-Length") == 0 && headers_get(all, h->name) != h->value;
}

static bool goes_to_target(const struct headers *all, const struct header *h, enum head_use use)
{
    if (IS_ONE_OF(h->name, forwarded))
        return false; /* ours replace them */
    if (use == HEAD_WEBSOCKET && is_upgrade(h->name))
        return true;
    if (strcasecmp(h->name, "TE") == 0)
        return strcasecmp(h->value, "trailers") == 0;
    return !is_repeated_length(all, h) && !is_hop_by_hop(all, h->name);
}

static bool goes_to_browser(const struct headers *all, const struct header *h, enum head_use use)
{
    if (use == HEAD_WEBSOCKET && is_upgrade(h->name))
        return true;
    return !is_repeated_length(all, h) && !is_hop_by_hop(all, h->name) &&
           !IS_ONE_OF(h->name, leading_away);
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
        if (goes_to_target(in, &in->items[i], use))
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

/* "5; url=ADDRESS" */
static int rewrite_refresh(struct buf *out, const char *value, const struct sides *sides)
{
    const char *url = strcasestr(value, "url=");

    if (!url)
        return buf_adds(out, value);
    buf_add(out, value, (size_t)(url + 4 - value));
    return rewrite_location(out, url + 4, sides);
}

/* "<ADDRESS>; rel=x, <ADDRESS>; rel=y" */
static int rewrite_link(struct buf *out, const char *value, const struct sides *sides)
{
    const char *open;
    const char *close;

    while ((open = strchr(value, '<')) && (close = strchr(open, '>'))) {
        char *address = strndup(open + 1, (size_t)(close - open - 1));

        if (!address)
            return -E_NOMEM;
        buf_add(out, value, (size_t)(open + 1 - value));
        rewrite_location(out, address, sides);
        free(address);
        value = close;
    }
    return buf_adds(out, value);
}

static int rewrite_origin(struct buf *out, const char *value, const struct sides *sides)
{
    const struct target *t = sides->target;
    const char *rest = behind_origin(value, t->tls ? "https" : "http", t->authority);

    return rest ? buf_addf(out, "http://%s%s", sides->authority, rest) : buf_adds(out, value);
}

/* One source of a policy: the target's host, with or without a scheme and a path. */
static void add_source(struct buf *out, const char *source, const struct sides *sides)
{
    static const char *const schemes[][2] = {
        {"https", "http"}, {"http", "http"}, {"wss", "ws"}, {"ws", "ws"}};
    const struct target *t = sides->target;
    size_t len = strlen(t->authority);
    const char *rest = NULL;
    const char *below;

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]) && !rest; i++) {
        rest = behind_origin(source, schemes[i][0], t->authority);
        if (rest)
            buf_addf(out, "%s://", schemes[i][1]);
    }
    if (!rest && strncasecmp(source, t->authority, len) == 0 &&
        (!source[len] || source[len] == '/'))
        rest = source + len;
    if (!rest) {
        buf_adds(out, source);
        return;
    }
    below = behind_base(rest, t->base);
    buf_adds(out, sides->authority);
    buf_adds(out, below ? below : rest);
}

static bool leads_to_https(const char *directive)
{
    size_t len = strcspn(directive, " \t");

    return (len == 25 && strncasecmp(directive, "upgrade-insecure-requests", len) == 0) ||
           (len == 23 && strncasecmp(directive, "block-all-mixed-content", len) == 0);
}

static void add_directive(struct buf *out, char *directive, const struct sides *sides)
{
    char *rest = NULL;
    bool first = true;

    directive += strspn(directive, " \t");
    if (!*directive || leads_to_https(directive))
        return;
    if (out->len)
        buf_adds(out, "; ");
    for (char *word = strtok_r(directive, " \t", &rest); word;
         word = strtok_r(NULL, " \t", &rest)) {
        if (!first)
            buf_addc(out, ' ');
        add_source(out, word, sides);
        first = false;
    }
}

int rewrite_policy(struct buf *out, const char *policy, const struct sides *sides)
{
    char *copy = strdup(policy);
    char *rest = copy;
    char *directive;

    while (rest && (directive = strsep(&rest, ";")))
        add_directive(out, directive, sides);
    free(copy);
    return !copy || out->failed ? -E_NOMEM : 0;
}

static int rewrite_value(struct buf *out, const struct header *h, const struct sides *sides)
{
    if (strcasecmp(h->name, "Set-Cookie") == 0)
        return rewrite_cookie(out, h->value, sides->target);
    if (IS_ONE_OF(h->name, addresses))
        return rewrite_location(out, h->value, sides);
    if (strcasecmp(h->name, "Refresh") == 0)
        return rewrite_refresh(out, h->value, sides);
    if (strcasecmp(h->name, "Link") == 0)
        return rewrite_link(out, h->value, sides);
    if (IS_ONE_OF(h->name, origins))
        return rewrite_origin(out, h->value, sides);
    if (IS_ONE_OF(h->name, policies))
        return rewrite_policy(out, h->value, sides);
    return buf_adds(out, h->value);
}

static int add_towards_browser(struct headers *out, const struct header *h,
                               const struct sides *sides)
{
    struct buf value;
    int rc;

    buf_init(&value, HEAD_REWRITTEN_MAX);
    rc = rewrite_value(&value, h, sides);
    if (rc == 0 && (value.len || !*h->value)) /* a policy may be about nothing else */
        rc = headers_add(out, h->name, value.data ? value.data : "");
    buf_release(&value);
    return rc;
}

int rewrite_response(struct headers *out, const struct headers *in, const struct sides *sides,
                     enum head_use use)
{
    int rc = 0;

    for (size_t i = 0; i < in->count && rc == 0; i++) {
        if (goes_to_browser(in, &in->items[i], use))
            rc = add_towards_browser(out, &in->items[i], sides);
    }
    return rc;
}
