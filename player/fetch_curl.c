/* The way by curl: HTTP/2, and the proxies of the environment.  A multi a fetch, on the worker's
 * loop. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/units.h"
#include "player/loop.h"
#include "player/transfer.h"

struct multi {
    struct fetch *fetch;
    CURLM *curl;
    uv_timer_t *timer;
    struct fetch_socket *sockets;
};

struct fetch_socket {
    uv_poll_t poll;
    struct multi *multi;
    curl_socket_t fd;
    struct fetch_socket *next;
};

/* A transfer's own. */
struct handle {
    struct transfer *transfer;
    CURL *easy;
    struct curl_slist *headers;
    struct curl_slist *resolve;
    struct buf url;
    int64_t begun_us;
    char why[CURL_ERROR_SIZE];
};

static void handle_free(struct multi *m, struct handle *h)
{
    if (m && h->easy)
        curl_multi_remove_handle(m->curl, h->easy);
    curl_easy_cleanup(h->easy);
    curl_slist_free_all(h->headers);
    curl_slist_free_all(h->resolve);
    buf_release(&h->url);
    free(h);
}

static void drop(struct fetch *f, struct transfer *t)
{
    if (t->way)
        handle_free(f->state, t->way);
    t->way = NULL;
}

/* --- how it ended --- */

static void note_failure(struct handle *h, CURLcode rc)
{
    struct transfer *t = h->transfer;
    const struct target *target = &t->fetch->play->target;
    long os_error = 0;

    if (rc == CURLE_OK || transfer_may_break(t))
        return;
    curl_easy_getinfo(h->easy, CURLINFO_OS_ERRNO, &os_error);
    if (rc == CURLE_COULDNT_CONNECT && os_error)
        transfer_fails(t, FAILURE_CONNECT, "cannot connect to %.100s: %s",
                       target->socket ? target->socket : target->authority,
                       strerror((int)os_error));
    else if (rc == CURLE_OUT_OF_MEMORY)
        transfer_fails(t, FAILURE_MEMORY, "out of memory");
    else
        transfer_fails(t, FAILURE_CONNECT, "%s", h->why[0] ? h->why : curl_easy_strerror(rc));
}

static void note_phases(struct handle *h)
{
    struct transfer *t = h->transfer;
    struct run_phases *p = &t->phases;
    curl_off_t looked_up = 0;
    curl_off_t connected = 0;
    curl_off_t secured = 0;
    curl_off_t sent = 0;
    curl_off_t first = 0;
    curl_off_t bytes = 0;
    long connections = 0;

    curl_easy_getinfo(h->easy, CURLINFO_NAMELOOKUP_TIME_T, &looked_up);
    curl_easy_getinfo(h->easy, CURLINFO_CONNECT_TIME_T, &connected);
    curl_easy_getinfo(h->easy, CURLINFO_APPCONNECT_TIME_T, &secured);
    curl_easy_getinfo(h->easy, CURLINFO_PRETRANSFER_TIME_T, &sent);
    curl_easy_getinfo(h->easy, CURLINFO_STARTTRANSFER_TIME_T, &first);
    curl_easy_getinfo(h->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
    curl_easy_getinfo(h->easy, CURLINFO_NUM_CONNECTS, &connections);
    t->fetch->stage->tally->connections += (uint64_t)connections;
    p->bytes = (uint64_t)bytes;
    p->blocked_us = h->begun_us - t->due_us + (int64_t)(connections ? looked_up : sent);
    if (connections && connected)
        p->connect_us = (int64_t)(connected - looked_up);
    if (connections && secured)
        p->tls_us = (int64_t)(secured - connected);
    if (first)
        p->first_byte_us = (int64_t)(first - sent);
}

static void end_handle(struct multi *m, struct handle *h, CURLcode rc)
{
    struct transfer *t = h->transfer;

    note_failure(h, rc);
    note_phases(h);
    t->way = NULL;
    handle_free(m, h);
    fetch_finish(t);
}

/* Tells the session of every request that has ended. */
static void drain(struct multi *m)
{
    struct fetch *f = m->fetch;
    CURLMsg *msg;
    int left;

    fetch_enter(f);
    while (!f->closed && (msg = curl_multi_info_read(m->curl, &left))) {
        struct handle *h = NULL;

        if (msg->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &h);
        end_handle(m, h, msg->data.result);
    }
    fetch_leave(f);
}

/* --- curl on the loop --- */

static void socket_close(struct fetch_socket *s)
{
    struct fetch_socket **at = &s->multi->sockets;

    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    uv_poll_stop(&s->poll);
    loop_close(&s->poll);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct fetch_socket *s = (struct fetch_socket *)poll;
    struct multi *m = s->multi;
    int flags = 0;
    int running;

    if (status < 0)
        flags = CURL_CSELECT_ERR;
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    curl_multi_socket_action(m->curl, s->fd, flags, &running);
    drain(m);
}

static void on_timer(uv_timer_t *timer)
{
    struct multi *m = timer->data;
    int running;

    curl_multi_socket_action(m->curl, CURL_SOCKET_TIMEOUT, 0, &running);
    drain(m);
}

static int set_timer(CURLM *curl, long timeout_ms, void *user)
{
    struct multi *m = user;

    (void)curl;
    if (timeout_ms < 0)
        uv_timer_stop(m->timer);
    else
        uv_timer_start(m->timer, on_timer, (uint64_t)timeout_ms, 0);
    return 0;
}

static struct fetch_socket *socket_open_poll(struct multi *m, curl_socket_t fd)
{
    struct fetch_socket *s = calloc(1, sizeof(*s));

    if (!s || uv_poll_init_socket(m->fetch->stage->loop, &s->poll, fd) != 0) {
        free(s);
        return NULL;
    }
    s->multi = m;
    s->fd = fd;
    s->next = m->sockets;
    m->sockets = s;
    curl_multi_assign(m->curl, fd, s);
    return s;
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket)
{
    struct multi *m = user;
    struct fetch_socket *s = socket;
    int events = 0;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (s)
            socket_close(s);
        curl_multi_assign(m->curl, fd, NULL);
        return 0;
    }
    if (!s)
        s = socket_open_poll(m, fd);
    if (!s)
        return -1;
    if (what != CURL_POLL_OUT)
        events |= UV_READABLE;
    if (what != CURL_POLL_IN)
        events |= UV_WRITABLE;
    return uv_poll_start(&s->poll, events, on_poll);
}

