/* curl lends its cookies only as lines of Netscape's cookie file, so the matching of RFC 6265 5.4
 * stands here once more: domain, path, Secure, expiry. */
#include "player/jar.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "core/error.h"

/* Browsers keep no larger ones, and say nothing. */
#define COOKIE_MAX 8192
/* What stands around it in a line of a cookie file, but for the host. */
#define COOKIE_FIELDS_MAX 64

enum {
    DOMAIN_FIELD,
    TAIL_FIELD,
    PATH_FIELD,
    SECURE_FIELD,
    EXPIRES_FIELD,
    NAME_FIELD,
    VALUE_FIELD,
    FIELDS
};

static bool split(char *line, char *fields[FIELDS])
{
    if (strncmp(line, "#HttpOnly_", 10) == 0)
        line += 10;
    for (int i = 0; i < FIELDS; i++) {
        fields[i] = strsep(&line, "\t");
        if (!fields[i])
            return false;
    }
    return true;
}

static bool domain_matches(const char *domain, bool tail, const char *host)
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

static bool path_matches(const char *cookie, const char *path)
{
    size_t n = strlen(cookie);

    if (strncmp(cookie, path, n) != 0)
        return false;
    return n == 0 || cookie[n - 1] == '/' || path[n] == '/' || path[n] == '?' || !path[n];
}

static bool belongs(char *fields[FIELDS], const struct target *target, const char *path)
{
    long long expires = strtoll(fields[EXPIRES_FIELD], NULL, 10);

    return domain_matches(fields[DOMAIN_FIELD], strcmp(fields[TAIL_FIELD], "TRUE") == 0,
                          target->host) &&
           path_matches(fields[PATH_FIELD], path) &&
           (target->tls || strcmp(fields[SECURE_FIELD], "TRUE") != 0) &&
           (expires == 0 || expires > (long long)time(NULL));
}

static int add_cookies(struct curl_slist *list, const struct target *target, const char *path,
                       struct buf *out)
{
    for (; list; list = list->next) {
        char *line = strdup(list->data);
        char *fields[FIELDS];

        if (!line)
            return -E_NOMEM;
        if (split(line, fields) && belongs(fields, target, path))
            buf_addf(out, "%s%s=%s", out->len ? "; " : "", fields[NAME_FIELD], fields[VALUE_FIELD]);
        free(line);
    }
    return out->failed ? -E_NOMEM : 0;
}

int jar_header(CURLSH *jar, const struct target *target, const char *path, struct buf *out)
{
    struct curl_slist *list = NULL;
    CURL *easy = curl_easy_init();
    int rc;

    if (!easy)
        return -E_NOMEM;
    curl_easy_setopt(easy, CURLOPT_SHARE, jar);
    curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &list);
    rc = add_cookies(list, target, path, out);
    curl_slist_free_all(list);
    curl_easy_cleanup(easy);
    return rc;
}

/* One "name=value" as a line of a cookie file: the one form in which curl takes any host. */
static int add_one(CURL *easy, const struct target *target, const char *pair, size_t len)
{
    const char *equals = memchr(pair, '=', len);
    size_t name = equals ? (size_t)(equals - pair) : len;
    size_t skip = equals ? name + 1 : len;
    struct buf line;
    CURLcode rc;

    if (!name || len > COOKIE_MAX)
        return 0;
    buf_init(&line, COOKIE_MAX + strlen(target->host) + COOKIE_FIELDS_MAX);
    buf_addf(&line, "%s\tFALSE\t/\t%s\t0\t%.*s\t%.*s", target->host, target->tls ? "TRUE" : "FALSE",
             (int)name, pair, (int)(len - skip), pair + skip);
    rc = line.failed ? CURLE_OUT_OF_MEMORY : curl_easy_setopt(easy, CURLOPT_COOKIELIST, line.data);
    buf_release(&line);
    return rc == CURLE_OUT_OF_MEMORY ? -E_NOMEM : 0;
}

int jar_add(CURLSH *jar, const struct target *target, const char *cookies)
{
    CURL *easy = curl_easy_init();
    int rc = easy ? 0 : -E_NOMEM;

    if (easy)
        curl_easy_setopt(easy, CURLOPT_SHARE, jar);
    while (rc == 0 && *cookies) {
        size_t len = strcspn(cookies, ";");

        size_t pair = len;

        while (pair && strchr(" \t", cookies[pair - 1]))
            pair--;
        rc = add_one(easy, target, cookies, pair);
        cookies += len;
        cookies += strspn(cookies, "; \t");
    }
    curl_easy_cleanup(easy);
    return rc;
}

CURLSH *jar_new(void)
{
    CURLSH *jar = curl_share_init();

    if (jar)
        curl_share_setopt(jar, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
    return jar;
}
