#include "recorder/har_feed.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"

/* What happens at one moment. */
struct event {
    int64_t at_us;
    size_t order; /* of those of one moment */
    enum { REQUEST_ENDED, SOCKET_OPENED, MESSAGE_CAME, SOCKET_ENDED } what;
    const struct har_entry *entry;
    const struct har_message *message;
    struct capture_socket **socket;
};

struct feeding {
    struct capture *capture;
    const char *target_url;
    int64_t begin_us;
    struct event *events;
    size_t count;
    struct capture_socket **sockets; /* an entry each */
};

/* --- addresses --- */

static bool is_http(const char *url)
{
    return strncasecmp(url, "http", 4) == 0 || strncasecmp(url, "ws", 2) == 0;
}

static bool is_tls(const char *url)
{
    return strncasecmp(url, "https:", 6) == 0 || strncasecmp(url, "wss:", 4) == 0;
}

/* Behind "://", with its length up to the path; NULL: no address of a host. */
static const char *authority_of(const char *url, size_t *len)
{
    const char *at = is_http(url) ? strstr(url, "://") : NULL;
    const char *user;

    if (!at)
        return NULL;
    at += 3;
    *len = strcspn(at, "/?#");
    user = memchr(at, '@', *len);
    if (user) {
        *len -= (size_t)(user + 1 - at);
        at = user + 1;
    }
    return *len ? at : NULL;
}

/* "host:443" of https is "host". */
static size_t without_default_port(const char *authority, size_t len, bool tls)
{
    const char *port = tls ? ":443" : ":80";
    size_t n = strlen(port);

    return len > n && memcmp(authority + len - n, port, n) == 0 ? len - n : len;
}

static bool same_origin(const char *a, const char *b)
{
    size_t a_len;
    size_t b_len;
    const char *a_host = authority_of(a, &a_len);
    const char *b_host = authority_of(b, &b_len);

    if (!a_host || !b_host || is_tls(a) != is_tls(b))
        return false;
    a_len = without_default_port(a_host, a_len, is_tls(a));
    b_len = without_default_port(b_host, b_len, is_tls(b));
    return a_len == b_len && strncasecmp(a_host, b_host, a_len) == 0;
}

/* The path below the target, or NULL: it is another's. */
static const char *path_below(const char *url, const char *target_url)
{
    size_t len;
    const char *path;
    const char *base;
    size_t base_len;

    if (!same_origin(url, target_url))
        return NULL;
    path = authority_of(url, &len) + len;
    base = authority_of(target_url, &len);
    base += len;
    base_len = strlen(base);
    while (base_len && base[base_len - 1] == '/')
        base_len--;
    if (strncmp(path, base, base_len) != 0 || (path[base_len] && !strchr("/?#", path[base_len])))
        return NULL;
    path += base_len;
    return *path == '/' ? path : "/";
}

static bool is_page(const struct har_entry *e)
{
    return strcasecmp(e->method, "GET") == 0 && strcasestr(e->kind, "html") && e->status >= 200 &&
           e->status < 300;
}

int har_origin(const struct har *har, const char *name, struct buf *out, struct error *err)
{
    const struct har_entry *found = NULL;
    const char *authority;
    size_t len = 0;

    for (size_t i = 0; i < har->count && !(found && is_page(found)); i++) {
        const struct har_entry *e = &har->entries[i];

        if (authority_of(e->url, &len) && !e->is_socket && (!found || is_page(e)))
            found = e;
    }
    if (!found)
        return error_set(err, E_FORMAT, "%s: none of its %zu entries was asked over HTTP", name,
                         har->count);
    authority = authority_of(found->url, &len);
    if (buf_addf(out, "%s://%.*s", is_tls(found->url) ? "https" : "http", (int)len, authority) < 0)
        return error_nomem(err);
    return 0;
}

/* --- which entries --- */

static bool is_recorded(const struct har_entry *e, const char *target_url)
{
    if (!path_below(e->url, target_url) || e->is_cached)
        return false;
    return e->is_socket ? e->status == 101 || e->message_count : e->status > 0;
}

int64_t har_begin_us(const struct har *har, const char *target_url)
{
    for (size_t i = 0; i < har->count; i++) {
        if (is_recorded(&har->entries[i], target_url))
            return har->entries[i].begin_us;
    }
    return har->count ? har->entries[0].begin_us : 0;
}

static void count_credentials(const struct har_entry *e, struct har_told *told)
{
    if (headers_get(&e->request, "Cookie"))
        told->credentials++;
    if (headers_get(&e->request, "Authorization"))
        told->credentials++;
}

static int tell(const struct har_entry *e, const char *target_url, struct har_told *told)
{
    size_t len;
    const char *host = authority_of(e->url, &len);

    if (!host)
        return 0;
    if (!path_below(e->url, target_url))
        return names_add(&told->hosts, host, len);
    count_credentials(e, told);
    if (e->is_cached)
        told->cached++;
    else if (!is_recorded(e, target_url))
        told->unanswered++;
    else
        told->steps++;
    if (e->lacks_body)
        told->bodies++;
    return 0;
}

