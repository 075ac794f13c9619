/* A worker process: one loop, its share of the schedule, a CSV file for each role. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "core/run.h"
#include "core/units.h"
#include "player/heap.h"
#include "player/play.h"
#include "player/poller.h"
#include "player/pulse.h"
#include "player/rate.h"
#include "player/rows.h"
#include "player/run_dir.h"
#include "player/session.h"

#define FLUSH_MS 500

struct worker;

/* Somebody who plays now: a user with session after session, or one session of the schedule. */
struct actor {
    struct worker *worker;
    struct session *session;
    long number; /* of the user, or of the session */
    struct actor *next;
    struct actor **from; /* what points at this one */
};

/* A user, playing or not: one whose stage has fallen comes back when it rises again. */
struct seat {
    long iteration; /* of the next session */
    bool taken;     /* is playing */
};

struct worker {
    const struct play *play;
    int process;
    uv_loop_t loop;
    struct timer start_timer;
    uv_timer_t flush_timer;
    struct heap heap;
    uv_pipe_t control;
    struct timers timers;
    struct poller poller;
    struct pulse pulse;
    struct rows *rows; /* one a role */
    struct tally *tally;
    struct stage stage;
    struct rate rate;
    struct seat *seats; /* by users: one a user of its share */
    long next;          /* the start that comes next, of the schedule's; its own ones only */
    long starts;
    struct actor *actors;
    bool stopping;
};

static void start_due(struct worker *w);

static void close_when_idle(struct worker *w)
{
    if (w->actors || w->next < w->starts)
        return;
    timer_stop(&w->timers, &w->start_timer);
    timers_close(&w->timers);
    poller_close(&w->poller);
    pulse_close(&w->pulse);
    uv_close((uv_handle_t *)&w->flush_timer, NULL);
    if (!uv_is_closing((uv_handle_t *)&w->control))
        uv_close((uv_handle_t *)&w->control, NULL);
}

static struct seat *seat_of(const struct worker *w, long number)
{
    return w->seats ? &w->seats[number / w->play->schedule.processes] : NULL;
}

static void actor_free(struct actor *a)
{
    struct seat *seat = seat_of(a->worker, a->number);

    if (seat)
        seat->taken = false;
    *a->from = a->next;
    if (a->next)
        a->next->from = a->from;
    session_free(a->session);
    free(a);
}

/* Memory refused: the session never ran, and is accounted for as failed. */
static void give_up(struct worker *w, const struct role *role)
{
    tally_begin(w->tally, role->number);
    tally_fail(w->tally, role->number, 0, FAILURE_MEMORY,
               "out of memory: the session could not start");
}

static long session_id(const struct worker *w, long number, long *iteration)
{
    struct seat *seat = seat_of(w, number);

    *iteration = seat ? seat->iteration++ : 0;
    return schedule_session_id(&w->play->schedule, number, *iteration);
}

static bool begin_session(struct actor *a, int64_t due_us)
{
    struct worker *w = a->worker;
    long iteration;
    long id = session_id(w, a->number, &iteration);
    const struct role *role = play_role(w->play, id);

    a->session = session_new(&w->stage, role, id, a->number, iteration, a);
    if (!a->session) {
        give_up(w, role);
        return false;
    }
    session_start(a->session, due_us);
    return true;
}

static void on_session_end(void *user)
{
    struct actor *a = user;
    struct worker *w = a->worker;
    int64_t now_us = clock_monotonic_us();

    session_free(a->session);
    a->session = NULL;
    if (!w->stopping && schedule_again(&w->play->schedule, a->number, now_us - w->play->zero_us) &&
        begin_session(a, now_us))
        return;
    actor_free(a);
    close_when_idle(w);
}

static void begin_actor(struct worker *w, long number, int64_t due_us)
{
    struct actor *a = calloc(1, sizeof(*a));
    long iteration;

    if (!a) {
        give_up(w, play_role(w->play, session_id(w, number, &iteration)));
        return;
    }
    a->worker = w;
    a->number = number;
    a->next = w->actors;
    a->from = &w->actors;
    if (a->next)
        a->next->from = &a->next;
    w->actors = a;
    if (!begin_session(a, due_us))
        actor_free(a);
}

/* A user who is still playing when the stage calls again goes on by itself. */
static void begin_start(struct worker *w, long i, int64_t due_us)
{
    long number = schedule_actor(&w->play->schedule, i);
    struct seat *seat = seat_of(w, number);

    if (seat && seat->taken)
        return;
    if (seat)
        seat->taken = true;
    begin_actor(w, number, due_us);
}

static void on_start_timer(struct timer *timer)
{
    start_due(timer->data);
}

/* Begins all of its share that is due, and sleeps until the next one is. */
static void start_due(struct worker *w)
{
    const struct play *play = w->play;

    while (w->next < w->starts) {
        long i = w->next;
        int64_t due_us = play->zero_us + schedule_start_us(&play->schedule, i);
        int64_t now_us = clock_monotonic_us();

        if (due_us > now_us) {
            timer_set(&w->timers, &w->start_timer, due_us);
            return;
        }
        w->next = schedule_next(&play->schedule, w->process, i + 1);
        begin_start(w, i, due_us);
    }
    close_when_idle(w);
}

