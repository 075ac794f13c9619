#include "player/fetch.h"

#include <stdlib.h>

#include "core/error.h"
#include "core/units.h"
#include "player/transfer.h"

static void unlink_transfer(struct transfer *t)
{
    struct transfer **at = &t->fetch->transfers;

    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
}

static void drop(struct transfer *t)
{
    t->fetch->way->drop(t->fetch, t);
    unlink_transfer(t);
    transfer_free(t);
}

static void destroy(struct fetch *f)
{
    while (f->transfers)
        drop(f->transfers);
    f->way->close(f);
    timer_stop(f->stage->timers, &f->timer);
    free(f);
}

void fetch_enter(struct fetch *f)
{
    f->busy++;
}

void fetch_leave(struct fetch *f)
{
    f->busy--;
    if (f->closed && !f->busy)
        destroy(f);
}

void fetch_set_source(struct fetch *f, const struct sockaddr_storage *source)
{
    f->source = source;
}

void fetch_free(struct fetch *f)
{
    if (!f)
        return;
    f->closed = true;
    if (!f->busy)
        destroy(f);
}

void fetch_finish(struct transfer *t)
{
    unlink_transfer(t);
    if (!t->fetch->closed)
        transfer_report(t);
    transfer_free(t);
}

static void hang_up(struct transfer *t)
{
    t->fetch->way->drop(t->fetch, t);
    fetch_finish(t);
}

/* --- time --- */

void fetch_plan_wake(struct transfer *t)
{
    struct fetch *f = t->fetch;

    /* A request takes its time back when it ends well, but the timer is left as it is: it wakes
     * for nothing once in a while, and is not set with every request. */
    if (!f->timer.running || t->wake_us < f->timer.at_us)
        timer_set(f->stage->timers, &f->timer, t->wake_us);
}

void fetch_doom(struct transfer *t)
{
    t->doomed = true;
    t->wake_us = 0;
    fetch_plan_wake(t);
}

/* Ends what is over; whoever is told may start or end others, so it begins again then. */
static void look_at_all(struct fetch *f, bool only_left)
{
    int64_t now_us = clock_monotonic_us();

    fetch_enter(f);
    for (struct transfer *t = f->transfers; t && !f->closed;) {
        struct transfer *next = t->next;

        if ((t->leaves || !only_left) && transfer_is_over(t, now_us)) {
            hang_up(t);
            next = f->transfers;
        }
        t = next;
    }
    for (struct transfer *t = f->transfers; t && !f->closed; t = t->next) {
        if (t->wake_us != INT64_MAX)
            fetch_plan_wake(t);
    }
    fetch_leave(f);
}

static void on_timer(struct timer *timer)
{
    look_at_all(timer->data, false);
}

void fetch_ended(struct fetch *f, size_t ended)
{
    f->ended = ended;
    look_at_all(f, true);
}

/* --- life --- */

struct fetch *fetch_new(const struct stage *stage, const struct role *role, struct jar *jar,
                        long connections, fetch_done_fn done, void *user)
{
    struct fetch *f = calloc(1, sizeof(*f));

    if (!f)
        return NULL;
    f->stage = stage;
    f->play = stage->play;
    f->role = role;
    f->jar = jar;
    f->connections = connections;
    f->done = done;
    f->user = user;
    f->timer = (struct timer){.fire = on_timer, .data = f};
    f->way = stage->play->curl_way ? &fetch_way_curl : &fetch_way_http;
    if (f->way->open(f) == 0)
        return f;
    free(f);
    return NULL;
}

int fetch_start(struct fetch *f, size_t step, struct request *request, int64_t due_us)
{
    struct transfer *t = transfer_new(f, step, request, due_us);

    if (!t)
        return -E_NOMEM;
    t->next = f->transfers;
    f->transfers = t;
    if (f->way->begin(f, t) < 0) {
        drop(t);
        return -E_NOMEM;
    }
    fetch_plan_wake(t);
    return 0;
}

bool fetch_is_idle(const struct fetch *f)
{
    return !f->transfers;
}
