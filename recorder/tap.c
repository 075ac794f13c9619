/* Two buffers: the relay appends to one, the reader takes it away whole and reads in peace.
 * A ring was rejected: it would need its whole size from the start, for every socket. */
#include "recorder/tap.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "core/deflate.h"
#include "core/units.h"
#include "core/ws.h"
#include "recorder/limits.h"

/* Memory that an idle tap keeps. */
#define KEPT_BYTES ((size_t)128 << 10)
#define NEVER_US INT64_MAX

/* Before each run of bytes in a buffer. */
struct run {
    int64_t at_us;
    size_t len;
    bool from_browser;
};

struct side {
    struct tap *tap;
    bool from_browser;
    bool unreadable;
    struct ws *reader;
};

struct tap {
    const struct relay_tap *ears;
    const char *extensions;
    pthread_t thread;
    struct side browser;
    struct side target;
    int64_t now_us; /* of the bytes that are being read */
    struct tap *next;

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t put;   /* there is something to read, or the end */
    pthread_cond_t read;  /* something was read */
    struct buf waiting;
    size_t untold;     /* bytes of this buffer and the reader's, runs' heads included */
    int64_t oldest_us; /* of these */
    int64_t newest_us;
    bool idle;    /* the reader sleeps until it is woken */
    bool hurried; /* somebody waits for the reader: no rest */
    bool failed;  /* memory was refused */
    bool finished;
};

/* All taps of the process, for tap_settle(). */
static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct tap *all;

static void on_message(void *user, const char *data, size_t len, bool binary)
{
    struct side *side = user;
    const struct tap *t = side->tap;

    t->ears->on_message(t->ears->user, side->from_browser, data, len, binary, t->now_us);
}

static void on_close(void *user, unsigned code, const char *reason, size_t len)
{
    struct side *side = user;
    const struct tap *t = side->tap;

    t->ears->on_close(t->ears->user, side->from_browser, code, reason, len, t->now_us);
}

static const struct ws_handler readers_handler = {on_message, on_close};

/* --- the reader's thread --- */

static void give_up(struct tap *t, const char *what, const char *why)
{
    t->ears->on_unreadable(t->ears->user, what, why);
}

static void hear(struct side *side, const char *data, size_t len)
{
    struct error err = ERROR_NONE;

    if (side->unreadable)
        return;
    if (ws_feed(side->reader, data, len, &err) < 0) {
        side->unreadable = true;
        give_up(side->tap,
                side->from_browser ? "the rest of what the browser says"
                                   : "the rest of what the target says",
                err.text);
    }
    /* The reader's own answers (pongs) are the real ends' to give. */
    buf_clear(ws_out(side->reader));
}

/* When the run at this place came. */
static int64_t time_of_run(const struct buf *bytes, size_t at)
{
    struct run run = {.at_us = NEVER_US};

    if (at < bytes->len)
        memcpy(&run, bytes->data + at, sizeof(run));
    return run.at_us;
}

/* The run of len bytes before `at` has been told. */
static void told(struct tap *t, const struct buf *bytes, size_t at, size_t len)
{
    pthread_mutex_lock(&t->lock);
    t->untold -= sizeof(struct run) + len;
    t->oldest_us = at < bytes->len ? time_of_run(bytes, at) : time_of_run(&t->waiting, 0);
    pthread_cond_broadcast(&t->read);
    pthread_mutex_unlock(&t->lock);
}

static void read_runs(struct tap *t, const struct buf *bytes)
{
    for (size_t at = 0; at < bytes->len;) {
        struct run run;

        memcpy(&run, bytes->data + at, sizeof(run));
        at += sizeof(run);
        t->now_us = run.at_us;
        hear(run.from_browser ? &t->browser : &t->target, bytes->data + at, run.len);
        at += run.len;
        told(t, bytes, at, run.len);
        sched_yield(); /* whoever passes bytes on goes first */
    }
}

static struct timespec moment(int64_t us)
{
    return (struct timespec){.tv_sec = us / US_PER_S, .tv_nsec = us % US_PER_S * 1000};
}

/* Until an answer that comes at once has passed as well: reading takes a processor from whoever
 * makes it. */
static void rest(struct tap *t)
{
    while (!t->hurried && !t->finished && t->untold < TAP_REST_BYTES) {
        int64_t quiet_us = t->newest_us + TAP_REST_US;
        int64_t latest_us = time_of_run(&t->waiting, 0) + TAP_REST_MAX_US;
        int64_t until_us = quiet_us < latest_us ? quiet_us : latest_us;
        struct timespec until = moment(until_us);

        if (clock_monotonic_us() >= until_us)
            return;
        pthread_cond_timedwait(&t->put, &t->lock, &until);
    }
}

/* Takes what waits into `mine`; false at the end. */
static bool take(struct tap *t, struct buf *mine)
{
    struct buf empty = *mine;
    bool more;

    pthread_mutex_lock(&t->lock);
    while (!t->waiting.len && !t->finished) {
        t->idle = true;
        pthread_cond_wait(&t->put, &t->lock);
    }
    t->idle = false;
    if (t->waiting.len)
        rest(t);
    t->hurried = false;
    *mine = t->waiting;
    t->waiting = empty;
    more = mine->len > 0;
    pthread_mutex_unlock(&t->lock);
    return more;
}

