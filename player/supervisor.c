#include "player/supervisor.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "core/run.h"
#include "core/units.h"
#include "player/supervisor_state.h"

/* How often it looks after its workers, and tells what sessions failed of. */
#define LOOK_US (US_PER_S / 4)
/* Workers are forked before time zero, so that the first sessions are not late by our start-up. */
#define HEAD_START_US INT64_C(100000)

static void merge_all(const struct supervisor *s, struct tally *all)
{
    memset(all, 0, sizeof(*all));
    for (int i = 0; i < s->children.count; i++)
        tally_merge(all, &s->play->tallies[i]);
}

/* --- workers --- */

static void on_child(uv_signal_t *signal, int number)
{
    struct supervisor *s = signal->data;
    int status;
    int i;

    (void)number;
    while ((i = children_reap(&s->children, &status)) >= 0) {
        if (s->children.items[i].died)
            supervisor_tell_death(s, i, status);
        if (!WIFEXITED(status) || WEXITSTATUS(status))
            s->broken = true;
    }
    if (!s->children.running)
        uv_stop(&s->loop);
}

/* --- second by second --- */

static void log_sample(struct supervisor *s, const struct audit_sample *sample)
{
    struct buf row;

    if (!s->log)
        return;
    buf_init(&row, LINES_MAX);
    if (audit_row(sample, &row) == 0)
        fwrite(row.data, 1, row.len, s->log);
    fflush(s->log);
    buf_release(&row);
}

static void read_second(struct supervisor *s, int64_t now_us)
{
    struct audit_sample sample;

    s->second = now_us / US_PER_S;
    children_ask(&s->children);
    meter_read(&s->meter, s->children.usage, now_us, &sample);
    audit_add(&s->audit, &sample);
    log_sample(s, &sample);
}

/* --abort-after: no new sessions, the running ones end now. */
static void look_at_limit(struct supervisor *s, int64_t now_us)
{
    struct play *play = s->play;
    char why[sizeof(play->aborted)];
    uint64_t done = 0;
    uint64_t failed = 0;

    for (int i = 0; i < s->children.count; i++) {
        done += play->tallies[i].done;
        failed += play->tallies[i].failed + supervisor_lost(s, i);
    }
    if (supervisor_stopped(s) ||
        !abort_decide(&play->options.abort, done, failed, now_us - play->zero_us, why, sizeof(why)))
        return;
    memcpy(play->aborted, why, sizeof(why));
    screen_say(&s->screen, "aborting: %s; the running sessions are ended", why);
    children_tell(&s->children, PLAY_CUT);
}

static void on_timer(uv_timer_t *timer);

/* At the whole seconds of the monotonic clock and three times between: a second's stalls are
 * kept by these. */
static void plan_look(struct supervisor *s)
{
    int64_t now_us = clock_monotonic_us();

    s->look_us = (now_us / LOOK_US + 1) * LOOK_US;
    uv_update_time(&s->loop);
    uv_timer_start(&s->timer, on_timer, (uint64_t)((s->look_us - now_us) / US_PER_MS + 1), 0);
}

static void look(struct supervisor *s)
{
    int64_t now_us = clock_monotonic_us();
    bool blind = now_us - s->look_us > VIGIL_BLIND_US;

    supervisor_tell_failures(s);
    look_at_limit(s, now_us);
    for (int i = 0; !blind && i < s->children.count; i++) {
        if (s->children.items[i].running)
            supervisor_look_after(s, i, now_us);
    }
    if (now_us / US_PER_S == s->second)
        return;
    read_second(s, now_us);
    s->seconds++;
    for (int i = 0; i < s->children.count; i++)
        supervisor_look_at_lateness(s, i, now_us);
    supervisor_show(s);
}

static void on_timer(uv_timer_t *timer)
{
    look(timer->data);
    plan_look(timer->data);
}

/* --- the person --- */

static void on_interrupt(uv_signal_t *signal, int number)
{
    struct supervisor *s = signal->data;

    (void)number;
    s->interrupts++;
    if (s->interrupts == 1) {
        screen_say(&s->screen, "stopping: no new sessions, the running ones end; Ctrl-C again "
                               "stops them now");
        children_tell(&s->children, PLAY_STOP);
    } else {
        screen_say(&s->screen, "stopping now");
        children_tell(&s->children, PLAY_ABORT);
    }
}

/* A service manager asks once, and means now. */
static void on_terminate(uv_signal_t *signal, int number)
{
    struct supervisor *s = signal->data;

    (void)number;
    s->interrupts += 2;
    children_tell(&s->children, PLAY_ABORT);
}

static void on_resize(uv_signal_t *signal, int number)
{
    (void)number;
    supervisor_show(signal->data);
}

/* Ctrl-Z: the shell gets its cursor back.  The workers stop too, and the audit will say so. */
static void on_suspend(uv_signal_t *signal, int number)
{
    struct supervisor *s = signal->data;

    (void)number;
    screen_rest(&s->screen);
    raise(SIGSTOP);
}

static void listen_to(struct supervisor *s, uv_signal_t *signal, uv_signal_cb heard, int number)
{
    uv_signal_init(&s->loop, signal);
    signal->data = s;
    uv_signal_start(signal, heard, number);
}

