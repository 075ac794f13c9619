#include "samples/whales/pool.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "samples/whales/pool_worker.h"

#define READ_BYTES ((size_t)256 * 1024)

struct job {
    struct job *next;
    server_loaded *done; /* NULL: cancelled while a worker was at it */
    void *context;
    char request[REQUEST_BYTES];
};

struct worker {
    struct pool *pool;
    uv_poll_t *poll; /* on the heap, because it lives until its close callback */
    pid_t pid;       /* 0: could not be started */
    int fd;
    struct job *job;
    struct reply_header header;
    size_t header_got;
    struct buf reply;
};

struct pool {
    uv_loop_t *loop;
    pool_work *work;
    pool_unpack *unpack;
    struct job *first;
    struct job **last;
    long count;
    struct worker workers[];
};

static void dispatch(struct pool *pool);
static void worker_open(struct worker *w);

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

static void worker_close(struct worker *w)
{
    if (!w->pid)
        return;
    uv_close((uv_handle_t *)w->poll, free_handle);
    close(w->fd);
    kill(w->pid, SIGKILL);
    waitpid(w->pid, NULL, 0);
    w->pid = 0;
    buf_release(&w->reply);
    w->header_got = 0;
}

/* The worker is free for its next job before the submitter hears of this one, because the
 * submitter may well submit again. */
static void finish(struct worker *w, const struct pool_reply *reply)
{
    struct job *job = w->job;

    w->job = NULL;
    w->header_got = 0;
    dispatch(w->pool);
    if (job->done)
        w->pool->unpack(reply, job->done, job->context);
    free(job);
}

static void on_worker_lost(struct worker *w)
{
    struct pool_reply reply = {.err = ERROR_NONE};

    error_set(&reply.err, E_IO, "the worker process %ld died while loading", (long)w->pid);
    worker_close(w);
    worker_open(w);
    if (w->job)
        finish(w, &reply);
}

static void on_reply_complete(struct worker *w)
{
    struct pool_reply reply = {.bytes = w->reply.data, .len = w->reply.len};
    struct buf bytes = w->reply;

    if (w->header.error_code)
        error_set(&reply.err, w->header.error_code, "%s", bytes.data ? bytes.data : "");
    buf_init(&w->reply, REPLY_BYTES_MAX);
    finish(w, &reply);
    buf_release(&bytes);
}

/* Reads once; the loop calls again while there is more, and serves others in between. */
static ssize_t read_some(struct worker *w)
{
    size_t want;
    char *room;
    ssize_t n;

    if (w->header_got < sizeof(w->header)) {
        n = read(w->fd, (char *)&w->header + w->header_got, sizeof(w->header) - w->header_got);
        w->header_got += n > 0 ? (size_t)n : 0;
        return n;
    }
    want = w->header.len - w->reply.len;
    room = buf_room(&w->reply, want < READ_BYTES ? want : READ_BYTES);
    if (!room)
        return 0; /* as if it had died: the job fails, the worker is replaced */
    n = read(w->fd, room, want < READ_BYTES ? want : READ_BYTES);
    if (n > 0)
        buf_added(&w->reply, (size_t)n);
    return n;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct worker *w = poll->data;
    ssize_t n = read_some(w);

    (void)status;
    (void)events;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || !w->job)
        on_worker_lost(w);
    else if (w->header_got == sizeof(w->header) && w->reply.len == w->header.len)
        on_reply_complete(w);
}

static void worker_open(struct worker *w)
{
    w->poll = calloc(1, sizeof(*w->poll));
    if (!w->poll)
        return;
    w->pid = worker_start(w->pool->work, &w->fd);
    if (w->pid < 0) {
        w->pid = 0;
        free(w->poll);
        return;
    }
    buf_init(&w->reply, REPLY_BYTES_MAX);
    uv_poll_init(w->pool->loop, w->poll, w->fd);
    w->poll->data = w;
    uv_poll_start(w->poll, UV_READABLE, on_readable);
}

static void hand_over(struct worker *w, struct job *job)
{
    w->job = job;
    /* A request fits the empty socket buffer whole, so this neither blocks nor cuts it; a worker
     * that is gone shows as the end of its stream. */
    if (send(w->fd, job->request, sizeof(job->request), MSG_NOSIGNAL) < 0)
        return;
}

static struct job *take_first(struct pool *pool)
{
    struct job *job = pool->first;

    pool->first = job->next;
    if (!pool->first)
        pool->last = &pool->first;
    return job;
}

static void dispatch(struct pool *pool)
{
    for (long i = 0; i < pool->count && pool->first; i++) {
        struct worker *w = &pool->workers[i];

        if (!w->pid)
            worker_open(w);
        if (w->pid && !w->job)
            hand_over(w, take_first(pool));
    }
}

int pool_new(struct pool **out, uv_loop_t *loop, long workers, pool_work *work, pool_unpack *unpack,
             struct error *err)
{
    struct pool *pool = calloc(1, sizeof(*pool) + (size_t)workers * sizeof(*pool->workers));

    *out = pool;
    if (!pool)
        return error_nomem(err);
    pool->loop = loop;
    pool->work = work;
    pool->unpack = unpack;
    pool->last = &pool->first;
    pool->count = workers;
    for (long i = 0; i < workers; i++) {
        pool->workers[i].pool = pool;
        worker_open(&pool->workers[i]);
        if (!pool->workers[i].pid)
            return error_set(err, E_IO, "cannot start a worker process: %s", strerror(errno));
    }
    return 0;
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    for (long i = 0; i < pool->count; i++) {
        worker_close(&pool->workers[i]);
        free(pool->workers[i].job);
    }
    while (pool->first)
        free(take_first(pool));
    free(pool);
}

void pool_submit(struct pool *pool, const char *request, server_loaded *done, void *context)
{
    struct job *job = calloc(1, sizeof(*job));
    struct pool_reply reply = {.err = ERROR_NONE};

    if (!job || strlen(request) >= sizeof(job->request)) {
        free(job);
        error_set(&reply.err, E_NOMEM, "a request could not be queued");
        pool->unpack(&reply, done, context);
        return;
    }
    job->done = done;
    job->context = context;
    memcpy(job->request, request, strlen(request));
    *pool->last = job;
    pool->last = &job->next;
    dispatch(pool);
}

static void forget_running(struct pool *pool, const void *context)
{
    for (long i = 0; i < pool->count; i++) {
        struct job *job = pool->workers[i].job;

        if (job && job->context == context)
            job->done = NULL;
    }
}

void pool_cancel(struct pool *pool, void *context)
{
    struct job **at = &pool->first;

    forget_running(pool, context);
    while (*at) {
        struct job *job = *at;

        if (job->context != context) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        free(job);
    }
    pool->last = at;
}
