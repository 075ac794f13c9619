/* Which way a run's requests go. */
#include <openssl/ssl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/target_options.h"
#include "core/units.h"
#include "player/fetch.h"

#define PROBE_US (5 * US_PER_S)

/* curl knows what these mean, and which hosts they leave out. */
static bool wants_proxy(const struct target *target)
{
    static const char *const plain[] = {"http_proxy", "all_proxy", "ALL_PROXY", NULL};
    static const char *const tls[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL};

    if (target->socket || target_is_loopback(target->host))
        return false;
    for (const char *const *name = target->tls ? tls : plain; *name; name++) {
        const char *value = getenv(*name);

        if (value && *value)
            return true;
    }
    return false;
}

/* Waits for what the stream wants; false: not in time. */
static bool wait_for(const struct stream *s, int64_t until_us)
{
    struct pollfd fd = {.fd = s->fd,
                        .events = stream_wants(s) == STREAM_WANTS_READ ? POLLIN : POLLOUT};
    int64_t left_us = until_us - clock_monotonic_us();

    return left_us > 0 && poll(&fd, 1, (int)(left_us / US_PER_MS) + 1) > 0;
}

static bool chose_http2(const struct stream *s)
{
    const unsigned char *name = NULL;
    unsigned len = 0;

    SSL_get0_alpn_selected(s->ssl, &name, &len);
    return len == 2 && memcmp(name, "h2", 2) == 0;
}

/* Offers what a browser offers. */
static bool speaks_http2(const struct play *play)
{
    static const unsigned char offer[] = "\x02h2\x08http/1.1";
    int64_t until_us = clock_monotonic_us() + PROBE_US;
    struct error err = ERROR_NONE;
    struct stream s;
    enum io io = stream_open(&s, &play->target, play->tls, &err);
    bool http2;

    if (s.ssl)
        SSL_set_alpn_protos(s.ssl, offer, sizeof(offer) - 1);
    while (io == IO_AGAIN && wait_for(&s, until_us))
        io = stream_handshake(&s, &err);
    http2 = io == IO_DONE && chose_http2(&s);
    if (io == IO_DONE)
        stream_shutdown(&s);
    stream_close(&s);
    return http2;
}

void fetch_choose_way(struct play *play)
{
    play->curl_way = wants_proxy(&play->target) || (play->target.tls && speaks_http2(play));
}