static void close_multi(struct fetch *f)
{
    struct multi *m = f->state;

    if (!m)
        return;
    while (m->sockets)
        socket_close(m->sockets);
    if (m->curl) {
        curl_multi_setopt(m->curl, CURLMOPT_SOCKETFUNCTION, NULL);
        curl_multi_setopt(m->curl, CURLMOPT_TIMERFUNCTION, NULL);
        curl_multi_cleanup(m->curl);
    }
    loop_close(m->timer);
    free(m);
}

static int open_multi(struct fetch *f)
{
    struct multi *m = calloc(1, sizeof(*m));

    f->state = m;
    if (!m || !jar_share(f->jar))
        goto refused;
    m->fetch = f;
    m->curl = curl_multi_init();
    m->timer = loop_timer_new(f->stage->loop, m);
    if (!m->curl || !m->timer)
        goto refused;
    curl_multi_setopt(m->curl, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(m->curl, CURLMOPT_SOCKETDATA, m);
    curl_multi_setopt(m->curl, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(m->curl, CURLMOPT_TIMERDATA, m);
    curl_multi_setopt(m->curl, CURLMOPT_MAX_HOST_CONNECTIONS, f->connections);
    return 0;
refused:
    close_multi(f);
    return -E_NOMEM;
}

/* --- what comes back --- */

static size_t take_body(char *data, size_t size, size_t count, void *user)
{
    struct handle *h = user;

    /* 0: curl hangs up, and drain() tells */
    return transfer_take(h->transfer, data, size * count) ? size * count : 0;
}

static size_t take_header(char *data, size_t size, size_t count, void *user)
{
    struct handle *h = user;
    size_t len = size * count;
    long status = 0;

    while (len && strchr("\r\n", data[len - 1]))
        len--;
    transfer_take_line(h->transfer, data, len);
    if (!len) {
        curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
        transfer_take_head_end(h->transfer, (int)status);
    }
    return size * count;
}

/* --- what is asked --- */

static bool add_header(struct handle *h, const char *header)
{
    struct curl_slist *list = curl_slist_append(h->headers, header);

    if (list)
        h->headers = list;
    return list != NULL;
}

/* curl takes "Name:" for a wish that there be none. */
static bool add_given(struct handle *h, char *header)
{
    char *colon = strchr(header, ':');

    if (colon && !colon[1 + strspn(colon + 1, " \t")])
        strcpy(colon, ";");
    return add_header(h, header);
}

static bool add_codings(struct handle *h)
{
    char header[60];

    snprintf(header, sizeof(header), "Accept-Encoding: %s",
             request_codings(&h->transfer->fetch->play->target));
    return add_header(h, header);
}

static bool set_headers(struct handle *h)
{
    const struct transfer *t = h->transfer;
    bool coding = false;
    struct buf given;
    bool set;

    buf_init(&given, REQUEST_HEADERS_MAX);
    set = request_given_headers(&t->request, &given) == 0 && add_header(h, "Expect:");
    for (size_t at = 0, n; at < given.len && set; at += n) {
        n = strlen(given.data + at) + 1;
        coding |= strncasecmp(given.data + at, "Accept-Encoding:", 16) == 0;
        set = add_given(h, given.data + at);
    }
    buf_release(&given);
    if (set && !t->keep && !t->leaving.until && !coding)
        set = add_codings(h);
    curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, h->headers);
    return set;
}

static void set_source(CURL *easy, const struct sockaddr_storage *source)
{
    char text[sizeof("host!") + INET6_ADDRSTRLEN] = "host!";
    socklen_t len =
        source->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);

    if (getnameinfo((const struct sockaddr *)source, len, text + 5, sizeof(text) - 5, NULL, 0,
                    NI_NUMERICHOST) == 0)
        curl_easy_setopt(easy, CURLOPT_INTERFACE, text);
}