/* --- events --- */

/* Of an entry with messages, its time is that of the whole conversation. */
static int64_t opened_us(const struct har_entry *e)
{
    if (!e->message_count)
        return e->begin_us;
    return e->messages[0].at_us > e->begin_us ? e->messages[0].at_us : e->begin_us;
}

static int64_t closed_us(const struct har_entry *e)
{
    int64_t last = e->message_count ? e->messages[e->message_count - 1].at_us : e->begin_us;

    return e->end_us > last ? e->end_us : last;
}

static void add_event(struct feeding *f, struct event event)
{
    event.order = f->count;
    f->events[f->count++] = event;
}

static void add_socket(struct feeding *f, const struct har_entry *e, struct capture_socket **socket)
{
    int64_t open_us = opened_us(e);
    int64_t at_us = open_us;

    add_event(
        f, (struct event){.at_us = open_us, .what = SOCKET_OPENED, .entry = e, .socket = socket});
    for (size_t i = 0; i < e->message_count; i++) {
        const struct har_message *m = &e->messages[i];

        at_us = m->at_us > at_us ? m->at_us : at_us;
        add_event(
            f,
            (struct event){
                .at_us = at_us, .what = MESSAGE_CAME, .entry = e, .message = m, .socket = socket});
    }
    add_event(f, (struct event){
                     .at_us = closed_us(e), .what = SOCKET_ENDED, .entry = e, .socket = socket});
}

static size_t events_of(const struct har *har, const char *target_url)
{
    size_t count = 0;

    for (size_t i = 0; i < har->count; i++) {
        if (is_recorded(&har->entries[i], target_url))
            count += har->entries[i].message_count + 2;
    }
    return count;
}

static int by_time(const void *a, const void *b)
{
    const struct event *x = a;
    const struct event *y = b;

    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static int collect(struct feeding *f, const struct har *har, struct har_told *told)
{
    f->events = calloc(events_of(har, f->target_url) + 1, sizeof(*f->events));
    f->sockets = calloc(har->count + 1, sizeof(struct capture_socket *));
    if (!f->events || !f->sockets)
        return -E_NOMEM;
    for (size_t i = 0; i < har->count; i++) {
        const struct har_entry *e = &har->entries[i];

        if (tell(e, f->target_url, told) < 0)
            return -E_NOMEM;
        if (!is_recorded(e, f->target_url))
            continue;
        if (e->is_socket)
            add_socket(f, e, &f->sockets[i]);
        else
            add_event(f, (struct event){.at_us = e->end_us, .what = REQUEST_ENDED, .entry = e});
    }
    qsort(f->events, f->count, sizeof(*f->events), by_time);
    return 0;
}

/* --- telling them --- */

static struct request_facts facts_of(const struct feeding *f, const struct har_entry *e)
{
    return (struct request_facts){.method = e->method,
                                  .path = path_below(e->url, f->target_url),
                                  .headers = &e->request,
                                  .has_body = e->has_body,
                                  .begin_us = e->begin_us - f->begin_us};
}

static void feed_request(struct feeding *f, const struct har_entry *e)
{
    struct request_facts facts = facts_of(f, e);
    struct capture_request *r = capture_request_begin(f->capture, &facts);

    if (e->has_body)
        capture_request_body(r, e->body, e->body_bytes);
    capture_request_answered(r, e->status, &e->answer);
    if (e->content_bytes)
        capture_request_answer(r, e->content, e->content_bytes);
    capture_request_answer_bytes(r, e->bytes);
    capture_request_end(r, e->end_us - f->begin_us);
}

static void feed_event(struct feeding *f, const struct event *event)
{
    struct socket_end nobody_told = {0};
    struct request_facts facts;
    int64_t at_us = event->at_us - f->begin_us;

    switch (event->what) {
    case REQUEST_ENDED:
        feed_request(f, event->entry);
        break;
    case SOCKET_OPENED:
        facts = facts_of(f, event->entry);
        *event->socket = capture_socket_open(f->capture, &facts, at_us);
        break;
    case MESSAGE_CAME:
        capture_socket_message(*event->socket, event->message->sent, event->message->data,
                               event->message->len, event->message->binary, at_us);
        break;
    case SOCKET_ENDED:
        capture_socket_end(*event->socket, &nobody_told, at_us);
        capture_socket_free(*event->socket);
        *event->socket = NULL;
        break;
    }
}

int har_feed(struct capture *capture, const struct har *har, const char *target_url,
             struct har_told *told)
{
    struct feeding f = {
        .capture = capture, .target_url = target_url, .begin_us = har_begin_us(har, target_url)};
    int rc;

    *told = (struct har_told){0};
    rc = collect(&f, har, told);
    for (size_t i = 0; rc == 0 && i < f.count; i++)
        feed_event(&f, &f.events[i]);
    free(f.events);
    free(f.sockets);
    return rc;
}
