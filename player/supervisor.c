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
#include "player/children.h"
#include "player/run_dir.h"
#include "player/screen.h"
#include "player/summary.h"

/* How often it looks after its workers, and tells what sessions failed of. */
#define LOOK_US (US_PER_S / 4)
#define PLAIN_SECONDS 5
/* Workers are forked before time zero, so that the first sessions are not late by our start-up. */
#define HEAD_START_US INT64_C(100000)
#define LINES_MAX ((size_t)1 << 16)

enum form {
    FORM_LIVE,
    FORM_PLAIN,
    FORM_QUIET,
};

struct supervisor {
    struct play *play;
    struct children children;
    struct meter meter;
    struct audit audit;
    FILE *log; /* audit.csv */
    struct screen screen;
    enum form form;
    int interrupts;
    bool broken;       /* a worker could not work, or the books are wrong */
    uint32_t told;     /* failures of sessions that were told */
    uint32_t *told_of; /* of these by each worker */
    int64_t look_us;   /* when it will look next */
    int64_t second;    /* of the monotonic clock: the last one that was read */
    int seconds;       /* read until now */
    uv_loop_t loop;
    uv_signal_t on_int;
    uv_signal_t on_term;
    uv_signal_t on_child;
    uv_signal_t on_resize;
    uv_signal_t on_suspend;
    uv_timer_t timer;
};

static void merge_all(const struct supervisor *s, struct tally *all)
{
    memset(all, 0, sizeof(*all));
    for (int i = 0; i < s->children.count; i++)
        tally_merge(all, &s->play->tallies[i]);
}

/* --- the books --- */

/* The sessions that a worker owes an answer for: those it has begun, and by sessions, where nobody
 * stopped the run, those that it would have begun had it lived. */
static uint64_t owed_by(const struct supervisor *s, int process)
{
    const struct schedule *schedule = &s->play->schedule;

    if (!s->children.items[process].died || schedule->by_users || s->interrupts)
        return s->play->tallies[process].started;
    return (uint64_t)schedule_share(schedule, process);
}

static uint64_t lost_of(const struct supervisor *s, int process)
{
    const struct tally *t = &s->play->tallies[process];

    return s->children.items[process].died ? owed_by(s, process) - t->done - t->failed : 0;
}

static struct account account_for(const struct supervisor *s, const struct tally *all)
{
    struct account a = {.done = all->done, .failed = all->failed};

    for (int i = 0; i < s->children.count; i++)
        a.lost += lost_of(s, i);
    a.planned = a.done + a.failed + a.lost;
    if (!s->play->schedule.by_users)
        a.not_started = (uint64_t)s->play->schedule.count - a.planned;
    return a;
}

/* Every session that was owed has ended in one way: what is wrong here is wrong in run.json. */
static void check_books(struct supervisor *s, const struct account *a)
{
    uint64_t owed = 0;

    for (int i = 0; i < s->children.count; i++)
        owed += owed_by(s, i);
    if (owed == a->planned && (s->interrupts || !a->not_started))
        return;
    s->broken = true;
    screen_say(&s->screen,
               "BUG: %" PRIu64 " sessions were to be played, but %" PRIu64 " are done, failed or "
               "lost: do not trust this run, and please report it",
               owed, a->planned);
}

/* --- workers --- */

static void tell_death(struct supervisor *s, int i, int status)
{
    uint64_t lost = lost_of(s, i);

    if (WIFSIGNALED(status))
        screen_say(&s->screen,
                   "worker %d died by signal %d (%s): %" PRIu64 " sessions are lost with it, "
                   "the others go on",
                   i, WTERMSIG(status), strsignal(WTERMSIG(status)), lost);
    else
        screen_say(&s->screen,
                   "worker %d ended early: %" PRIu64 " sessions are lost with it, the others go on",
                   i, lost);
}

static void forget_states(struct tally *tally)
{
    tally->loading = tally->waiting = tally->thinking = 0;
}

static void on_child(uv_signal_t *signal, int number)
{
    struct supervisor *s = signal->data;
    int status;
    int i;

    (void)number;
    while ((i = children_reap(&s->children, &status)) >= 0) {
        if (s->children.items[i].died) {
            forget_states(&s->play->tallies[i]);
            tell_death(s, i, status);
        }
        if (!WIFEXITED(status) || WEXITSTATUS(status))
            s->broken = true;
    }
    if (!s->children.running)
        uv_stop(&s->loop);
}

