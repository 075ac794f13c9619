#include "recorder/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST_TEXT 256
#define PORT_DIGITS_MAX 5
#define PORT_MAX 65535

static bool is_port(const char *text)
{
    size_t digits = strspn(text, "0123456789");

    return digits && digits <= PORT_DIGITS_MAX && !text[digits] && atoi(text) <= PORT_MAX;
}

/* Cuts "HOST:PORT" in two; without a host it is the loopback. */
static int split(const char *where, char host[HOST_TEXT], const char **port)
{
    const char *colon = strrchr(where, ':');
    const char *begin = where;
    size_t len = colon ? (size_t)(colon - where) : 0;

    *port = colon ? colon + 1 : where;
    if (len >= 2 && begin[0] == '[' && begin[len - 1] == ']') {
        begin++;
        len -= 2;
    }
    if (len >= HOST_TEXT || !is_port(*port))
        return -1;
    if (len)
        snprintf(host, HOST_TEXT, "%.*s", (int)len, begin);
    else
        snprintf(host, HOST_TEXT, "127.0.0.1");
    return 0;
}

/* The port that the kernel chose is known only now. */
static void name_it(struct listener *l)
{
    struct sockaddr_storage at = {0};
    socklen_t len = sizeof(at);
    char host[INET6_ADDRSTRLEN] = "";
    char port[8] = "";

    getsockname(l->fd, (struct sockaddr *)&at, &len);
    getnameinfo((struct sockaddr *)&at, len, host, sizeof(host), port, sizeof(port),
                NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(l->authority, sizeof(l->authority), at.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s",
             host, port);
    l->loopback = strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

static int open_socket(const struct addrinfo *at)
{
    int one = 1;
    int saved;
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

int listen_on(struct listener *l, const char *where, struct error *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char host[HOST_TEXT];
    const char *port;
    int rc;

    if (split(where, host, &port) < 0)
        return error_set(err, E_USAGE, "--listen takes HOST:PORT, as 127.0.0.1:8600, not '%s'",
                         where);
    rc = getaddrinfo(host, port, &hints, &found);
    if (rc != 0)
        return error_set(err, E_NET, "cannot listen on %s: %s", where, gai_strerror(rc));
    l->fd = open_socket(found);
    freeaddrinfo(found);
    if (l->fd < 0)
        return error_set(err, E_NET, "cannot listen on %s: %s%s", where, strerror(errno),
                         errno == EADDRINUSE ? "; --listen 127.0.0.1:0 takes any free port" : "");
    name_it(l);
    return 0;
}
