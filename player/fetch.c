#include "player/fetch.h"

#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/units.h"
#include "player/loop.h"

#define CONNECTIONS_A_HOST 6L
#define KEPT_BODY_MAX (1u << 20)
#define URL_MAX (1u << 20)

struct fetch_socket {
    uv_poll_t poll;
    struct fetch *fetch;
    curl_socket_t fd;
    struct fetch_socket *next;
};

struct transfer {
    struct fetch *fetch;
    size_t step;
    int64_t due_us;
    CURL *easy;
    struct curl_slist *headers;
    struct curl_slist *resolve;
    struct buf body;
    bool keep_body;
    char why[CURL_ERROR_SIZE];
    struct transfer *next;
};

struct fetch {
    const struct play *play;
    CURLM *multi;
    CURLSH *cookies;
    uv_loop_t *loop;
    uv_timer_t *timer;
    struct fetch_socket *sockets;
    struct transfer *transfers;
    fetch_done_fn done;
    void *user;
    int busy;    /* inside drain(): freeing waits */
    bool closed; /* freed while busy */
};

static void transfer_free(struct transfer *t)
{
    curl_easy_cleanup(t->easy);
    curl_slist_free_all(t->headers);
    curl_slist_free_all(t->resolve);
    buf_release(&t->body);
    free(t);
}

static void unlink_transfer(struct fetch *f, struct transfer *t)
{
    struct transfer **at = &f->transfers;

    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    curl_multi_remove_handle(f->multi, t->easy);
}

static void socket_close(struct fetch_socket *s)
{
    struct fetch_socket **at = &s->fetch->sockets;

    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    uv_poll_stop(&s->poll);
    loop_close(&s->poll);
}

static void destroy(struct fetch *f)
{
    while (f->transfers) {
        struct transfer *t = f->transfers;

        unlink_transfer(f, t);
        transfer_free(t);
    }
    while (f->sockets)
        socket_close(f->sockets);
    if (f->multi) {
        curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, NULL);
        curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, NULL);
        curl_multi_cleanup(f->multi);
    }
    loop_close(f->timer);
    free(f);
}

void fetch_free(struct fetch *f)
{
    if (!f)
        return;
    f->closed = true;
    if (!f->busy)
        destroy(f);
}

/* Why there is no whole answer, in words that are the same for every session that fails so: curl's
 * own hold measured milliseconds, and failures are grouped by their words. */
static const char *explain(struct transfer *t, CURLcode rc)
{
    const struct play *play = t->fetch->play;
    char patience[DURATION_TEXT];
    long os_error = 0;

    curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os_error);
    if (rc == CURLE_OPERATION_TIMEDOUT)
        snprintf(t->why, sizeof(t->why), "no whole answer within %s",
                 duration_format(play->options.timeout_us, patience, sizeof(patience)));
    else if (rc == CURLE_COULDNT_CONNECT && os_error)
        snprintf(t->why, sizeof(t->why), "cannot connect to %.100s: %s", play->target.authority,
                 strerror((int)os_error));
    return t->why[0] ? t->why : curl_easy_strerror(rc);
}