/* How long a worker may hang: while others play, a minute; then no longer than a step may take. */
static int64_t patience_us(const struct supervisor *s)
{
    int hanging = 0;

    if (s->interrupts > 1)
        return VIGIL_ABORT_US;
    for (int i = 0; i < s->children.count; i++)
        hanging += s->children.items[i].running && s->children.items[i].vigil.hangs;
    if (hanging == s->children.running && s->play->options.timeout_us < VIGIL_PATIENCE_US)
        return s->play->options.timeout_us;
    return VIGIL_PATIENCE_US;
}

static void tell_hang(struct supervisor *s, int i, int64_t patience)
{
    const struct child *child = &s->children.items[i];
    const struct tally *t = &s->play->tallies[i];
    char still[DURATION_TEXT];
    char end[DURATION_TEXT];

    screen_say(&s->screen,
               "worker %d (process %d) has not moved for %s: its %" PRIu64 " sessions stand still; "
               "is it stopped, or this machine out of memory?  After %s it is ended",
               i, (int)child->pid, duration_format(child->vigil.still_us, still, sizeof(still)),
               t->started - t->done - t->failed, duration_format(patience, end, sizeof(end)));
}

static void look_after(struct supervisor *s, int i, int64_t now_us)
{
    struct child *child = &s->children.items[i];
    int64_t beat_us = s->play->tallies[i].beat_us;
    int64_t patience = patience_us(s);
    char still[DURATION_TEXT];

    if (beat_us < child->begun_us)
        beat_us = child->begun_us;
    switch (vigil_beat(&child->vigil, beat_us, now_us, patience)) {
    case VIGIL_HANGS:
        tell_hang(s, i, patience);
        break;
    case VIGIL_MOVES:
        screen_say(&s->screen, "worker %d moves again after %s", i,
                   duration_format(child->vigil.still_us, still, sizeof(still)));
        break;
    case VIGIL_END:
        screen_say(&s->screen, "worker %d has not moved for %s: it is ended", i,
                   duration_format(child->vigil.still_us, still, sizeof(still)));
        children_kill(&s->children, i);
        break;
    default:
        break;
    }
}

static void look_at_lateness(struct supervisor *s, int i, int64_t now_us)
{
    struct vigil *vigil = &s->children.items[i].vigil;
    const struct meter_worker *w = &s->meter.workers[i];
    char text[DURATION_TEXT];

    switch (vigil_lateness(vigil, w->actions, w->late_p99_us, now_us)) {
    case VIGIL_BEHIND:
        screen_say(&s->screen,
                   "worker %d is behind: its last %" PRIu64 " actions were late by p99 %s", i,
                   w->actions, duration_format(w->late_p99_us, text, sizeof(text)));
        break;
    case VIGIL_KEEPS_UP:
        screen_say(&s->screen, "worker %d keeps up again after %s", i,
                   duration_format(now_us - vigil->behind_since_us, text, sizeof(text)));
        break;
    default:
        break;
    }
}

/* --- what is told meanwhile --- */

static void tell_failure(struct supervisor *s, const struct tally_told *told)
{
    const struct play *play = s->play;

    screen_say(&s->screen,
               "session %" PRId64 "%s%s: line %" PRIu32 " %s; session failed, the run "
               "goes on%s",
               told->session, play->role_count > 1 ? " of " : "",
               play->role_count > 1 ? play->roles[told->role].path : "", told->line, told->text,
               ++s->told == TALLY_TOLD ? " (further failures are only counted)" : "");
}

static void tell_failures(struct supervisor *s)
{
    for (int i = 0; i < s->children.count; i++) {
        const struct tally *t = &s->play->tallies[i];
        uint32_t count = __atomic_load_n(&t->told_count, __ATOMIC_ACQUIRE);

        while (s->told < TALLY_TOLD && s->told_of[i] < count)
            tell_failure(s, &t->told[s->told_of[i]++]);
    }
}

/* How much longer the run takes at the least, were the app instant: the schedule and a script. */
static int64_t left_us(const struct play *play, int64_t elapsed_us)
{
    const struct schedule *s = &play->schedule;
    int64_t longest_us = 0;
    int64_t end_us;

    for (unsigned i = 0; i < play->role_count; i++) {
        if (play->roles[i].script->length_us > longest_us)
            longest_us = play->roles[i].script->length_us;
    }
    end_us = schedule_start_us(s, s->count - 1) + s->for_us +
             (int64_t)((double)longest_us * play->options.think);
    return end_us > elapsed_us ? end_us - elapsed_us : 0;
}

