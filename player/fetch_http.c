/* Our own way to a server: which request goes over which connection, as Chromium chooses.
 *
 * The idle connection that was used last is taken; without one a new one is made, six at most; and
 * a request that waits takes whichever is free first, one that was being made for another request
 * too. */
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "player/http_conn.h"

static int open_pool(struct fetch *f)
{
    struct http_pool *pool = calloc(1, sizeof(*pool));

    if (!pool)
        return -E_NOMEM;
    pool->fetch = f;
    f->state = pool;
    return 0;
}

static void close_pool(struct fetch *f)
{
    struct http_pool *pool = f->state;

    while (pool->conns)
        http_conn_free(pool->conns);
    SSL_SESSION_free(pool->session);
    free(pool->queue);
    free(pool);
}

/* --- the queue --- */

static int wait_in_queue(struct http_pool *pool, struct transfer *t)
{
    if (pool->queued == pool->queue_room) {
        size_t room = pool->queue_room ? 2 * pool->queue_room : 8;
        struct transfer **queue = realloc(pool->queue, room * sizeof(struct transfer *));

        if (!queue)
            return -E_NOMEM;
        pool->queue = queue;
        pool->queue_room = room;
    }
    pool->queue[pool->queued++] = t;
    return 0;
}

static void leave_queue(struct http_pool *pool, size_t at)
{
    pool->queued--;
    memmove(pool->queue + at, pool->queue + at + 1,
            (pool->queued - at) * sizeof(struct transfer *));
}

struct transfer *http_pool_first(struct http_pool *pool)
{
    struct transfer *t = pool->queued ? pool->queue[0] : NULL;

    if (t)
        leave_queue(pool, 0);
    return t;
}

static struct http_conn *find_idle(const struct http_pool *pool)
{
    struct http_conn *latest = NULL;

    for (struct http_conn *c = pool->conns; c; c = c->next) {
        if (c->open && !c->transfer && (!latest || c->turn > latest->turn))
            latest = c;
    }
    return latest;
}

static bool may_connect(const struct http_pool *pool)
{
    long most = pool->fetch->connections;

    return (size_t)pool->connecting < pool->queued && (!most || pool->count < most);
}

static void send_or_doom(struct http_conn *c, struct transfer *t)
{
    if (http_conn_send(c, t) == 0)
        return;
    http_conn_free(c);
    transfer_fails(t, FAILURE_MEMORY, "out of memory");
    fetch_doom(t);
}

void http_pool_pump(struct http_pool *pool)
{
    struct http_conn *idle;

    if (pool->fetch->closed)
        return;
    while (pool->queued && (idle = find_idle(pool)))
        send_or_doom(idle, http_pool_first(pool));
    while (may_connect(pool)) {
        if (http_conn_new(pool, NULL) < 0) {
            struct transfer *t = http_pool_first(pool);

            transfer_fails(t, FAILURE_MEMORY, "out of memory");
            fetch_doom(t);
        }
    }
}

/* --- the way --- */

static int begin(struct fetch *f, struct transfer *t)
{
    struct http_pool *pool = f->state;
    struct http_conn *idle = pool->queued ? NULL : find_idle(pool);

    if (idle)
        return http_conn_send(idle, t);
    if (wait_in_queue(pool, t) < 0)
        return -E_NOMEM;
    http_pool_pump(pool);
    return 0;
}

static void drop(struct fetch *f, struct transfer *t)
{
    struct http_pool *pool = f->state;

    for (size_t i = 0; i < pool->queued; i++) {
        if (pool->queue[i] == t) {
            leave_queue(pool, i);
            return;
        }
    }
    if (!t->way)
        return;
    http_conn_free(t->way);
    http_pool_pump(pool);
}

const struct fetch_way fetch_way_http = {open_pool, close_pool, begin, drop};
