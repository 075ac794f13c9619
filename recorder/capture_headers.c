#include "recorder/capture_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recorder/limits.h"
#include "recorder/recorded.h"

bool capture_is_file(const char *method, const char *path, const struct headers *headers)
{
    const char *dest = headers_get(headers, "Sec-Fetch-Dest");
    static const char *const endings[] = {".js",  ".css", ".png",  ".svg",   ".ico",
                                          ".gif", ".jpg", ".woff", ".woff2", ".ttf"};
    size_t len = strcspn(path, "?");

    if (strcmp(method, "GET") != 0)
        return false;
    if (dest)
        return strcmp(dest, "empty") != 0 && strcmp(dest, "document") != 0 &&
               strcmp(dest, "iframe") != 0;
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t n = strlen(endings[i]);

        if (len > n && strncasecmp(path + len - n, endings[i], n) == 0)
            return true;
    }
    return false;
}

void capture_headers_free(char **headers)
{
    for (size_t i = 0; headers && headers[i]; i++)
        free(headers[i]);
    free(headers);
}

static char *join(const struct header *h)
{
    char *line = NULL;

    return asprintf(&line, "%s: %s", h->name, h->value) < 0 ? NULL : line;
}

int capture_header_lines(const struct headers *all, char ***out)
{
    char **list = calloc(all->count + 1, sizeof(*list));

    *out = NULL;
    for (size_t i = 0; list && i < all->count; i++) {
        list[i] = join(&all->items[i]);
        if (!list[i]) {
            capture_headers_free(list);
            return -E_NOMEM;
        }
    }
    *out = list;
    return list ? 0 : -E_NOMEM;
}

/* --- cookies --- */

static int add_cookie(struct capture *c, enum cookie_origin origin, const struct cookie_pair *p,
                      struct buf *out)
{
    struct buf made;
    int rc;

    if (out->len && buf_adds(out, "; ") < 0)
        return -E_NOMEM;
    if (origin == COOKIE_BROUGHT)
        return correlate_cookie(&c->correlation, p->name, p->name_len, p->value, p->value_len, out);
    buf_init(&made, HEAD_BYTES_MAX);
    rc = buf_addf(&made, "%.*s=%.*s", (int)p->name_len, p->name, (int)p->value_len, p->value);
    if (rc == 0)
        rc = correlate_header(&c->correlation, made.data, out);
    buf_release(&made);
    return rc;
}

static int add_cookies(struct capture *c, const char *path, const char *value, struct buf *out)
{
    struct cookie_pair pair;
    int rc = 0;

    while (rc == 0 && cookie_next(&value, &pair)) {
        rc = cookies_seen_sent(&c->cookies, path, pair.name, pair.name_len, pair.value,
                               pair.value_len);
        if (rc > COOKIE_KNOWN)
            rc = add_cookie(c, (enum cookie_origin)rc, &pair, out);
    }
    return rc;
}

int capture_cookies(struct capture *c, const struct request_facts *facts, struct buf *out)
{
    int rc = 0;

    buf_init(out, HEAD_REWRITTEN_MAX);
    for (size_t i = 0; i < facts->headers->count && rc == 0; i++) {
        if (strcasecmp(facts->headers->items[i].name, "Cookie") == 0)
            rc = add_cookies(c, facts->path, facts->headers->items[i].value, out);
    }
    return rc == 0 ? cookies_seen_path(&c->cookies, facts->path) : rc;
}

/* --- all of them --- */

static int add_template(struct capture *c, const char *line, char **out)
{
    struct buf text;
    int rc;

    buf_init(&text, STEP_BYTES_MAX);
    rc = correlate_header(&c->correlation, line, &text);
    *out = rc == 0 ? buf_take(&text) : NULL;
    buf_release(&text);
    return *out ? 0 : -E_NOMEM;
}

static int add_header(struct capture *c, const struct header *h, char **out)
{
    char *line = join(h);
    int rc = line ? add_template(c, line, out) : -E_NOMEM;

    free(line);
    return rc;
}

static bool is_recorded(const struct header *h, bool is_file)
{
    if (strcasecmp(h->name, "Sec-WebSocket-Protocol") == 0 ||
        strcasecmp(h->name, "Sec-WebSocket-Extensions") == 0)
        return true;
    return is_file ? header_is_recorded_for_file(h->name, h->value)
                   : header_is_recorded(h->name, h->value);
}

int capture_headers(struct capture *c, const char *method, const char *path,
                    const struct headers *all, const char *cookies, char ***out)
{
    bool is_file = capture_is_file(method, path, all);
    char **list = calloc(all->count + 2, sizeof(*list));
    size_t count = 0;
    int rc = list ? 0 : -E_NOMEM;

    *out = NULL;
    for (size_t i = 0; rc == 0 && i < all->count; i++) {
        if (is_recorded(&all->items[i], is_file))
            rc = add_header(c, &all->items[i], &list[count++]);
    }
    if (rc == 0 && cookies && *cookies && asprintf(&list[count++], "Cookie: %s", cookies) < 0) {
        list[count - 1] = NULL;
        rc = -E_NOMEM;
    }
    if (rc < 0) {
        capture_headers_free(list);
        return rc;
    }
    *out = list;
    return 0;
}
