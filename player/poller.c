#include "player/poller.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int control(struct poller *p, int what, struct watch *watch, int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = watch};

    return epoll_ctl(p->fd, what, fd, &event);
}

/* One batch a turn of the loop: timers and signals have theirs in between. */
static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct poller *p = poll->data;

    (void)status;
    (void)events;
    p->count = epoll_wait(p->fd, p->events, POLLER_BATCH, 0);
    for (p->next = 0; p->next < p->count;) {
        struct epoll_event *event = &p->events[p->next++];
        struct watch *watch = event->data.ptr;

        if (watch)
            watch->ready(watch, event->events);
    }
    p->count = 0;
}

int poller_init(struct poller *p, uv_loop_t *loop, struct error *err)
{
    int rc;

    p->count = p->next = 0;
    p->fd = epoll_create1(EPOLL_CLOEXEC);
    if (p->fd < 0)
        return error_set(err, E_IO, "cannot make an epoll descriptor: %s", strerror(errno));
    rc = uv_poll_init(loop, &p->poll, p->fd);
    if (rc == 0) {
        p->poll.data = p;
        rc = uv_poll_start(&p->poll, UV_READABLE, on_ready);
        if (rc == 0)
            return 0;
        uv_close((uv_handle_t *)&p->poll, NULL);
    }
    close(p->fd);
    return error_set(err, E_IO, "cannot wait for an epoll descriptor: %s", uv_strerror(rc));
}

static void on_closed(uv_handle_t *handle)
{
    struct poller *p = handle->data;

    close(p->fd);
    p->fd = -1;
}

void poller_close(struct poller *p)
{
    uv_close((uv_handle_t *)&p->poll, on_closed);
}

int poller_watch(struct poller *p, struct watch *watch, int fd)
{
    return control(p, EPOLL_CTL_ADD, watch, fd);
}

int poller_again(struct poller *p, struct watch *watch, int fd)
{
    return control(p, EPOLL_CTL_MOD, watch, fd);
}

void poller_drop(struct poller *p, struct watch *watch)
{
    for (int i = p->next; i < p->count; i++) {
        if (p->events[i].data.ptr == watch)
            p->events[i].data.ptr = NULL;
    }
}