static void reset(struct buf *b)
{
    buf_clear(b);
    if (b->cap > KEPT_BYTES)
        buf_release(b);
}

static void agree(struct tap *t)
{
    struct deflate_terms terms;
    struct error err = ERROR_NONE;

    if (deflate_terms_read(&terms, t->extensions, &err) == 0 &&
        (ws_use_deflate(t->browser.reader, &terms) < 0 ||
         ws_use_deflate(t->target.reader, &terms) < 0))
        error_nomem(&err);
    if (!err.code)
        return;
    t->browser.unreadable = t->target.unreadable = true;
    give_up(t, "what is said", err.text);
}

static void *run_reader(void *user)
{
    struct tap *t = user;
    struct buf mine;

    buf_init(&mine, t->waiting.max);
    agree(t);
    while (take(t, &mine)) {
        read_runs(t, &mine);
        reset(&mine);
    }
    if (t->failed)
        give_up(t, "the rest of what is said", "memory was refused");
    buf_release(&mine);
    return NULL;
}

/* --- the relay's thread --- */

static void tap_free(struct tap *t)
{
    ws_free(t->browser.reader);
    ws_free(t->target.reader);
    buf_release(&t->waiting);
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->put);
    pthread_cond_destroy(&t->read);
    free(t);
}

static void enlist(struct tap *t)
{
    pthread_mutex_lock(&all_lock);
    t->next = all;
    all = t;
    pthread_mutex_unlock(&all_lock);
}

static void delist(struct tap *t)
{
    struct tap **at = &all;

    pthread_mutex_lock(&all_lock);
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    pthread_mutex_unlock(&all_lock);
}

/* tap_settle() waits until a moment of the monotonic clock. */
static void init_conditions(struct tap *t)
{
    pthread_condattr_t attr;

    pthread_mutex_init(&t->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&t->put, &attr);
    pthread_cond_init(&t->read, &attr);
    pthread_condattr_destroy(&attr);
}

int tap_start(struct tap **out, const struct relay_tap *ears, const char *extensions)
{
    struct tap *t = calloc(1, sizeof(*t));

    *out = NULL;
    if (!t)
        return -E_NOMEM;
    t->ears = ears;
    t->extensions = extensions;
    t->oldest_us = NEVER_US;
    init_conditions(t);
    /* What comes with the handshake's answer may be EARLY_BYTES_MAX at once. */
    buf_init(&t->waiting, TAP_BYTES_MAX + EARLY_BYTES_MAX + FLOW_BYTES);
    /* Who reads what browsers write is a server. */
    t->browser = (struct side){t, true, false, ws_new(WS_SERVER, &readers_handler, &t->browser)};
    t->target = (struct side){t, false, false, ws_new(WS_CLIENT, &readers_handler, &t->target)};
    if (!t->browser.reader || !t->target.reader ||
        pthread_create(&t->thread, NULL, run_reader, t) != 0) {
        tap_free(t);
        return -E_NOMEM;
    }
    enlist(t);
    *out = t;
    return 0;
}

void tap_put(struct tap *t, bool from_browser, const char *data, size_t len, int64_t at_us)
{
    struct run run = {.at_us = at_us, .len = len, .from_browser = from_browser};

    pthread_mutex_lock(&t->lock);
    t->newest_us = at_us;
    while (t->untold >= TAP_BYTES_MAX)
        pthread_cond_wait(&t->read, &t->lock);
    if (!t->failed && buf_room(&t->waiting, sizeof(run) + len)) {
        buf_add(&t->waiting, &run, sizeof(run));
        buf_add(&t->waiting, data, len);
        t->untold += sizeof(run) + len;
        if (t->oldest_us == NEVER_US)
            t->oldest_us = at_us;
    } else {
        t->failed = true;
    }
    pthread_mutex_unlock(&t->lock);
}

void tap_wake(struct tap *t)
{
    bool sleeps;

    pthread_mutex_lock(&t->lock);
    sleeps = t->idle;
    t->idle = false;
    pthread_mutex_unlock(&t->lock);
    if (sleeps)
        pthread_cond_signal(&t->put);
}

void tap_finish(struct tap *t, bool from_browser, int64_t at_us)
{
    pthread_mutex_lock(&t->lock);
    t->finished = true;
    pthread_cond_signal(&t->put);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->thread, NULL);
    t->ears->on_over(t->ears->user, from_browser, at_us);
    delist(t);
    tap_free(t);
}

/* --- whoever ends a request --- */

static void settle_one(struct tap *t, int64_t before_us, const struct timespec *until)
{
    int rc = 0;

    pthread_mutex_lock(&t->lock);
    if (t->oldest_us < before_us) {
        t->hurried = true;
        pthread_cond_signal(&t->put);
    }
    while (t->oldest_us < before_us && rc == 0)
        rc = pthread_cond_timedwait(&t->read, &t->lock, until);
    pthread_mutex_unlock(&t->lock);
}

void tap_settle(int64_t before_us)
{
    struct timespec until = moment(clock_monotonic_us() + TAP_SETTLE_US);

    pthread_mutex_lock(&all_lock);
    for (struct tap *t = all; t; t = t->next)
        settle_one(t, before_us, &until);
    pthread_mutex_unlock(&all_lock);
}
