/* curl lends its cookies only as lines of Netscape's cookie file, so the matching of RFC 6265 5.4
 * stands here once more: domain, path, Secure, expiry. */
#include "player/jar.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "core/error.h"
#include "core/target_options.h"
#include "player/jar_cookie.h"

#define JAR_HEADER_MAX ((size_t)1 << 20)

struct jar {
    CURLSH *share;     /* NULL: no cookie was ever in it */
    bool shared;       /* curl may change it */
    bool kept;         /* `header` is what every path sends */
    time_t kept_until; /* 0: for ever */
    struct buf header;
};

/* One handle of a process opens every jar: making one costs more than all that is done with it. */
static CURL *clerk_of(struct jar *jar)
{
    static CURL *clerk;

    if (!clerk)
        clerk = curl_easy_init();
    if (clerk && curl_easy_setopt(clerk, CURLOPT_SHARE, jar->share) != CURLE_OK)
        return NULL;
    return clerk;
}

static void leave(CURL *clerk)
{
    curl_easy_setopt(clerk, CURLOPT_SHARE, NULL);
}

static CURLSH *open_share(struct jar *jar)
{
    if (jar->share)
        return jar->share;
    jar->share = curl_share_init();
    if (jar->share &&
        curl_share_setopt(jar->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE) != CURLSHE_OK) {
        curl_share_cleanup(jar->share);
        jar->share = NULL;
    }
    return jar->share;
}

CURLSH *jar_share(struct jar *jar)
{
    jar->shared = true;
    jar->kept = false;
    return open_share(jar);
}

struct jar *jar_new(void)
{
    struct jar *jar = calloc(1, sizeof(*jar));

    if (jar)
        buf_init(&jar->header, JAR_HEADER_MAX);
    return jar;
}

void jar_free(struct jar *jar)
{
    if (!jar)
        return;
    if (jar->share)
        curl_share_cleanup(jar->share);
    buf_release(&jar->header);
    free(jar);
}

/* --- out --- */

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

static bool path_matches(const char *cookie, const char *path)
{
    size_t n = strlen(cookie);

    if (strncmp(cookie, path, n) != 0)
        return false;
    return n == 0 || cookie[n - 1] == '/' || path[n] == '/' || path[n] == '?' || !path[n];
}

static bool belongs(char *fields[FIELDS], const struct target *target, const char *path, time_t now)
{
    long long expires = strtoll(fields[EXPIRES_FIELD], NULL, 10);

    return cookie_domain_matches(fields[DOMAIN_FIELD], strcmp(fields[TAIL_FIELD], "TRUE") == 0,
                                 target->host) &&
           path_matches(fields[PATH_FIELD], path) &&
           (strcmp(fields[SECURE_FIELD], "TRUE") != 0 || cookie_way_is_safe(target)) &&
           (expires == 0 || expires > (long long)now);
}

/* Is what is sent with this cookie the same for every path, and until when? */
static void note_keeping(struct jar *jar, char *fields[FIELDS], time_t now)
{
    time_t expires = (time_t)strtoll(fields[EXPIRES_FIELD], NULL, 10);

    if (expires && expires <= now)
        return;
    if (strcmp(fields[PATH_FIELD], "/") != 0)
        jar->kept = false;
    if (expires && (!jar->kept_until || expires < jar->kept_until))
        jar->kept_until = expires;
}

static int collect(struct jar *jar, const struct curl_slist *list, const struct target *target,
                   const char *path)
{
    struct buf *out = &jar->header;
    time_t now = time(NULL);

    buf_clear(out);
    buf_adds(out, "");
    jar->kept = !jar->shared;
    jar->kept_until = 0;
    for (; list; list = list->next) {
        char *fields[FIELDS];

        if (!split(list->data, fields))
            continue;
        note_keeping(jar, fields, now);
        if (!belongs(fields, target, path, now))
            continue;
        buf_adds(out, out->len ? "; " : "");
        buf_adds(out, fields[NAME_FIELD]);
        buf_addc(out, '=');
        buf_adds(out, fields[VALUE_FIELD]);
    }
    if (out->failed)
        jar->kept = false;
    return out->failed ? -E_NOMEM : 0;
}

int jar_lend(struct jar *jar, const struct target *target, const char *path, const char **value)
{
    struct curl_slist *list = NULL;
    CURL *clerk;
    int rc;

    *value = "";
    if (!jar->share)
        return 0;
    if (!jar->kept || (jar->kept_until && jar->kept_until <= time(NULL))) {
        clerk = clerk_of(jar);
        if (!clerk)
            return -E_NOMEM;
        curl_easy_getinfo(clerk, CURLINFO_COOKIELIST, &list);
        leave(clerk);
        rc = collect(jar, list, target, path);
        curl_slist_free_all(list);
        if (rc < 0)
            return rc;
    }
    *value = jar->header.data;
    return 0;
}

int jar_header(struct jar *jar, const struct target *target, const char *path, struct buf *out)
{
    const char *value;
    int rc = jar_lend(jar, target, path, &value);

    return rc < 0 ? rc : buf_adds(out, value);
}

/* --- in --- */

static int add_line(struct jar *jar, const char *line)
{
    CURL *clerk = open_share(jar) ? clerk_of(jar) : NULL;
    CURLcode rc;

    if (!clerk)
        return -E_NOMEM;
    jar->kept = false;
    rc = curl_easy_setopt(clerk, CURLOPT_COOKIELIST, line);
    leave(clerk);
    return rc == CURLE_OUT_OF_MEMORY ? -E_NOMEM : 0;
}

static int add_cookie(struct jar *jar, const struct cookie *cookie)
{
    struct buf line;
    int rc;

    buf_init(&line, COOKIE_LINE_MAX);
    rc = cookie_write(cookie, &line);
    if (rc == 0)
        rc = add_line(jar, line.data);
    buf_release(&line);
    return rc;
}

int jar_set(struct jar *jar, const struct target *target, const char *path, const char *value,
            size_t len)
{
    struct cookie cookie;

    if (!cookie_parse(&cookie, target, path, value, len, time(NULL)))
        return 0;
    return add_cookie(jar, &cookie);
}

int jar_add(struct jar *jar, const struct target *target, const char *cookies)
{
    int rc = 0;

    while (rc == 0 && *cookies) {
        size_t len = strcspn(cookies, ";");
        struct cookie cookie;

        if (cookie_of_pair(&cookie, target, cookies, len))
            rc = add_cookie(jar, &cookie);
        cookies += len;
        cookies += strspn(cookies, "; \t");
    }
    return rc;
}