static bool set_way(struct handle *h)
{
    const struct fetch *f = h->transfer->fetch;
    const struct play *play = f->play;

    target_set_curl(h->easy, &play->target, play->tls);
    if (f->source)
        set_source(h->easy, f->source);
    curl_easy_setopt(h->easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(h->easy, CURLOPT_HTTP_VERSION,
                     play->target.tls ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(h->easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(h->easy, CURLOPT_SHARE, jar_share(f->jar));
    curl_easy_setopt(h->easy, CURLOPT_COOKIEFILE, "");
    curl_easy_setopt(h->easy, CURLOPT_NOSIGNAL, 1L);
    if (!play->resolve)
        return true;
    h->resolve = curl_slist_append(NULL, play->resolve);
    curl_easy_setopt(h->easy, CURLOPT_RESOLVE, h->resolve);
    return h->resolve != NULL;
}

static bool set_request(struct handle *h)
{
    const struct transfer *t = h->transfer;
    const struct request *r = &t->request;

    buf_init(&h->url, 2 * REQUEST_URL_MAX);
    buf_adds(&h->url, t->fetch->play->target.url);
    if (buf_adds(&h->url, request_path(r)) < 0)
        return false;
    curl_easy_setopt(h->easy, CURLOPT_URL, h->url.data);
    if (r->body || strcmp(r->method, "POST") == 0) {
        curl_easy_setopt(h->easy, CURLOPT_POST, 1L);
        curl_easy_setopt(h->easy, CURLOPT_POSTFIELDS, r->body ? r->body : "");
        curl_easy_setopt(h->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_bytes);
    }
    if (strcmp(r->method, "HEAD") == 0)
        curl_easy_setopt(h->easy, CURLOPT_NOBODY, 1L);
    else if (strcmp(r->method, "GET") != 0 && strcmp(r->method, "POST") != 0)
        curl_easy_setopt(h->easy, CURLOPT_CUSTOMREQUEST, r->method);
    curl_easy_setopt(h->easy, CURLOPT_USERAGENT, PLAY_USER_AGENT);
    return true;
}

static void set_ear(struct handle *h)
{
    const struct transfer *t = h->transfer;
    CURL *easy = h->easy;

    if (t->keep || t->leaving.until)
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, ""); /* all that curl can decode */
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, h->why);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, h);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, h);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, h);
}

static int begin(struct fetch *f, struct transfer *t)
{
    struct multi *m = f->state;
    struct handle *h = calloc(1, sizeof(*h));

    if (!h)
        return -E_NOMEM;
    h->transfer = t;
    h->begun_us = clock_monotonic_us();
    h->easy = curl_easy_init();
    if (!h->easy || !set_way(h) || !set_request(h) || !set_headers(h))
        goto refused;
    set_ear(h);
    if (curl_multi_add_handle(m->curl, h->easy) != CURLM_OK)
        goto refused;
    t->decoded = true;
    t->way = h;
    return 0;
refused:
    handle_free(NULL, h);
    return -E_NOMEM;
}

const struct fetch_way fetch_way_curl = {open_multi, close_multi, begin, drop};
