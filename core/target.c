#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/stream.h"

#define TARGET_MAX 8192
/* How long one of several addresses may take to answer. */
#define ANSWER_MS 2000

static int part(CURLU *url, CURLUPart what, unsigned flags, char **out)
{
    char *text = NULL;

    if (curl_url_get(url, what, &text, flags) != CURLUE_OK)
        return -1;
    *out = strdup(text);
    curl_free(text);
    return *out ? 0 : -1;
}

/* "[::1]" is how a URL names an IPv6 host; resolvers and certificates want "::1". */
static void strip_brackets(char *host)
{
    size_t len = strlen(host);

    if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
        memmove(host, host + 1, len - 2);
        host[len - 2] = 0;
    }
}

static void strip_slashes(char *path)
{
    size_t len = strlen(path);

    while (len && path[len - 1] == '/')
        path[--len] = 0;
}

static int compose(struct target *t, bool default_port)
{
    const char *open = strchr(t->host, ':') ? "[" : "";
    const char *close = *open ? "]" : "";
    struct buf b;

    buf_init(&b, TARGET_MAX);
    buf_addf(&b, "%s%s%s", open, t->host, close);
    if (!default_port)
        buf_addf(&b, ":%d", t->port);
    t->authority = buf_take(&b);
    if (!t->authority)
        return -E_NOMEM;
    buf_addf(&b, "%s://%s%s", t->tls ? "https" : "http", t->authority, t->base);
    t->url = buf_take(&b);
    if (t->socket)
        buf_addf(&b, "unix:%s:", t->socket);
    buf_addf(&b, "%s", t->url ? t->url : "");
    t->shown = buf_take(&b);
    return t->url && t->shown ? 0 : -E_NOMEM;
}

static int take_parts(struct target *t, CURLU *url, const char *text, struct error *err)
{
    char *scheme = NULL;
    char *port = NULL;
    bool http;

    if (part(url, CURLUPART_SCHEME, 0, &scheme) < 0)
        return error_set(err, E_USAGE, "'%s' is not a URL; give one as http://127.0.0.1:3838/app",
                         text);
    t->tls = strcmp(scheme, "https") == 0;
    http = t->tls || strcmp(scheme, "http") == 0;
    free(scheme);
    if (!http)
        return error_set(err, E_USAGE, "'%s' is neither an http:// nor an https:// URL", text);
    if (part(url, CURLUPART_HOST, 0, &t->host) < 0 || part(url, CURLUPART_PATH, 0, &t->base) < 0 ||
        part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT, &port) < 0)
        return error_set(err, E_USAGE, "'%s' has no host", text);
    strip_brackets(t->host);
    strip_slashes(t->base);
    t->port = (int)strtol(port, NULL, 10);
    free(port);
    return compose(t, t->port == (t->tls ? 443 : 80)) < 0 ? error_nomem(err) : 0;
}

/* Does somebody listen there? */
static bool answers(const struct addrinfo *at)
{
    struct pollfd fd = {.events = POLLOUT};
    int error = 0;
    socklen_t len = sizeof(error);
    bool yes = false;

    fd.fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd.fd < 0)
        return false;
    if (connect(fd.fd, at->ai_addr, at->ai_addrlen) == 0)
        yes = true;
    else if (errno == EINPROGRESS && poll(&fd, 1, ANSWER_MS) > 0)
        yes = getsockopt(fd.fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && !error;
    close(fd.fd);
    return yes;
}

/* A name has several addresses at times (localhost: ::1 and 127.0.0.1), and a server need not
 * listen on all of them. */
static const struct addrinfo *pick(const struct addrinfo *found)
{
    if (!found->ai_next)
        return found;
    for (const struct addrinfo *at = found; at; at = at->ai_next) {
        if (answers(at))
            return at;
    }
    return found;
}

static int resolve(struct target *t, struct error *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    const struct addrinfo *at;
    char port[16];
    int rc;

    snprintf(port, sizeof(port), "%d", t->port);
    rc = getaddrinfo(t->host, port, &hints, &found);
    if (rc != 0)
        return error_set(err, E_NET, "cannot look up the host '%s': %s", t->host, gai_strerror(rc));
    at = pick(found);
    memcpy(&t->address, at->ai_addr, at->ai_addrlen);
    t->address_bytes = at->ai_addrlen;
    freeaddrinfo(found);
    return 0;
}

static int resolve_socket(struct target *t)
{
    struct sockaddr_un *at = (struct sockaddr_un *)&t->address;

    at->sun_family = AF_UNIX;
    memcpy(at->sun_path, t->socket, strlen(t->socket) + 1); /* target_parse() saw that it fits */
    t->address_bytes = sizeof(*at);
    return 0;
}

/* Takes "unix:PATH" away from the front; what is left is the URL. */
static int take_socket(struct target *t, const char **text, struct error *err)
{
    const char *path = *text + 5;
    const char *url = strstr(path, ":http");
    size_t len = url ? (size_t)(url - path) : strlen(path);

    if (!len || len >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
        return error_set(err, E_USAGE,
                         "'%s' has no path of a Unix socket, or one of more than 107 bytes; give "
                         "it as unix:/run/app.sock or unix:/run/app.sock:http://localhost/app",
                         *text);
    t->socket = strndup(path, len);
    *text = url ? url + 1 : "http://localhost";
    return t->socket ? 0 : error_nomem(err);
}

static int parse_url(struct target *target, const char *text, struct error *err)
{
    CURLU *url = curl_url();
    int rc;

    if (!url)
        return error_nomem(err);
    if (curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK)
        rc = error_set(err, E_USAGE, "'%s' is not a URL; give one as http://127.0.0.1:3838/app",
                       text);
    else
        rc = take_parts(target, url, text, err);
    curl_url_cleanup(url);
    return rc;
}

int target_parse(struct target *target, const char *text, bool look_up, struct error *err)
{
    int rc = 0;

    *target = (struct target){0};
    if (strncmp(text, "unix:", 5) == 0)
        rc = take_socket(target, &text, err);
    if (rc == 0)
        rc = parse_url(target, text, err);
    if (rc == 0 && look_up)
        rc = target->socket ? resolve_socket(target) : resolve(target, err);
    if (rc < 0)
        target_release(target);
    return rc;
}

void target_release(struct target *target)
{
    free(target->host);
    free(target->authority);
    free(target->base);
    free(target->url);
    free(target->socket);
    free(target->shown);
    *target = (struct target){0};
}
