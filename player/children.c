#include "player/children.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/units.h"

int children_init(struct children *c, struct play *play, struct error *err)
{
    *c = (struct children){.play = play, .count = play->schedule.processes};
    c->items = calloc((size_t)c->count, sizeof(*c->items));
    c->usage = calloc((size_t)c->count, sizeof(*c->usage));
    if (!c->items || !c->usage)
        return error_nomem(err);
    return play->options.cpus ? cpus_parse(&c->cpus, play->options.cpus, err) : 0;
}

void children_release(struct children *c)
{
    free(c->items);
    free(c->usage);
}

/* In the child: only its own pipe stays, so that it sees its end when the supervisor dies. */
static int become_worker(struct children *c, int process, int control)
{
    struct error err = ERROR_NONE;

    for (int i = 0; i < process; i++)
        close(c->items[i].control);
    signal(SIGINT, SIG_IGN); /* Ctrl-C reaches the group; the supervisor tells what it means */
    if (c->cpus.count && cpus_pin(&c->cpus, process, &err) < 0)
        error_print("play", &err);
    return worker_main(c->play, process, control);
}

static int start_one(struct children *c, int i, bool *is_worker, struct error *err)
{
    struct child *child = &c->items[i];
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set(err, E_IO, "cannot make a pipe to a worker: %s", strerror(errno));
    child->pid = fork();
    if (child->pid == 0) {
        close(ends[1]);
        *is_worker = true;
        return become_worker(c, i, ends[0]);
    }
    close(ends[0]);
    child->control = ends[1];
    if (child->pid < 0) {
        error_set(err, E_IO, "cannot start a worker process: %s", strerror(errno));
        close(ends[1]);
        return -err->code;
    }
    child->begun_us = clock_monotonic_us();
    child->running = true;
    c->running++;
    return 0;
}

int children_start(struct children *c, bool *is_worker, struct error *err)
{
    for (int i = 0; i < c->count; i++) {
        int rc = start_one(c, i, is_worker, err);

        if (rc < 0 || *is_worker)
            return rc;
    }
    return 0;
}

void children_tell(struct children *c, char what)
{
    for (int i = 0; i < c->count; i++) {
        if (c->items[i].running && write(c->items[i].control, &what, 1) < 0)
            continue; /* it has just ended: there is nobody to tell */
    }
}

void children_kill(struct children *c, int i)
{
    if (c->items[i].running)
        kill(c->items[i].pid, SIGKILL);
}

static int64_t us_of(struct timeval t)
{
    return t.tv_sec * US_PER_S + t.tv_usec;
}

int children_reap(struct children *c, int *status)
{
    struct rusage spent;

    for (int i = 0; i < c->count; i++) {
        struct child *child = &c->items[i];

        if (!child->running || wait4(child->pid, status, WNOHANG, &spent) <= 0)
            continue;
        c->usage[i].cpu_us = us_of(spent.ru_utime) + us_of(spent.ru_stime);
        child->running = false;
        child->died = !c->play->tallies[i].finished;
        close(child->control);
        c->running--;
        return i;
    }
    return -1;
}

static uint64_t rss_kb(pid_t pid)
{
    char path[64];
    unsigned long all = 0;
    unsigned long resident = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
    file = fopen(path, "re");
    if (!file)
        return 0;
    if (fscanf(file, "%lu %lu", &all, &resident) != 2)
        resident = 0;
    fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
}

/* -1 when the kernel does not tell: it has ended. */
static int64_t cpu_us(pid_t pid)
{
    clockid_t clock;
    struct timespec t;

    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) < 0)
        return -1;
    return t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

void children_ask(struct children *c)
{
    for (int i = 0; i < c->count; i++) {
        struct meter_usage *usage = &c->usage[i];
        int64_t now_us = c->items[i].running ? cpu_us(c->items[i].pid) : -1;

        usage->running = c->items[i].running;
        if (now_us >= 0)
            usage->cpu_us = now_us;
        usage->rss_kb = usage->running ? rss_kb(c->items[i].pid) : 0;
    }
}
