#include "core/stream.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/units.h"

static enum io lost(struct error *err, const char *what, int error)
{
    error_set(err, E_NET, "%s: %s", what, strerror(error));
    return IO_LOST;
}

static enum io again(struct stream *s, int wants)
{
    s->wants = wants;
    return IO_AGAIN;
}

static bool start_tls(struct stream *s, const struct target *target, SSL_CTX *tls)
{
    s->ssl = SSL_new(tls);
    return s->ssl && SSL_set_fd(s->ssl, s->fd) == 1 && SSL_set1_host(s->ssl, target->host) == 1 &&
           SSL_set_tlsext_host_name(s->ssl, target->host) == 1;
}

static socklen_t address_bytes(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                          : sizeof(struct sockaddr_in);
}

static bool start_from(const struct stream *s, const struct sockaddr_storage *source)
{
#ifdef IP_BIND_ADDRESS_NO_PORT
    int one = 1;

    setsockopt(s->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
#endif
    return bind(s->fd, (const struct sockaddr *)source, address_bytes(source)) == 0;
}

enum io stream_open(struct stream *s, const struct target *target, SSL_CTX *tls, struct error *err)
{
    return stream_open_from(s, target, NULL, tls, err);
}

enum io stream_open_from(struct stream *s, const struct target *target,
                         const struct sockaddr_storage *source, SSL_CTX *tls, struct error *err)
{
    int one = 1;

    *s = STREAM_CLOSED;
    s->fd = socket(target->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s->fd < 0)
        return lost(err, "cannot open a socket", errno);
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)); /* as browsers do */
    if (source && !start_from(s, source))
        return lost(err, "cannot connect from its source address", errno);
    if (tls && !start_tls(s, target, tls)) {
        error_set(err, E_NET, "OpenSSL cannot start a connection");
        return IO_LOST;
    }
    if (connect(s->fd, (const struct sockaddr *)&target->address, target->address_bytes) == 0)
        return stream_handshake(s, err);
    if (errno != EINPROGRESS)
        return lost(err, "cannot connect", errno);
    return again(s, STREAM_WANTS_WRITE);
}

static enum io finish_connect(struct stream *s, struct error *err)
{
    struct sockaddr_storage peer;
    socklen_t peer_len = sizeof(peer);
    int error = 0;
    socklen_t len = sizeof(error);

    getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len);
    if (error)
        return lost(err, "cannot connect", error);
    if (getpeername(s->fd, (struct sockaddr *)&peer, &peer_len) < 0)
        return errno == ENOTCONN ? again(s, STREAM_WANTS_WRITE)
                                 : lost(err, "cannot connect", errno);
    s->connected = true;
    s->connected_us = clock_monotonic_us();
    return IO_DONE;
}

/* What OpenSSL's answer means; n <= 0. */
static enum io tls_answer(struct stream *s, int rc, const char *what, struct error *err)
{
    long verify;

    switch (SSL_get_error(s->ssl, rc)) {
    case SSL_ERROR_WANT_READ:
        return again(s, STREAM_WANTS_READ);
    case SSL_ERROR_WANT_WRITE:
        return again(s, STREAM_WANTS_WRITE);
    default:
        verify = SSL_get_verify_result(s->ssl);
        if (verify != X509_V_OK)
            error_set(err, E_NET, "%s: the server's certificate is not trusted: %s", what,
                      X509_verify_cert_error_string(verify));
        else
            error_set(err, E_NET, "%s: TLS failed: %s", what,
                      ERR_peek_error() ? ERR_reason_error_string(ERR_peek_error())
                                       : "connection closed");
        ERR_clear_error();
        return IO_LOST;
    }
}

enum io stream_handshake(struct stream *s, struct error *err)
{
    int rc;

    if (!s->connected) {
        enum io io = finish_connect(s, err);

        if (io != IO_DONE || !s->ssl)
            return io;
    }
    if (!s->ssl)
        return IO_DONE;
    ERR_clear_error();
    rc = SSL_connect(s->ssl);
    return rc == 1 ? IO_DONE : tls_answer(s, rc, "cannot connect", err);
}

int stream_wants(const struct stream *s)
{
    return s->wants;
}

static enum io tls_read(struct stream *s, void *data, size_t len, size_t *n, struct error *err)
{
    int rc;

    ERR_clear_error();
    rc = SSL_read_ex(s->ssl, data, len, n);
    if (rc == 1)
        return IO_DONE;
    *n = 0;
    if (SSL_get_error(s->ssl, rc) == SSL_ERROR_ZERO_RETURN)
        return IO_DONE;
    return tls_answer(s, rc, "cannot read", err);
}

void stream_of_curl(struct stream *s, void *easy)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    char *scheme = NULL;

    curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd);
    curl_easy_getinfo(easy, CURLINFO_SCHEME, &scheme);
    *s = (struct stream){.fd = fd, .curl = easy, .connected = true};
    s->tls = scheme && strcasecmp(scheme, "https") == 0;
}

bool stream_is_tls(const struct stream *s)
{
    return s->ssl || s->tls;
}

static enum io curl_answer(struct stream *s, CURLcode rc, int wants, const char *what,
                           struct error *err)
{
    if (rc == CURLE_OK)
        return IO_DONE;
    if (rc == CURLE_AGAIN)
        return again(s, wants);
    error_set(err, E_NET, "%s: %s", what, curl_easy_strerror(rc));
    return IO_LOST;
}

enum io stream_read(struct stream *s, void *data, size_t len, size_t *n, struct error *err)
{
    ssize_t got;

    *n = 0;
    if (s->curl)
        return curl_answer(s, curl_easy_recv(s->curl, data, len, n), STREAM_WANTS_READ,
                           "cannot read", err);
    if (s->ssl)
        return tls_read(s, data, len, n, err);
    got = recv(s->fd, data, len, 0);
    if (got >= 0) {
        *n = (size_t)got;
        return IO_DONE;
    }
    if (errno == EAGAIN || errno == EINTR)
        return again(s, STREAM_WANTS_READ);
    return lost(err, "cannot read", errno);
}

enum io stream_write(struct stream *s, const void *data, size_t len, size_t *n, struct error *err)
{
    ssize_t sent;
    int rc;

    *n = 0;
    if (s->curl)
        return curl_answer(s, curl_easy_send(s->curl, data, len, n), STREAM_WANTS_WRITE,
                           "cannot write", err);
    if (s->ssl) {
        ERR_clear_error();
        rc = SSL_write_ex(s->ssl, data, len, n);
        return rc == 1 ? IO_DONE : tls_answer(s, rc, "cannot write", err);
    }
    sent = send(s->fd, data, len, MSG_NOSIGNAL);
    if (sent >= 0) {
        *n = (size_t)sent;
        return IO_DONE;
    }
    if (errno == EAGAIN || errno == EINTR)
        return again(s, STREAM_WANTS_WRITE);
    return lost(err, "cannot write", errno);
}

void stream_shutdown(struct stream *s)
{
    if (s->ssl && s->connected)
        SSL_shutdown(s->ssl);
    if (s->fd >= 0)
        shutdown(s->fd, SHUT_WR);
}

void stream_close(struct stream *s)
{
    SSL_free(s->ssl);
    if (s->fd >= 0 && !s->curl)
        close(s->fd);
    *s = STREAM_CLOSED;
}
