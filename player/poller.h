/* Descriptors of one worker that are waited for: one epoll of our own inside libuv's loop.
 *
 * libuv's own uv_poll_t asks the kernel five times about a connection that a page load needs for
 * a few milliseconds, and is freed only in the loop's next turn; here it is one call, and none to
 * forget a descriptor that is closed.
 * Edges, not levels: who is told reads and writes until the kernel has no more, or asks to be told
 * again by poller_again().
 * Owner   a watch belongs to the struct around it, which drops it before it closes its descriptor;
 *         it may do so inside any watch's call, its own too. */
#ifndef STRETTO_PLAYER_POLLER_H
#define STRETTO_PLAYER_POLLER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <uv.h>

#include "core/error.h"

#define POLLER_BATCH 64

struct watch;
/* events: EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLERR, EPOLLHUP. */
typedef void (*watch_fn)(struct watch *watch, uint32_t events);

struct watch {
    watch_fn ready;
};

struct poller {
    int fd;
    uv_poll_t poll;
    struct epoll_event events[POLLER_BATCH];
    int next; /* of those, inside a batch */
    int count;
};

/* 0, or -E_IO with the reason; on success poller_close() is owed, and then a run of the loop. */
int poller_init(struct poller *poller, uv_loop_t *loop, struct error *err);
void poller_close(struct poller *poller);

/* Both directions from now on.  0, or -1 with errno. */
int poller_watch(struct poller *poller, struct watch *watch, int fd);
/* Tells once more what is ready now. */
int poller_again(struct poller *poller, struct watch *watch, int fd);
/* The watch will not be told of anything any more; its descriptor is to be closed. */
void poller_drop(struct poller *poller, struct watch *watch);

#endif
