#include "player/jar_cookie.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "core/target_options.h"

#define DATE_MAX 64

bool cookie_domain_matches(const char *domain, bool tail, const char *host)
{
    size_t n;
    size_t host_len = strlen(host);

    if (domain[0] == '.')
        domain++;
    n = strlen(domain);
    if (strcasecmp(domain, host) == 0)
        return true;
    return tail && host_len > n && host[host_len - n - 1] == '.' &&
           strcasecmp(host + host_len - n, domain) == 0;
}

bool cookie_way_is_safe(const struct target *target)
{
    return target->tls || target->socket || target_is_loopback(target->host);
}

/* A piece of text inside another. */
struct span {
    const char *at;
    size_t len;
};

static struct span trim(const char *at, size_t len)
{
    while (len && (*at == ' ' || *at == '\t')) {
        at++;
        len--;
    }
    while (len && (at[len - 1] == ' ' || at[len - 1] == '\t'))
        len--;
    return (struct span){at, len};
}

static bool is_plain(const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)at[i] < 0x20 || at[i] == 0x7f)
            return false;
    }
    return true;
}

static bool take_pair(struct cookie *c, const char *pair, size_t len)
{
    const char *equals = memchr(pair, '=', len);
    size_t name_len = equals ? (size_t)(equals - pair) : len;
    struct span name = trim(pair, name_len);
    struct span value = equals ? trim(equals + 1, len - name_len - 1) : (struct span){"", 0};

    c->name = name.at;
    c->name_bytes = name.len;
    c->value = value.at;
    c->value_bytes = value.len;
    return name.len && name.len + value.len <= COOKIE_MAX && is_plain(name.at, name.len) &&
           is_plain(value.at, value.len);
}

static void for_whole_target(struct cookie *c, const struct target *target)
{
    c->domain = target->host;
    c->domain_bytes = strlen(target->host);
    c->path = "/";
    c->path_bytes = 1;
}

bool cookie_of_pair(struct cookie *c, const struct target *target, const char *pair, size_t len)
{
    *c = (struct cookie){.secure = target->tls};
    for_whole_target(c, target);
    return take_pair(c, pair, len);
}

/* --- the attributes of Set-Cookie --- */

struct attributes {
    bool has_max_age;
    bool foreign; /* for another host: not kept */
    time_t now;
    const char *host;
};

static void take_domain(struct cookie *c, struct attributes *a, struct span value)
{
    char domain[256];

    if (value.len && *value.at == '.') {
        value.at++;
        value.len--;
    }
    if (!value.len)
        return;
    if (value.len >= sizeof(domain)) {
        a->foreign = true;
        return;
    }
    memcpy(domain, value.at, value.len);
    domain[value.len] = 0;
    a->foreign = !cookie_domain_matches(domain, true, a->host);
    c->domain = value.at;
    c->domain_bytes = value.len;
    c->tail = true;
}

static void take_max_age(struct cookie *c, struct attributes *a, struct span value)
{
    char digits[20];
    long long seconds;

    if (!value.len || value.len >= sizeof(digits) || !strchr("-0123456789", *value.at))
        return;
    memcpy(digits, value.at, value.len);
    digits[value.len] = 0;
    seconds = strtoll(digits, NULL, 10);
    a->has_max_age = true;
    c->expires = seconds > 0 ? a->now + (time_t)seconds : 1;
}

static void take_expires(struct cookie *c, const struct attributes *a, struct span value)
{
    char date[DATE_MAX];
    time_t at;

    if (a->has_max_age || value.len >= sizeof(date))
        return;
    memcpy(date, value.at, value.len);
    date[value.len] = 0;
    at = curl_getdate(date, NULL);
    if (at != -1)
        c->expires = at > 0 ? at : 1;
}

static bool is_named(struct span name, const char *word)
{
    return name.len == strlen(word) && strncasecmp(name.at, word, name.len) == 0;
}

static void take_attribute(struct cookie *c, struct attributes *a, const char *at, size_t len)
{
    const char *equals = memchr(at, '=', len);
    size_t name_len = equals ? (size_t)(equals - at) : len;
    struct span name = trim(at, name_len);
    struct span value = equals ? trim(equals + 1, len - name_len - 1) : (struct span){"", 0};

    if (is_named(name, "Secure")) {
        c->secure = true;
    } else if (is_named(name, "Domain")) {
        take_domain(c, a, value);
    } else if (is_named(name, "Max-Age")) {
        take_max_age(c, a, value);
    } else if (is_named(name, "Expires")) {
        take_expires(c, a, value);
    } else if (is_named(name, "Path") && value.len && *value.at == '/') {
        c->path = value.at;
        c->path_bytes = value.len;
    }
}

/* RFC 6265 5.1.4: the folder of the path. */
static void take_default_path(struct cookie *c, const char *path)
{
    size_t len = strcspn(path, "?");

    while (len && path[len - 1] != '/')
        len--;
    if (len > 1) {
        c->path = path;
        c->path_bytes = len - 1;
    }
}

bool cookie_parse(struct cookie *c, const struct target *target, const char *path,
                  const char *value, size_t len, time_t now)
{
    struct attributes a = {.now = now, .host = target->host};
    const char *end = value + len;
    const char *stop = memchr(value, ';', len);
    const char *at = stop ? stop : end;

    *c = (struct cookie){0};
    for_whole_target(c, target);
    take_default_path(c, path);
    if (!take_pair(c, value, (size_t)(at - value)))
        return false;
    while (at < end) {
        at++;
        stop = memchr(at, ';', (size_t)(end - at));
        take_attribute(c, &a, at, (size_t)((stop ? stop : end) - at));
        at = stop ? stop : end;
    }
    return !a.foreign && (!c->secure || cookie_way_is_safe(target)) &&
           is_plain(c->path, c->path_bytes) && c->path_bytes <= COOKIE_MAX;
}

int cookie_write(const struct cookie *c, struct buf *out)
{
    return buf_addf(out, "%s%.*s\t%s\t%.*s\t%s\t%lld\t%.*s\t%.*s", c->tail ? "." : "",
                    (int)c->domain_bytes, c->domain, c->tail ? "TRUE" : "FALSE", (int)c->path_bytes,
                    c->path, c->secure ? "TRUE" : "FALSE", (long long)c->expires,
                    (int)c->name_bytes, c->name, (int)c->value_bytes, c->value);
}