/* Starts never go back in time: how many of them are still to come. */
static uint64_t to_start(const struct schedule *schedule, int64_t elapsed_us)
{
    long from = 0;
    long to = schedule->count;

    while (from < to) {
        long middle = from + (to - from) / 2;

        if (schedule_start_us(schedule, middle) <= elapsed_us)
            from = middle + 1;
        else
            to = middle;
    }
    return (uint64_t)(schedule->count - from);
}

static struct view view_of(struct supervisor *s)
{
    const struct play *play = s->play;
    int64_t elapsed_us = s->meter.read_us - play->zero_us;
    struct view v = {
        .elapsed_us = elapsed_us,
        .left_us = left_us(play, elapsed_us),
        .stopping = s->interrupts > 0,
        .who = play->schedule.by_users ? "users" : "sessions",
        .to_start = s->interrupts ? 0 : to_start(&play->schedule, elapsed_us),
    };

    for (int i = 0; i < s->children.count; i++)
        v.lost += lost_of(s, i);
    meter_view(&s->meter, &v);
    return v;
}

static void show(struct supervisor *s)
{
    struct view view;
    struct buf out;

    if (s->form == FORM_QUIET || (s->form == FORM_PLAIN && s->seconds % PLAIN_SECONDS != 0))
        return;
    buf_init(&out, LINES_MAX);
    view = view_of(s);
    if (s->form == FORM_LIVE && view_lines(&view, screen_columns(&s->screen), &out) == 0)
        screen_draw(&s->screen, out.data);
    if (s->form == FORM_PLAIN && view_line(&view, &out) == 0)
        screen_say(&s->screen, "%s", out.data);
    buf_release(&out);
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

    tell_failures(s);
    for (int i = 0; !blind && i < s->children.count; i++) {
        if (s->children.items[i].running)
            look_after(s, i, now_us);
    }
    if (now_us / US_PER_S == s->second)
        return;
    read_second(s, now_us);
    s->seconds++;
    for (int i = 0; i < s->children.count; i++)
        look_at_lateness(s, i, now_us);
    show(s);
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
    show(signal->data);
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

static void announce(struct supervisor *s)
{
    const struct play *play = s->play;
    char every[DURATION_TEXT];

    if (s->form == FORM_QUIET)
        return;
    screen_say(&s->screen, "%ld %s, one every %s, by %d processes, against %s (%s)",
               play->schedule.count, play->schedule.by_users ? "users" : "sessions",
               duration_format(play->schedule.every_us, every, sizeof(every)),
               play->schedule.processes, play->target.shown, play->roles[0].dialect->name);
}

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

static void summarize(struct supervisor *s, const struct account *a, const struct tally *all)
{
    struct buf out;
    char *line;
    char *rest;

    buf_init(&out, LINES_MAX);
    summary_lines(s->play, a, all, &s->audit, clock_monotonic_us() - s->play->zero_us, &out);
    rest = out.data;
    while ((line = strsep(&rest, "\n")) && *line)
        screen_say(&s->screen, "%s", line);
    buf_release(&out);
}

static int conclude(struct supervisor *s, struct error *err)
{
    struct tally *all = calloc(1, sizeof(*all));
    struct account a;
    int rc;

    screen_rest(&s->screen);
    if (!all)
        return error_nomem(err);
    tell_failures(s);
    merge_all(s, all);
    close_audit(s, all);
    a = account_for(s, all);
    check_books(s, &a);
    summarize(s, &a, all);
    rc = run_dir_write(s->play, s->interrupts ? "stopped" : "done", &a, all, err);
    s->play->audit = NULL;
    free(all);
    if (rc < 0)
        return rc;
    return s->broken || a.failed || a.lost || a.not_started || !a.done ? 1 : 0;
}

static enum form form_of(const struct play_options *o)
{
    const char *form = o->quiet ? "quiet" : o->progress;

    if (!form)
        return isatty(STDERR_FILENO) ? FORM_LIVE : FORM_PLAIN;
    return strcmp(form, "live") == 0    ? FORM_LIVE
           : strcmp(form, "plain") == 0 ? FORM_PLAIN
                                        : FORM_QUIET;
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
    buf_init(&head, LINES_MAX);
    if (s->log && audit_head(s->children.count, &head) == 0)
        fputs(head.data, s->log);
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
    announce(s);
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
    s->form = form_of(&play->options);
    screen_open(&s->screen, STDERR_FILENO, s->form == FORM_LIVE);
    rc = play_all(s, is_worker, err);
    release(s);
    free(s);
    return rc < 0 ? error_exit_code(err) : rc;
}
