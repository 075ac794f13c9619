#include "player/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "core/units.h"
#include "player/progress.h"
#include "player/run_dir.h"

#define TERMINAL_MS 500
#define PLAIN_MS 5000
/* Workers are forked before time zero, so that the first sessions are not late by our start-up. */
#define HEAD_START_US INT64_C(100000)

struct child {
    pid_t pid;
    int control; /* our end of its pipe */
    bool running;
    bool died; /* without having finished */
};

struct supervisor {
    struct play *play;
    struct child *children;
    int running;
    int interrupts;
    bool terminal;
    bool broken;       /* a worker could not work */
    uint32_t told;     /* failures of sessions that were told */
    uint32_t *told_of; /* of these by each worker */
    uv_loop_t loop;
    uv_signal_t on_int;
    uv_signal_t on_term;
    uv_signal_t on_child;
    uv_timer_t timer;
};

static void merge_all(const struct supervisor *s, struct tally *all)
{
    memset(all, 0, sizeof(*all));
    for (int i = 0; i < s->play->schedule.processes; i++)
        tally_merge(all, &s->play->tallies[i]);
}

/* Sessions that a worker took with it: those it had begun, and by sessions those it would have. */
static uint64_t lost_of(const struct supervisor *s, int process)
{
    const struct tally *t = &s->play->tallies[process];
    const struct schedule *schedule = &s->play->schedule;
    uint64_t owed = schedule->by_users || s->interrupts
                        ? t->started
                        : (uint64_t)schedule_share(schedule, process);

    return s->children[process].died ? owed - t->done - t->failed : 0;
}

static struct account account_for(const struct supervisor *s, const struct tally *all)
{
    struct account a = {.done = all->done, .failed = all->failed};

    for (int i = 0; i < s->play->schedule.processes; i++)
        a.lost += lost_of(s, i);
    a.planned = a.done + a.failed + a.lost;
    if (!s->play->schedule.by_users)
        a.not_started = (uint64_t)s->play->schedule.count - a.planned;
    return a;
}

/* --- children --- */

static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* In the child: only its own pipe stays, so that it sees its end when the supervisor dies. */
static int become_worker(struct supervisor *s, int process, int control)
{
    for (int i = 0; i < process; i++)
        close(s->children[i].control);
    signal(SIGINT, SIG_IGN); /* Ctrl-C reaches the group; the supervisor tells what it means */
    return worker_main(s->play, process, control);
}

static int fork_workers(struct supervisor *s, bool *is_worker, struct error *err)
{
    for (int i = 0; i < s->play->schedule.processes; i++) {
        struct child *c = &s->children[i];
        int ends[2];

        if (pipe2(ends, O_CLOEXEC) < 0)
            return error_set(err, E_IO, "cannot make a pipe to a worker: %s", strerror(errno));
        c->pid = fork();
        if (c->pid == 0) {
            close(ends[1]);
            *is_worker = true;
            return become_worker(s, i, ends[0]);
        }
        close(ends[0]);
        c->control = ends[1];
        if (c->pid < 0)
            return error_set(err, E_IO, "cannot start a worker process: %s", strerror(errno));
        c->running = true;
        s->running++;
    }
    return 0;
}

static void tell_workers(struct supervisor *s, char what)
{
    for (int i = 0; i < s->play->schedule.processes; i++) {
        if (s->children[i].running && write(s->children[i].control, &what, 1) < 0)
            continue; /* it has just ended: there is nobody to tell */
    }
}

static void clear_line(const struct supervisor *s)
{
    if (s->terminal)
        fputs("\r\033[K", stderr);
}

static void tell_death(const struct supervisor *s, int process, int status)
{
    unsigned long lost = (unsigned long)lost_of(s, process);

    clear_line(s);
    if (WIFSIGNALED(status))
        fprintf(stderr,
                "play: worker %d died by signal %d (%s): %lu sessions are lost with it, "
                "the others go on\n",
                process, WTERMSIG(status), strsignal(WTERMSIG(status)), lost);
    else
        fprintf(stderr,
                "play: worker %d ended early: %lu sessions are lost with it, the others "
                "go on\n",
                process, lost);
}