static void report(struct fetch *f, struct transfer *t, CURLcode rc)
{
    struct fetch_result result = {.step = t->step, .due_us = t->due_us};
    long status = 0;
    curl_off_t bytes = 0;

    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(t->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
    result.status = (int)status;
    result.bytes = (uint64_t)bytes;
    result.body = t->keep_body ? t->body.data : NULL;
    result.body_bytes = t->body.len;
    if (rc != CURLE_OK)
        result.failure = explain(t, rc);
    f->done(f->user, &result);
}

/* Tells the session of every request that has ended. */
static void drain(struct fetch *f)
{
    CURLMsg *msg;
    int left;

    f->busy++;
    while (!f->closed && (msg = curl_multi_info_read(f->multi, &left))) {
        struct transfer *t = NULL;
        CURLcode rc = msg->data.result;

        if (msg->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &t);
        unlink_transfer(f, t);
        report(f, t, rc);
        transfer_free(t);
    }
    f->busy--;
    if (f->closed && !f->busy)
        destroy(f);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct fetch_socket *s = (struct fetch_socket *)poll;
    struct fetch *f = s->fetch;
    int flags = 0;
    int running;

    if (status < 0)
        flags = CURL_CSELECT_ERR;
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    curl_multi_socket_action(f->multi, s->fd, flags, &running);
    drain(f);
}

static void on_timer(uv_timer_t *timer)
{
    struct fetch *f = timer->data;
    int running;

    curl_multi_socket_action(f->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    drain(f);
}

static int set_timer(CURLM *multi, long timeout_ms, void *user)
{
    struct fetch *f = user;

    (void)multi;
    if (timeout_ms < 0)
        uv_timer_stop(f->timer);
    else
        uv_timer_start(f->timer, on_timer, (uint64_t)timeout_ms, 0);
    return 0;
}

static struct fetch_socket *socket_open_poll(struct fetch *f, curl_socket_t fd)
{
    struct fetch_socket *s = calloc(1, sizeof(*s));

    if (!s || uv_poll_init_socket(f->loop, &s->poll, fd) != 0) {
        free(s);
        return NULL;
    }
    s->fetch = f;
    s->fd = fd;
    s->next = f->sockets;
    f->sockets = s;
    curl_multi_assign(f->multi, fd, s);
    return s;
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket)
{
    struct fetch *f = user;
    struct fetch_socket *s = socket;
    int events = 0;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (s)
            socket_close(s);
        curl_multi_assign(f->multi, fd, NULL);
        return 0;
    }
    if (!s)
        s = socket_open_poll(f, fd);
    if (!s)
        return -1;
    if (what != CURL_POLL_OUT)
        events |= UV_READABLE;
    if (what != CURL_POLL_IN)
        events |= UV_WRITABLE;
    return uv_poll_start(&s->poll, events, on_poll);
}

struct fetch *fetch_new(uv_loop_t *loop, const struct play *play, CURLSH *cookies,
                        fetch_done_fn done, void *user)
{
    struct fetch *f = calloc(1, sizeof(*f));

    if (!f)
        return NULL;
    f->play = play;
    f->loop = loop;
    f->cookies = cookies;
    f->done = done;
    f->user = user;
    f->multi = curl_multi_init();
    f->timer = loop_timer_new(loop, f);
    if (!f->multi || !f->timer) {
        destroy(f);
        return NULL;
    }
    curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
    curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
    curl_multi_setopt(f->multi, CURLMOPT_MAX_HOST_CONNECTIONS, CONNECTIONS_A_HOST);
    return f;
}

static size_t take_body(char *data, size_t size, size_t count, void *user)
{
    struct transfer *t = user;

    if (t->keep_body)
        buf_add(&t->body, data, size * count); /* beyond its bound the rest is of no interest */
    return size * count;
}

static bool add_header(struct transfer *t, const char *header)
{
    struct curl_slist *list = curl_slist_append(t->headers, header);

    if (list)
        t->headers = list;
    return list != NULL;
}

static bool has_header(const struct curl_slist *list, const char *name)
{
    size_t n = strlen(name);

    for (; list; list = list->next) {
        if (strncasecmp(list->data, name, n) == 0 && list->data[n] == ':')
            return true;
    }
    return false;
}

/* What a body is when the recording does not say: shinyloadtest leaves Content-Type out. */
static const char *guess_content_type(const struct step *step)
{
    const char *body = step->body ? step->body : "";
    size_t form = strspn(body, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                               "%&=+-._~*!'()");

    if (body[0] == '{' || body[0] == '[')
        return "Content-Type: application/json";
    if (step->body_bytes && form == step->body_bytes && strchr(body, '='))
        return "Content-Type: application/x-www-form-urlencoded";
    return "Content-Type: application/octet-stream";
}

static bool add_headers(struct transfer *t, const struct step *step, const struct play *play)
{
    bool ok = add_header(t, "Expect:");

    for (size_t i = 0; i < play->options.headers.count; i++)
        ok = ok && add_header(t, play->options.headers.items[i]);
    for (const char *const *h = step->headers; h && *h; h++)
        ok = ok && add_header(t, *h);
    if (step->body && !has_header(t->headers, "Content-Type"))
        ok = ok && add_header(t, guess_content_type(step));
    if (!t->keep_body && !has_header(t->headers, "Accept-Encoding"))
        ok = ok && add_header(t, "Accept-Encoding: gzip, deflate, br");
    return ok;
}

static void set_method(CURL *easy, const struct step *step)
{
    if (step->body || strcmp(step->method, "POST") == 0) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, step->body ? step->body : "");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)step->body_bytes);
    }
    if (strcmp(step->method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else if (strcmp(step->method, "GET") != 0 && strcmp(step->method, "POST") != 0)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, step->method);
}

/* Every connection trusts the same certificates, read once: curl would read its own copy of them for
 * each session, which is megabytes and most of a session's processor time. */
static CURLcode share_certificates(CURL *easy, void *ssl_ctx, void *user)
{
    const struct play *play = user;

    (void)easy;
    SSL_CTX_set1_cert_store(ssl_ctx, SSL_CTX_get_cert_store(play->tls));
    return CURLE_OK;
}

static void set_tls(CURL *easy, const struct play *play)
{
    curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, share_certificates);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, play);
}

static bool set_options(struct transfer *t, const struct step *step, const char *url)
{
    const struct play *play = t->fetch->play;
    CURL *easy = t->easy;

    if (!add_headers(t, step, play))
        return false;
    if (play->resolve)
        t->resolve = curl_slist_append(NULL, play->resolve);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_RESOLVE, t->resolve);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     play->target.tls ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, PLAY_USER_AGENT);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
    if (t->keep_body)
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    curl_easy_setopt(easy, CURLOPT_SHARE, t->fetch->cookies);
    curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(play->options.timeout_us / 1000));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->why);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
    set_method(easy, step);
    if (play->tls)
        set_tls(easy, play);
    return t->resolve || !play->resolve;
}

static struct transfer *transfer_new(struct fetch *f, size_t step, const char *path)
{
    const struct step *s = script_at(f->play->script, step);
    struct transfer *t = calloc(1, sizeof(*t));
    struct buf url;
    bool ok;

    if (!t)
        return NULL;
    t->fetch = f;
    t->step = step;
    t->keep_body = s->type == STEP_REQ_HOME || s->type == STEP_REQ_TOK;
    t->easy = curl_easy_init();
    buf_init(&t->body, KEPT_BODY_MAX);
    buf_init(&url, URL_MAX);
    buf_adds(&url, f->play->target.url);
    buf_adds(&url, path);
    ok = t->easy && !url.failed && set_options(t, s, url.data);
    buf_release(&url);
    if (ok)
        return t;
    transfer_free(t);
    return NULL;
}

int fetch_start(struct fetch *f, size_t step, const char *path, int64_t due_us)
{
    struct transfer *t = transfer_new(f, step, path);

    if (!t)
        return -E_NOMEM;
    if (curl_multi_add_handle(f->multi, t->easy) != CURLM_OK) {
        transfer_free(t);
        return -E_NOMEM;
    }
    t->due_us = due_us;
    t->next = f->transfers;
    f->transfers = t;
    return 0;
}

bool fetch_is_idle(const struct fetch *f)
{
    return !f->transfers;
}
