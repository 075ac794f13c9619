/* A non-blocking byte stream to a server: TCP or a Unix socket, or TLS over it, or a connection
 * that curl has made, through whatever proxy.
 *
 * Every call answers in three words, and stream_wants() says what to wait for after IO_AGAIN.
 * Owner   stream_open() .. stream_close(); a zeroed struct is closed.
 * Errors  IO_LOST sets err with what failed and where; the stream then only wants closing. */
#ifndef STRETTO_CORE_STREAM_H
#define STRETTO_CORE_STREAM_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "core/error.h"

enum io {
    IO_DONE,  /* it happened */
    IO_AGAIN, /* not now: wait for stream_wants() */
    IO_LOST,  /* it will not happen */
};

enum { STREAM_WANTS_READ = 1, STREAM_WANTS_WRITE = 2 };

/* Where to: scheme, host, port and base path of a URL, resolved once.  Owner: target_release().
 *
 *     http://HOST[:PORT][/BASE]         https:// likewise
 *     unix:PATH                         a Unix socket; the app hears "Host: localhost"
 *     unix:PATH:http://HOST[/BASE]      the same, and what is said of it over HTTP */
struct target {
    bool tls;
    char *host;      /* as in the URL, without brackets: for TLS' name check */
    char *authority; /* "host" or "host:port", brackets kept: for Host headers */
    char *base;      /* "" or "/path", never with a slash at its end */
    char *url;       /* scheme://authority + base */
    char *socket;    /* the path of a Unix socket, or NULL */
    char *shown;     /* what target_parse() takes again: the URL, with the socket in front */
    int port;
    struct sockaddr_storage address;
    socklen_t address_bytes;
};

/* With `resolve` the host is looked up (blocking).
 * 0, -E_USAGE (not such a URL) or -E_NET (unknown host). */
int target_parse(struct target *target, const char *url, bool resolve, struct error *err);
void target_release(struct target *target);

struct ssl_ctx_st;

struct stream {
    int fd; /* -1: closed */
    struct ssl_st *ssl;
    bool tls;             /* curl's, for what is said of failures */
    void *curl;           /* the easy handle whose connection this is; lent */
    bool connected;       /* TCP stands */
    int64_t connected_us; /* since when; monotonic */
    int wants;
};

#define STREAM_CLOSED ((struct stream){.fd = -1})

/* Starts connecting; then call stream_handshake() until it is done.  tls is NULL for plain. */
enum io stream_open(struct stream *s, const struct target *target, struct ssl_ctx_st *tls,
                    struct error *err);
/* The same from an address of this machine's, port 0, in the target's family; NULL: the kernel's
 * choice.  The kernel picks the port when it connects, so that one port serves several targets. */
enum io stream_open_from(struct stream *s, const struct target *target,
                         const struct sockaddr_storage *source, struct ssl_ctx_st *tls,
                         struct error *err);
enum io stream_handshake(struct stream *s, struct error *err);
/* The connection of a handle that was made with CURLOPT_CONNECT_ONLY, whose owner outlives it. */
void stream_of_curl(struct stream *s, void *easy);
bool stream_is_tls(const struct stream *s);
int stream_wants(const struct stream *s);

/* *n is how many bytes moved.  A read that gives IO_DONE with *n == 0 is the peer's end of stream.
 */
enum io stream_read(struct stream *s, void *data, size_t len, size_t *n, struct error *err);
enum io stream_write(struct stream *s, const void *data, size_t len, size_t *n, struct error *err);

/* Half-closes: no more from us. */
void stream_shutdown(struct stream *s);
void stream_close(struct stream *s);

#endif
