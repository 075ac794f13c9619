#include "player/sources.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The bytes that count, most significant first. */
static unsigned char *bytes_of(struct sockaddr_storage *at, size_t *count)
{
    if (at->ss_family == AF_INET6) {
        *count = sizeof(struct in6_addr);
        return ((struct sockaddr_in6 *)at)->sin6_addr.s6_addr;
    }
    *count = sizeof(struct in_addr);
    return (unsigned char *)&((struct sockaddr_in *)at)->sin_addr.s_addr;
}

static void show(struct sockaddr_storage *at, char text[INET6_ADDRSTRLEN])
{
    size_t count;

    inet_ntop(at->ss_family, bytes_of(at, &count), text, INET6_ADDRSTRLEN);
}

static int read_address(struct sockaddr_storage *at, const char *text, size_t len,
                        struct error *err)
{
    char one[INET6_ADDRSTRLEN] = "";
    size_t count;

    memset(at, 0, sizeof(*at));
    if (len < sizeof(one))
        memcpy(one, text, len);
    at->ss_family = strchr(one, ':') ? AF_INET6 : AF_INET;
    if (inet_pton(at->ss_family, one, bytes_of(at, &count)) == 1)
        return 0;
    return error_set(err, E_USAGE,
                     "--source takes addresses as 127.0.0.2-127.0.0.9 or a list of them, not "
                     "'%.*s'",
                     (int)(len > 60 ? 60 : len), text);
}

static void step_on(struct sockaddr_storage *at)
{
    size_t count;
    unsigned char *bytes = bytes_of(at, &count);

    while (count && ++bytes[count - 1] == 0)
        count--;
}

/* Can a socket start there?  The kernel knows best. */
static int check(struct sockaddr_storage *at, const struct target *target, struct error *err)
{
    socklen_t len =
        at->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    char text[INET6_ADDRSTRLEN];
    int fd;
    int error;

    show(at, text);
    if (at->ss_family != target->address.ss_family)
        return error_set(err, E_USAGE, "--source %s cannot reach %s: %s", text, target->shown,
                         target->socket ? "that is a Unix socket"
                                        : "one is an IPv4 address, the other IPv6");
    fd = socket(at->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    error = fd >= 0 && bind(fd, (struct sockaddr *)at, len) == 0 ? 0 : errno;
    if (fd >= 0)
        close(fd);
    if (error == EADDRNOTAVAIL)
        return error_set(err, E_USAGE,
                         "--source %s is not an address of this machine: 'ip address' lists those "
                         "it has, 'ip address add %s/%d dev DEVICE' gives it one more",
                         text, text, at->ss_family == AF_INET6 ? 128 : 32);
    return error ? error_set(err, E_USAGE, "--source %s cannot be used: %s", text, strerror(error))
                 : 0;
}

static int add(struct sources *s, const struct sockaddr_storage *at, struct error *err)
{
    struct sockaddr_storage *grown;

    if (s->count == SOURCES_MAX)
        return error_set(err, E_USAGE, "--source takes up to %d addresses", SOURCES_MAX);
    grown = realloc(s->at, (s->count + 1) * sizeof(*grown));
    if (!grown)
        return error_nomem(err);
    s->at = grown;
    s->at[s->count++] = *at;
    return 0;
}

/* Both of one family. */
static int compare(struct sockaddr_storage *a, struct sockaddr_storage *b)
{
    size_t count;
    const unsigned char *left = bytes_of(a, &count);

    return memcmp(left, bytes_of(b, &count), count);
}

static int add_range(struct sources *s, struct sockaddr_storage first,
                     struct sockaddr_storage *last, const struct target *target, struct error *err)
{
    if (first.ss_family != last->ss_family || compare(&first, last) > 0)
        return error_set(err, E_USAGE, "--source: a range goes from a lower address to a higher");
    for (;;) {
        int rc = add(s, &first, err);

        if (rc == 0)
            rc = check(&first, target, err);
        if (rc < 0 || compare(&first, last) == 0)
            return rc;
        step_on(&first);
    }
}

static int add_part(struct sources *s, const char *text, size_t len, const struct target *target,
                    struct error *err)
{
    const char *dash = memchr(text, '-', len);
    struct sockaddr_storage first;
    struct sockaddr_storage last;
    int rc = read_address(&first, text, dash ? (size_t)(dash - text) : len, err);

    last = first;
    if (rc == 0 && dash)
        rc = read_address(&last, dash + 1, (size_t)(text + len - dash - 1), err);
    return rc == 0 ? add_range(s, first, &last, target, err) : rc;
}

int sources_init(struct sources *sources, const char *text, const struct target *target,
                 struct error *err)
{
    int rc = 0;

    *sources = (struct sources){0};
    for (;;) {
        size_t len = strcspn(text, ",");

        rc = add_part(sources, text, len, target, err);
        if (rc < 0 || !text[len])
            break;
        text += len + 1;
    }
    if (rc < 0)
        sources_release(sources);
    return rc;
}

void sources_release(struct sources *sources)
{
    free(sources->at);
    *sources = (struct sources){0};
}

const struct sockaddr_storage *sources_of(const struct sources *sources, long session)
{
    return sources->count ? &sources->at[(unsigned long)session % sources->count] : NULL;
}
