#include "recorder/upstream.h"

#include <poll.h>
#include <stdlib.h>

#include "core/target_options.h"
#include "recorder/limits.h"

/* An upper bound of any one wait; nothing depends on it. */
#define POLL_MS 1000

struct upstream *upstream_new(const struct target *target, struct ssl_ctx_st *tls, int stop_fd)
{
    struct upstream *u = calloc(1, sizeof(*u));

    if (!u)
        return NULL;
    *u = (struct upstream){target, tls, stop_fd, curl_multi_init()};
    if (!u->multi) {
        free(u);
        return NULL;
    }
    return u;
}

void upstream_free(struct upstream *u)
{
    if (!u)
        return;
    curl_multi_cleanup(u->multi);
    free(u);
}

static CURL *new_handle(const struct target *target, struct ssl_ctx_st *tls)
{
    CURL *easy = curl_easy_init();

    if (!easy)
        return NULL;
    target_set_curl(easy, target, tls);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT_S);
    return easy;
}

CURL *upstream_handle(const struct upstream *u)
{
    return new_handle(u->target, u->tls);
}

static short curl_events(short events)
{
    return (short)((events & POLLIN ? CURL_WAIT_POLLIN : 0) |
                   (events & POLLOUT ? CURL_WAIT_POLLOUT : 0));
}

static void move_client(struct client *client, short revents)
{
    if (revents & CURL_WAIT_POLLIN)
        client_fill(client);
    if (revents & CURL_WAIT_POLLOUT)
        client_flush(client);
}

int upstream_step(struct upstream *u, struct client *client, struct error *err)
{
    short events = client ? curl_events(client_events(client)) : 0;
    struct curl_waitfd also[2] = {
        {.fd = u->stop_fd, .events = CURL_WAIT_POLLIN},
        {.fd = client ? client->fd : -1, .events = events},
    };
    int running;

    curl_multi_poll(u->multi, also, events ? 2 : 1, POLL_MS, NULL);
    if (also[0].revents)
        return error_set(err, E_IO, "the recording has ended");
    if (client)
        move_client(client, also[1].revents);
    curl_multi_perform(u->multi, &running);
    return 0;
}

bool upstream_result(struct upstream *u, CURLcode *result)
{
    int left;
    CURLMsg *m;

    while ((m = curl_multi_info_read(u->multi, &left))) {
        if (m->msg != CURLMSG_DONE)
            continue;
        *result = m->data.result;
        return true;
    }
    return false;
}

static void want_connection_only(CURL *easy, long version, char *why)
{
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, version);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why);
}

static int connect_handle(struct upstream *u, struct client *client, CURL *easy, struct error *err)
{
    char why[CURL_ERROR_SIZE] = "";
    CURLcode result = CURLE_FAILED_INIT;
    int rc = 0;

    want_connection_only(easy, CURL_HTTP_VERSION_1_1, why);
    if (curl_multi_add_handle(u->multi, easy) != CURLM_OK)
        return error_nomem(err);
    while (rc == 0 && !upstream_result(u, &result)) {
        rc = upstream_step(u, client, err);
        if (rc == 0 && client_is_gone(client))
            rc = error_set(err, E_IO, "the browser hung up");
    }
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
    if (rc == 0 && result != CURLE_OK)
        rc = error_set(err, E_NET, "%s", why[0] ? why : curl_easy_strerror(result));
    return rc;
}

int upstream_connect(struct upstream *u, struct client *client, CURL **easy, struct error *err)
{
    *easy = upstream_handle(u);
    return *easy ? connect_handle(u, client, *easy, err) : error_nomem(err);
}

void upstream_drop(struct upstream *u, CURL *easy)
{
    if (!easy)
        return;
    curl_multi_remove_handle(u->multi, easy);
    curl_easy_cleanup(easy);
}

int upstream_probe(const struct target *target, struct ssl_ctx_st *tls, struct error *err)
{
    char why[CURL_ERROR_SIZE] = "";
    CURL *easy = new_handle(target, tls);
    CURLcode rc;

    if (!easy)
        return error_nomem(err);
    want_connection_only(easy, CURL_HTTP_VERSION_2TLS, why);
    rc = curl_easy_perform(easy);
    curl_easy_cleanup(easy);
    if (rc == CURLE_OK)
        return 0;
    return error_set(err, E_NET, "cannot reach %s: %s; is the app running there?", target->shown,
                     why[0] ? why : curl_easy_strerror(rc));
}