static void reap(struct supervisor *s, int process, int status)
{
    struct child *c = &s->children[process];

    c->running = false;
    close(c->control);
    s->running--;
    if (!s->play->tallies[process].finished) {
        c->died = true;
        tell_death(s, process, status);
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        s->broken = true;
}

static void on_child(uv_signal_t *signal, int number)
{
    struct supervisor *s = signal->data;

    (void)number;
    for (int i = 0; i < s->play->schedule.processes; i++) {
        int status;

        if (s->children[i].running && waitpid(s->children[i].pid, &status, WNOHANG) > 0)
            reap(s, i, status);
    }
    if (!s->running)
        uv_stop(&s->loop);
}

/* --- the person --- */

static void tell_failure(struct supervisor *s, const struct tally_told *told)
{
    clear_line(s);
    fprintf(stderr, "play: session %lld: line %u %s; session failed, the run goes on%s\n",
            (long long)told->session, told->line, told->text,
            ++s->told == TALLY_TOLD ? " (further failures are only counted)" : "");
}

static void tell_failures(struct supervisor *s)
{
    for (int i = 0; i < s->play->schedule.processes; i++) {
        const struct tally *t = &s->play->tallies[i];
        uint32_t count = __atomic_load_n(&t->told_count, __ATOMIC_ACQUIRE);

        while (s->told < TALLY_TOLD && s->told_of[i] < count)
            tell_failure(s, &t->told[s->told_of[i]++]);
    }
}

static void show(struct supervisor *s)
{
    struct tally *all = calloc(1, sizeof(*all));
    char line[256];

    if (!all)
        return;
    merge_all(s, all);
    progress_line(line, sizeof(line), s->play, all, clock_monotonic_us() - s->play->zero_us);
    if (s->terminal)
        fprintf(stderr, "\r\033[K%.*s", 200, line);
    else
        fprintf(stderr, "play: %s\n", line);
    fflush(stderr);
    free(all);
}

static void on_timer(uv_timer_t *timer)
{
    tell_failures(timer->data);
    show(timer->data);
}

static void on_interrupt(uv_signal_t *signal, int number)
{
    struct supervisor *s = signal->data;

    (void)number;
    s->interrupts++;
    clear_line(s);
    if (s->interrupts == 1) {
        fputs("play: stopping: no new sessions, the running ones end; Ctrl-C again stops them "
              "now\n",
              stderr);
        tell_workers(s, PLAY_STOP);
    } else {
        fputs("play: stopping now\n", stderr);
        tell_workers(s, PLAY_ABORT);
    }
}

/* A service manager asks once, and means now. */
static void on_terminate(uv_signal_t *signal, int number)
{
    struct supervisor *s = signal->data;

    (void)number;
    s->interrupts += 2;
    tell_workers(s, PLAY_ABORT);
}

static void start_loop(struct supervisor *s)
{
    int every_ms = s->terminal ? TERMINAL_MS : PLAIN_MS;

    uv_signal_start(&s->on_int, on_interrupt, SIGINT);
    uv_signal_start(&s->on_term, on_terminate, SIGTERM);
    uv_signal_start(&s->on_child, on_child, SIGCHLD);
    uv_timer_start(&s->timer, on_timer, (uint64_t)every_ms, (uint64_t)every_ms);
    on_child(&s->on_child, SIGCHLD); /* one may have ended before we listened */
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
    uv_signal_init(&s->loop, &s->on_int);
    uv_signal_init(&s->loop, &s->on_term);
    uv_signal_init(&s->loop, &s->on_child);
    uv_timer_init(&s->loop, &s->timer);
    s->on_int.data = s->on_term.data = s->on_child.data = s->timer.data = s;
    start_loop(s);
    if (s->running)
        uv_run(&s->loop, UV_RUN_DEFAULT);
    uv_walk(&s->loop, close_handle, NULL);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    uv_loop_close(&s->loop);
}

/* --- the whole --- */

static void announce(const struct play *play)
{
    char every[DURATION_TEXT];

    fprintf(stderr, "play: %ld %s, one every %s, by %d processes, against %s (%s)\n",
            play->schedule.count, play->schedule.by_users ? "users" : "sessions",
            duration_format(play->schedule.every_us, every, sizeof(every)),
            play->schedule.processes, play->target.shown, play->roles[0].dialect->name);
}

static int conclude(struct supervisor *s, struct error *err)
{
    struct tally *all = calloc(1, sizeof(*all));
    struct account a;
    int rc;

    if (!all)
        return error_exit_code(&(struct error){.code = -error_nomem(err)});
    tell_failures(s);
    merge_all(s, all);
    a = account_for(s, all);
    clear_line(s);
    progress_summary(s->play, &a, all, clock_monotonic_us() - s->play->zero_us);
    rc = run_dir_write(s->play, s->interrupts ? "stopped" : "done", &a, all, err);
    free(all);
    if (rc < 0)
        return error_exit_code(err);
    return s->broken || a.failed || a.lost || a.not_started || !a.done ? 1 : 0;
}

static int prepare(struct supervisor *s, struct error *err)
{
    struct play *play = s->play;
    struct account none = {0};
    struct tally *empty = calloc(1, sizeof(*empty));
    int rc;

    s->children = calloc((size_t)play->schedule.processes, sizeof(*s->children));
    s->told_of = calloc((size_t)play->schedule.processes, sizeof(*s->told_of));
    if (!s->children || !s->told_of || !empty) {
        free(empty);
        return error_nomem(err);
    }
    raise_descriptor_limit();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file limit is a full disk: write() says so */
    play->wall_us = clock_wall_us() - clock_monotonic_us();
    play->zero_us = clock_monotonic_us() + HEAD_START_US;
    rc = run_dir_write(play, "running", &none, empty, err);
    free(empty);
    return rc;
}

int supervisor_run(struct play *play, bool *is_worker, struct error *err)
{
    struct supervisor s = {.play = play, .terminal = isatty(STDERR_FILENO)};
    int rc = prepare(&s, err);

    if (rc == 0) {
        announce(play);
        rc = fork_workers(&s, is_worker, err);
    }
    if (s.running && !*is_worker) {
        if (rc < 0)
            tell_workers(&s, PLAY_ABORT);
        watch(&s);
        if (rc == 0)
            rc = conclude(&s, err);
    }
    free(s.children);
    free(s.told_of);
    return rc < 0 ? error_exit_code(err) : rc;
}
