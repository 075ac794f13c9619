#include "parrot/server.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/units.h"
#include "parrot/conn.h"

/* The kernel keeps no more than its own somaxconn. */
#define BACKLOG 65535
#define ACCEPTS_AT_ONCE 256
#define PORT_TRIES 20
#define UNKNOWN_SAID 10
#define ADDRESS_TEXT 128

/* --- TLS --- */

static int choose_http1(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                        const unsigned char *in, unsigned in_len, void *user)
{
    static const unsigned char http1[] = "\x08http/1.1";

    (void)ssl;
    (void)user;
    if (SSL_select_next_proto((unsigned char **)(uintptr_t)out, out_len, http1, sizeof(http1) - 1,
                              in, in_len) == OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_OK;
    return SSL_TLSEXT_ERR_NOACK;
}

static int open_tls(struct server *s, struct error *err)
{
    const struct parrot_options *o = s->options;
    const char *reason;

    if (!o->cert)
        return 0;
    s->tls = SSL_CTX_new(TLS_server_method());
    if (!s->tls)
        return error_nomem(err);
    SSL_CTX_set_mode(s->tls, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_alpn_select_cb(s->tls, choose_http1, NULL);
    if (SSL_CTX_use_certificate_chain_file(s->tls, o->cert) == 1 &&
        SSL_CTX_use_PrivateKey_file(s->tls, o->key, SSL_FILETYPE_PEM) == 1 &&
        SSL_CTX_check_private_key(s->tls) == 1)
        return 0;
    reason = ERR_reason_error_string(ERR_peek_error());
    return error_set(err, E_IO, "cannot use the certificate %s with the key %s: %s", o->cert,
                     o->key, reason ? reason : "unknown reason");
}

/* --- the door --- */

/* Who comes now waits in the kernel until somebody goes. */
static void shut_door(struct server *s)
{
    if (!s->told_full)
        fprintf(stderr,
                "parrot: %llu connections are open, and there are no descriptors for more: raise "
                "`ulimit -n`; who comes now waits\n",
                (unsigned long long)s->count.connections.now);
    s->told_full = true;
    s->door_shut = true;
    uv_poll_stop(&s->door);
}

static void on_door(uv_poll_t *door, int status, int events)
{
    struct server *s = door->data;
    int one = 1;

    (void)status;
    (void)events;
    for (int i = 0; i < ACCEPTS_AT_ONCE; i++) {
        int fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0 && (errno == EMFILE || errno == ENFILE))
            shut_door(s);
        if (fd < 0)
            return;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        conn_new(s, fd);
    }
}

void server_let_in(struct server *s)
{
    if (!s->door_shut || s->fd < 0)
        return;
    s->door_shut = false;
    uv_poll_start(&s->door, UV_READABLE, on_door);
}

static int cannot_listen(const struct parrot_options *o, const char *reason, struct error *err)
{
    return error_set(err, E_NET, "cannot listen on %s: %s", o->listen, reason);
}

/* 0 or -1 with errno. */
static int try_to_listen(struct server *s, const struct addrinfo *address)
{
    int one = 1;
    int why;

    s->fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s->fd < 0)
        return -1;
    setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(s->fd, address->ai_addr, address->ai_addrlen) == 0 && listen(s->fd, BACKLOG) == 0)
        return 0;
    why = errno;
    close(s->fd);
    s->fd = -1;
    errno = why;
    return -1;
}

/* The kernel gives "any free port" at bind(), and another program may have got the same one when it
 * comes to listen(). */
static int listen_to(struct server *s, const struct addrinfo *address, struct error *err)
{
    int tries = s->options->port ? 1 : PORT_TRIES;

    while (tries--) {
        if (try_to_listen(s, address) == 0)
            return 0;
        if (errno != EADDRINUSE)
            break;
    }
    return cannot_listen(s->options, strerror(errno), err);
}

static int open_door(struct server *s, struct error *err)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    char port[8];
    int rc;

    snprintf(port, sizeof(port), "%d", s->options->port);
    rc = getaddrinfo(s->options->host, port, &hints, &found);
    if (rc != 0)
        return cannot_listen(s->options, gai_strerror(rc), err);
    rc = listen_to(s, found, err);
    freeaddrinfo(found);
    return rc;
}

static void say_address(const struct server *s)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    char host[ADDRESS_TEXT] = "?";
    char port[8] = "?";
    bool v6;

    getsockname(s->fd, (struct sockaddr *)&address, &len);
    getnameinfo((struct sockaddr *)&address, len, host, sizeof(host), port, sizeof(port),
                NI_NUMERICHOST | NI_NUMERICSERV);
    v6 = strchr(host, ':');
    printf("parrot: %s://%s%s%s:%s/ answers as %s was answered\n", s->tls ? "https" : "http",
           v6 ? "[" : "", host, v6 ? "]" : "", port, s->options->script);
    fflush(stdout);
}

void server_say_unknown(struct server *s, const struct head_text *method,
                        const struct head_text *url)
{
    struct error line = ERROR_NONE;

    if (s->count.unknown > UNKNOWN_SAID)
        return;
    error_set(&line, E_NET, "%.*s %.*s: not in the script, answered with 404%s",
              (int)(method->bytes > 20 ? 20 : method->bytes), method->at,
              (int)(url->bytes > 200 ? 200 : url->bytes), url->at,
              s->count.unknown == UNKNOWN_SAID ? "; the others are only counted" : "");
    error_print("parrot", &line);
}

/* --- its life --- */

static void on_signal(uv_signal_t *signal, int number)
{
    struct server *s = signal->data;

    (void)number;
    uv_close((uv_handle_t *)&s->interrupted, NULL);
    uv_close((uv_handle_t *)&s->terminated, NULL);
    uv_poll_stop(&s->door);
    uv_close((uv_handle_t *)&s->door, NULL);
    close(s->fd);
    s->fd = -1;
    while (s->conns)
        conn_close(s->conns);
    timers_close(&s->timers);
}

static void watch_signal(struct server *s, uv_signal_t *signal, int number)
{
    uv_signal_init(&s->loop, signal);
    signal->data = s;
    uv_signal_start(signal, on_signal, number);
}

static int run(struct server *s, struct error *err)
{
    int rc = timers_init(&s->timers, &s->loop, err);

    if (rc < 0)
        return rc;
    uv_poll_init(&s->loop, &s->door, s->fd);
    s->door.data = s;
    uv_poll_start(&s->door, UV_READABLE, on_door);
    watch_signal(s, &s->interrupted, SIGINT);
    watch_signal(s, &s->terminated, SIGTERM);
    say_address(s);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    return 0;
}

int server_run(struct server *s, const struct book *book, const struct parrot_options *options,
               struct error *err)
{
    int rc;

    s->book = book;
    s->options = options;
    s->fd = -1;
    uv_loop_init(&s->loop);
    rc = open_tls(s, err);
    if (rc == 0)
        rc = open_door(s, err);
    if (rc == 0)
        rc = run(s, err);
    if (s->fd >= 0)
        close(s->fd);
    uv_loop_close(&s->loop);
    SSL_CTX_free(s->tls);
    return rc;
}
