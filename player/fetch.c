#include "player/fetch.h"

#include <stdlib.h>

#include "core/error.h"
#include "core/units.h"
#include "player/loop.h"
#include "player/transfer.h"

struct fetch_socket {
    uv_poll_t poll;
    struct fetch *fetch;
    curl_socket_t fd;
    struct fetch_socket *next;
};

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
        transfer_report(t, transfer_failure(t, rc));
        transfer_free(t);
    }
    f->busy--;
    if (f->closed && !f->busy)
        destroy(f);
}

/* --- answers that are left --- */

void fetch_hang_up(struct transfer *t, const char *failure)
{
    struct fetch *f = t->fetch;

    f->busy++;
    t->left = true;
    unlink_transfer(f, t);
    transfer_report(t, failure);
    transfer_free(t);
    f->busy--;
    if (f->closed && !f->busy)
        destroy(f);
}

void fetch_ended(struct fetch *f, size_t ended)
{
    f->ended = ended;
    f->busy++;
    for (struct transfer *t = f->transfers; t && !f->closed;) {
        struct transfer *next = t->next;

        if (t->timer && transfer_leave(t))
            next = f->transfers; /* whoever was told may have started or ended others */
        t = next;
    }
    f->busy--;
    if (f->closed && !f->busy)
        destroy(f);
}

/* --- curl on the loop --- */

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

struct fetch *fetch_new(const struct stage *stage, const struct role *role, CURLSH *jar,
                        long connections, fetch_done_fn done, void *user)
{
    struct fetch *f = calloc(1, sizeof(*f));

    if (!f)
        return NULL;
    f->play = stage->play;
    f->role = role;
    f->loop = stage->loop;
    f->jar = jar;
    f->done = done;
    f->user = user;
    f->multi = curl_multi_init();
    f->timer = loop_timer_new(f->loop, f);
    if (!f->multi || !f->timer) {
        destroy(f);
        return NULL;
    }
    curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
    curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
    curl_multi_setopt(f->multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections);
    return f;
}

int fetch_start(struct fetch *f, size_t step, struct request *request, int64_t due_us)
{
    struct transfer *t = transfer_new(f, step, request, due_us);

    if (!t)
        return -E_NOMEM;
    if (curl_multi_add_handle(f->multi, t->easy) != CURLM_OK) {
        transfer_free(t);
        return -E_NOMEM;
    }
    t->next = f->transfers;
    f->transfers = t;
    if (t->timer)
        transfer_wake_later(t);
    return 0;
}

bool fetch_is_idle(const struct fetch *f)
{
    return !f->transfers;
}
