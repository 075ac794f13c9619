#include "recorder/proxy_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/target_options.h"
#include "core/units.h"
#include "recorder/limits.h"

#define OWN_PATHS "/__stretto/"
#define MARK_PATH OWN_PATHS "mark"

/* The host of "host:port" or "[host]:port"; false when it is too long for a name. */
static bool host_of(const char *authority, char host[256])
{
    bool bracketed = *authority == '[';
    size_t len = bracketed ? strcspn(++authority, "]") : strcspn(authority, ":/");

    if (len > 255)
        return false;
    memcpy(host, authority, len);
    host[len] = 0;
    return true;
}

bool proxy_is_called(const struct listener *listener, const char *authority)
{
    char host[256];
    char own[256];

    if (!listener->loopback)
        return true;
    if (!host_of(authority, host) || !host_of(listener->authority, own))
        return false;
    return target_is_loopback(host) || strcasecmp(host, own) == 0;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c ? strchr(digits, c | 32) : NULL;

    return at ? (int)(at - digits) : -1;
}

void proxy_mark_name(const char *target, char *into)
{
    const char *at = strchr(target, '?');
    size_t n = 0;

    while (at && strncmp(at + 1, "name=", 5) != 0)
        at = strchr(at + 1, '&');
    for (at = at ? at + 6 : ""; *at && *at != '&' && n < MARK_BYTES_MAX; at++) {
        int high = *at == '%' ? hex_digit(at[1]) : -1;
        int low = high >= 0 ? hex_digit(at[2]) : -1;

        into[n++] = (char)(low >= 0 ? high * 16 + low : *at == '+' ? ' ' : *at);
        at += low >= 0 ? 2 : 0;
    }
    into[n] = 0;
}

static bool is_path(const char *target, const char *path)
{
    size_t len = strlen(path);

    return strncmp(target, path, len) == 0 && (!target[len] || target[len] == '?');
}

/* What the proxy answers by itself; false: the target is to be asked. */
static bool answer_itself(struct proxy *p, struct client *client, const struct request_head *head)
{
    const char *host = headers_get(&head->headers, "Host");
    const char *whole = *head->target == '/' ? NULL : strstr(head->target, "://");
    const char *path = whole ? strchr(whole + 3, '/') : head->target;
    char name[MARK_BYTES_MAX + 1];
    bool closes = head->body_bytes != BODY_NONE && head->body_bytes != 0;

    closes = closes || !head->keeps;
    if ((host && !proxy_is_called(&p->listener, host)) ||
        (whole && !proxy_is_called(&p->listener, whole + 3))) {
        answer_put_page(client, 421,
                        "the Host of this request is not this proxy; open it by the address that "
                        "it printed",
                        closes);
    } else if (path && is_path(path, MARK_PATH)) {
        proxy_mark_name(path, name);
        capture_mark(p->capture, name);
        answer_put_page(client, 204, NULL, closes);
    } else if (path && strncmp(path, OWN_PATHS, strlen(OWN_PATHS)) == 0) {
        answer_put_page(client, 404,
                        "what begins with /__stretto/ is the recorder's own; there is "
                        "/__stretto/mark?name=NAME",
                        closes);
    } else {
        return false;
    }
    return true;
}

/* Reads until a head is there: its bytes, 0 when the browser hung up, or negative. */
static ssize_t await_head(struct client *client, struct request_head *head, struct error *err)
{
    int64_t until_us = INT64_MAX;

    for (;;) {
        ssize_t n = request_head_parse(head, client->in.data, client->in.len, err);

        if (n)
            return n;
        if (client->in.len && until_us == INT64_MAX)
            until_us = clock_monotonic_us() + HEAD_TIME_US;
        if (!client_wait(client, until_us))
            return 0;
    }
}

/* The same, while the connection may be closed for another one. */
static ssize_t rest(struct client *client, struct request_head *head, struct error *err)
{
    ssize_t n;

    front_rests(client);
    n = await_head(client, head, err);
    if (front_wakes(client))
        return n;
    client->ended = true;
    return 0;
}

/* One request; false: the connection ends. */
static bool serve_one(struct proxy *p, struct client *client, struct upstream *upstream)
{
    struct error err = ERROR_NONE;
    struct request_head head = {0};
    ssize_t n = rest(client, &head, &err);
    bool keeps = false;

    if (n > 0) {
        struct visit v = {.proxy = p,
                          .client = client,
                          .upstream = upstream,
                          .head = &head,
                          .begin_us = clock_monotonic_us()};

        buf_drop(&client->in, (size_t)n);
        if (answer_itself(p, client, &head))
            v.keeps = head.keeps && head.body_bytes <= 0 && head.body_bytes != BODY_CHUNKED;
        else if (visit_wants_socket(&head))
            visit_run_socket(&v);
        else
            visit_run(&v);
        keeps = v.keeps;
    } else if (n < 0 && head.status) {
        capture_note(p->capture, err.text);
        answer_put_page(client, head.status, err.text, true);
    }
    request_head_release(&head);
    return keeps;
}

static void on_connection(void *user, struct client *client)
{
    struct proxy *p = user;
    struct upstream *upstream = upstream_new(p->target, p->tls, p->stop_fd);

    while (upstream && serve_one(p, client, upstream))
        ;
    upstream_free(upstream);
    if (!client_is_gone(client))
        client_finish(client);
}

static void on_crowd(void *user, struct client *client)
{
    static const char why[] = "more connections at a time than the recorder takes (512)";
    struct proxy *p = user;

    capture_note(p->capture, why);
    answer_put_page(client, 503, why, true);
}

int proxy_start(struct proxy **out, const struct listener *listener, const struct target *target,
                struct ssl_ctx_st *tls, struct capture *capture, struct error *err)
{
    struct proxy *p = calloc(1, sizeof(*p));
    struct front_handler handler = {on_connection, on_crowd, p};
    int rc;

    *out = NULL;
    if (!p) {
        close(listener->fd);
        return error_nomem(err);
    }
    *p = (struct proxy){.target = target, .tls = tls, .capture = capture, .listener = *listener};
    p->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (p->stop_fd < 0) {
        close(listener->fd);
        rc = error_set(err, E_NET, "cannot start the proxy on %s", listener->authority);
    } else {
        rc = front_start(&p->front, listener->fd, p->stop_fd, &handler, err);
    }
    if (rc == 0) {
        *out = p;
        return 0;
    }
    if (p->stop_fd >= 0)
        close(p->stop_fd);
    free(p);
    return rc;
}

void proxy_stop(struct proxy *p)
{
    if (!p)
        return;
    /* Whoever waits in a transfer or a relay gives up; then the front can wait for its threads. */
    eventfd_write(p->stop_fd, 1);
    front_stop(p->front);
    close(p->stop_fd);
    free(p);
}