static void stop_starting(struct worker *w)
{
    w->stopping = true;
    w->next = w->starts;
    timer_stop(&w->timers, &w->start_timer);
}

static void abort_all(struct worker *w, const char *why)
{
    for (struct actor *a = w->actors; a; a = a->next)
        session_stop(a->session, why);
}

static void alloc_control(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    static char bytes[16];

    (void)handle;
    (void)size;
    *buf = uv_buf_init(bytes, sizeof(bytes));
}

static void on_control(uv_stream_t *pipe, ssize_t n, const uv_buf_t *buf)
{
    struct worker *w = pipe->data;

    if (w->next == w->starts && !w->actors)
        return; /* closing already */
    stop_starting(w);
    if (n < 0) {
        uv_close((uv_handle_t *)pipe, NULL);
        abort_all(w, "stopped: the supervisor process is gone");
    }
    for (ssize_t i = 0; i < n; i++) {
        if (buf->base[i] == PLAY_ABORT)
            abort_all(w, "stopped by the user");
        if (buf->base[i] == PLAY_CUT)
            abort_all(w, "stopped: the run was aborted");
    }
    close_when_idle(w);
}

static void on_flush_timer(uv_timer_t *timer)
{
    struct worker *w = timer->data;

    for (unsigned i = 0; i < w->play->role_count; i++)
        rows_flush(&w->rows[i]);
    heap_tidy(&w->heap, w->tally->loading > 0);
}

static int open_rows(struct worker *w, struct error *err)
{
    const struct play *play = w->play;
    char path[RUN_PATH_MAX];
    int rc = 0;

    w->rows = calloc(play->role_count, sizeof(*w->rows));
    if (!w->rows)
        return error_nomem(err);
    for (unsigned i = 0; i < play->role_count && rc == 0; i++) {
        snprintf(path, sizeof(path), "%s/" RUN_SESSIONS "/%d.csv", play->roles[i].dir, w->process);
        rc = rows_open(&w->rows[i], path, play->command, play->wall_us, err);
    }
    return rc;
}

static int init_handles(struct worker *w, int control, struct error *err)
{
    uv_loop_init(&w->loop);
    if (timers_init(&w->timers, &w->loop, err) < 0 || poller_init(&w->poller, &w->loop, err) < 0)
        return -err->code;
    pulse_init(&w->pulse, &w->loop, w->tally);
    uv_timer_init(&w->loop, &w->flush_timer);
    uv_pipe_init(&w->loop, &w->control, 0);
    w->start_timer = (struct timer){.fire = on_start_timer, .data = w};
    w->flush_timer.data = w->control.data = w;
    uv_pipe_open(&w->control, control);
    uv_read_start((uv_stream_t *)&w->control, alloc_control, on_control);
    uv_timer_start(&w->flush_timer, on_flush_timer, FLUSH_MS, FLUSH_MS);
    return 0;
}

static int make_seats(struct worker *w, struct error *err)
{
    if (!w->play->schedule.by_users)
        return 0;
    w->seats =
        calloc((size_t)schedule_share(&w->play->schedule, w->process) + 1, sizeof(*w->seats));
    return w->seats ? 0 : error_nomem(err);
}

static void tell_end(struct worker *w)
{
    struct rusage usage;

    for (unsigned i = 0; i < w->play->role_count; i++)
        w->tally->rows_lost += rows_close(&w->rows[i]);
    free(w->rows);
    free(w->seats);
    getrusage(RUSAGE_SELF, &usage);
    w->tally->rss_peak_kb = (uint64_t)usage.ru_maxrss;
    w->tally->finished = 1;
}

int worker_main(struct play *play, int process, int control)
{
    struct worker w = {
        .play = play,
        .process = process,
        .tally = &play->tallies[process],
        .rate =
            rate_share(play->options.max_rate, process, play->schedule.processes, play->zero_us),
        .next = schedule_next(&play->schedule, process, 0),
        .starts = schedule_starts(&play->schedule),
    };
    struct error err = ERROR_NONE;

    if (make_seats(&w, &err) < 0 || open_rows(&w, &err) < 0 ||
        init_handles(&w, control, &err) < 0) {
        error_print("play", &err);
        close(control);
        return error_exit_code(&err);
    }
    w.stage = (struct stage){.loop = &w.loop,
                             .timers = &w.timers,
                             .poller = &w.poller,
                             .play = play,
                             .rows = w.rows,
                             .tally = w.tally,
                             .rate = &w.rate,
                             .on_end = on_session_end};
    start_due(&w);
    uv_run(&w.loop, UV_RUN_DEFAULT);
    uv_loop_close(&w.loop);
    tell_end(&w);
    return w.tally->rows_lost ? 1 : 0;
}