static void close_handle(uv_handle_t *handle, void *user)
{
    (void)user;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void watch(struct supervisor *s)
{
    uv_loop_init(&s->loop);
    listen_to(s, &s->on_int, on_interrupt, SIGINT);
    listen_to(s, &s->on_term, on_terminate, SIGTERM);
    listen_to(s, &s->on_child, on_child, SIGCHLD);
    if (s->form == FORM_LIVE) {
        listen_to(s, &s->on_resize, on_resize, SIGWINCH);
        listen_to(s, &s->on_suspend, on_suspend, SIGTSTP);
    }
    uv_timer_init(&s->loop, &s->timer);
    s->timer.data = s;
    plan_look(s);
    on_child(&s->on_child, SIGCHLD); /* one may have ended before we listened */
    if (s->children.running)
        uv_run(&s->loop, UV_RUN_DEFAULT);
    uv_walk(&s->loop, close_handle, NULL);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    uv_loop_close(&s->loop);
}

/* --- the whole --- */

/* What the processors did for each worker, over the whole run: the meter's place for it is free. */
static void close_audit(struct supervisor *s, const struct tally *all)
{
    int64_t now_us = clock_monotonic_us();

    read_second(s, now_us);
    for (int i = 0; i < s->children.count; i++)
        s->meter.cpu[i] = (double)s->children.usage[i].cpu_us /
                          (double)(now_us - s->children.items[i].begun_us + 1);
    s->audit.retransmits = s->meter.last.retransmits - s->meter.first.retransmits;
    audit_close(&s->audit, &all->lateness, s->meter.cpu, s->children.count);
    s->play->audit = &s->audit;
}

static int conclude(struct supervisor *s, struct error *err)
{
    struct tally *all = calloc(1, sizeof(*all));
    struct account roles[TALLY_ROLES];
    struct account a;
    int rc;

    screen_rest(&s->screen);
    if (!all)
        return error_nomem(err);
    supervisor_tell_failures(s);
    merge_all(s, all);
    close_audit(s, all);
    a = supervisor_account(s, all, roles);
    supervisor_check_books(s, &a);
    supervisor_summarize(s, &a, all);
    rc = run_dir_write(s->play,
                       *s->play->aborted ? "aborted"
                       : s->interrupts   ? "stopped"
                                         : "done",
                       &a, all, err);
    s->play->audit = NULL;
    free(all);
    if (rc < 0)
        return rc;
    return s->broken || *s->play->aborted || a.failed || a.lost || a.not_started || !a.done ? 1 : 0;
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Without it the run goes on: run.json has the sum of it. */
static void open_log(struct supervisor *s)
{
    char path[sizeof(s->play->dir) + sizeof("/" RUN_AUDIT)];
    struct buf head;

    snprintf(path, sizeof(path), "%s/" RUN_AUDIT, s->play->dir);
    s->log = fopen(path, "we");
    if (s->log)
        run_dir_share_audit(s->play);
    buf_init(&head, LINES_MAX);
    if (s->log && audit_head(s->children.count, &head) == 0)
        fputs(head.data, s->log);
    if (s->log)
        fflush(s->log); /* or every worker would write it too, at its end */
    buf_release(&head);
}

static int share_steps(struct play *play)
{
    const struct role *last = &play->roles[play->role_count - 1];

    return tally_share_steps(play->tallies, play->schedule.processes,
                             last->first_step + last->script->count);
}

static int write_begun(const struct play *play, struct error *err)
{
    struct tally *empty = calloc(1, sizeof(*empty));
    int rc =
        empty ? run_dir_write(play, "running", &(struct account){0}, empty, err) : error_nomem(err);

    free(empty);
    return rc;
}

static int prepare(struct supervisor *s, struct error *err)
{
    struct play *play = s->play;
    int rc = children_init(&s->children, play, err);

    if (rc < 0)
        return rc;
    s->told_of = calloc((size_t)s->children.count, sizeof(*s->told_of));
    if (!s->told_of || share_steps(play) < 0 ||
        meter_init(&s->meter, play, clock_monotonic_us()) < 0)
        return error_nomem(err);
    raise_descriptor_limit();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file limit is a full disk: write() says so */
    open_log(s);
    play->wall_us = clock_wall_us() - clock_monotonic_us();
    play->zero_us = clock_monotonic_us() + HEAD_START_US;
    s->second = play->zero_us / US_PER_S;
    return write_begun(play, err);
}

static void release(struct supervisor *s)
{
    const struct role *last = &s->play->roles[s->play->role_count - 1];

    tally_unshare_steps(s->play->tallies, s->play->schedule.processes,
                        last->first_step + last->script->count);
    if (s->log)
        fclose(s->log);
    screen_close(&s->screen);
    meter_release(&s->meter);
    children_release(&s->children);
    free(s->told_of);
}

static int play_all(struct supervisor *s, bool *is_worker, struct error *err)
{
    int rc = prepare(s, err);

    if (rc < 0)
        return rc;
    supervisor_announce(s);
    rc = children_start(&s->children, is_worker, err);
    if (*is_worker)
        return rc;
    if (rc < 0)
        children_tell(&s->children, PLAY_ABORT);
    watch(s);
    return rc < 0 ? rc : conclude(s, err);
}

int supervisor_run(struct play *play, bool *is_worker, struct error *err)
{
    struct supervisor *s = calloc(1, sizeof(*s));
    int rc;

    if (!s)
        return error_exit_code(&(struct error){.code = -error_nomem(err)});
    s->play = play;
    s->form = supervisor_form(&play->options);
    screen_open(&s->screen, STDERR_FILENO, s->form == FORM_LIVE);
    rc = play_all(s, is_worker, err);
    release(s);
    free(s);
    return rc < 0 ? error_exit_code(err) : rc;
}
