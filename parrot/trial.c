#include "parrot/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <jansson.h>
#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/units.h"

#define ADDRESS_PATIENCE_US (60 * US_PER_S)
#define PLAY_PATIENCE_US (120 * US_PER_S)
#define GRACE_US (2 * US_PER_S)
#define NAP_US 20000
#define ARGUMENTS 24

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

void trials_catch_signals(void)
{
    const struct sigaction action = {.sa_handler = on_signal};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* --- children --- */

static void beside(const char *name, char out[PATH_MAX])
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (n > 0) {
        self[n] = 0;
        if (snprintf(out, PATH_MAX, "%s/%s", dirname(self), name) < PATH_MAX &&
            access(out, X_OK) == 0)
            return;
    }
    snprintf(out, PATH_MAX, "%s", name);
}

/* What it says goes into a file; it ends when we do. */
static pid_t spawn(const char *program, const char *const *arguments, const char *said)
{
    pid_t parent = getpid();
    pid_t child = fork();
    int fd;

    if (child != 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(127);
    fd = open(said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd >= 0) {
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
    }
    execvp(program, (char *const *)(uintptr_t)arguments);
    _exit(127);
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = NAP_US * 1000L}, NULL);
}

/* 1: it has ended, within this time; 0: not. */
static int await(pid_t child, int64_t patience_us, int *status, struct rusage *usage)
{
    int64_t until = clock_monotonic_us() + patience_us;

    while (wait4(child, status, WNOHANG, usage) == 0) {
        if (clock_monotonic_us() > until || (interrupted && patience_us > GRACE_US))
            return 0;
        nap();
    }
    return 1;
}

static void end(pid_t child)
{
    struct rusage usage;
    int status;

    kill(child, SIGTERM);
    if (await(child, GRACE_US, &status, &usage))
        return;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
}

/* --- the parrot --- */

static void read_said(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t n = file ? fread(text, 1, size - 1, file) : 0;

    text[n] = 0;
    if (file)
        fclose(file);
}

/* The address that it prints, once it is there. */
static int read_address(struct children *c, const char *said, struct error *err)
{
    int64_t until = clock_monotonic_us() + ADDRESS_PATIENCE_US;
    char text[512] = "";
    int status;

    while (clock_monotonic_us() < until && !interrupted) {
        const char *at;

        read_said(said, text, sizeof(text));
        at = strstr(text, "http://");
        if (at && strchr(at, ' ')) {
            snprintf(c->url, sizeof(c->url), "%.*s", (int)strcspn(at, " "), at);
            return 0;
        }
        if (waitpid(c->parrot, &status, WNOHANG) == c->parrot) {
            c->parrot = 0;
            break;
        }
        nap();
    }
    read_said(said, text, sizeof(text)); /* it may have said why just before its end */
    return error_set(err, E_NET, "the parrot did not start: %.*s", (int)strcspn(text, "\n"), text);
}

int children_open(struct children *c, const struct parrot_options *options,
                  const struct script *script, double pace, struct error *err)
{
    const char *tmp = getenv("TMPDIR");
    char said[PATH_MAX + 16];
    char delay[32];
    char self[PATH_MAX];
    const char *arguments[] = {self,
                               options->script,
                               "--delay",
                               delay,
                               "--listen",
                               "127.0.0.1:0",
                               options->dialect ? "--dialect" : NULL,
                               options->dialect,
                               NULL};

    *c = (struct children){.options = options, .script = script, .pace = pace};
    c->workers = sysconf(_SC_NPROCESSORS_ONLN);
    snprintf(c->dir, sizeof(c->dir), "%s/stretto-calibrate-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(c->dir)) {
        c->dir[0] = 0;
        return error_set(err, E_IO, "cannot make a folder in %s: %s", tmp ? tmp : "/tmp",
                         strerror(errno));
    }
    snprintf(said, sizeof(said), "%s/parrot", c->dir);
    snprintf(delay, sizeof(delay), "%.6f", pace);
    beside("stretto-parrot", self);
    c->parrot = spawn(self, arguments, said);
    if (c->parrot < 0) {
        c->parrot = 0;
        return error_set(err, E_IO, "the parrot cannot be started: %s", strerror(errno));
    }
    return read_address(c, said, err);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

void children_close(struct children *c)
{
    if (c->parrot > 0)
        end(c->parrot);
    if (c->dir[0])
        nftw(c->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    *c = (struct children){0};
}

static double parrot_seconds(const struct children *c)
{
    struct timespec t = {0};
    clockid_t clock;

    if (clock_getcpuclockid(c->parrot, &clock) != 0 || clock_gettime(clock, &t) != 0)
        return 0;
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- the player --- */

/* run.json, as docs/run-format.md has it. */
static int read_run(struct trial *t, const char *run, struct error *err)
{
    char path[PATH_MAX + 32];
    json_t *root;
    const char *reason;

    snprintf(path, sizeof(path), "%s/run.json", run);
    root = json_load_file(path, 0, NULL);
    if (!root)
        return error_set(err, E_IO, "the player left no run: is stretto-play beside this program?");
    t->played = (long)json_integer_value(json_object_get(root, "done"));
    t->failed = (long)json_integer_value(json_object_get(root, "failed")) +
                (long)json_integer_value(json_object_get(root, "lost"));
    t->late_us = json_integer_value(json_object_get(json_object_get(root, "lateness_us"), "p99"));
    t->rss_kb = json_number_value(json_object_get(root, "worker_rss_peak_kb"));
    reason = json_string_value(
        json_object_get(json_array_get(json_object_get(root, "failures"), 0), "reason"));
    snprintf(t->reason, sizeof(t->reason), "%s", reason ? reason : "");
    json_decref(root);
    return 0;
}

static double seconds(const struct timeval *t)
{
    return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

/* What a session costs, times how many begin in a second. */
static void count_cpu(const struct children *c, struct trial *t, const struct rusage *usage,
                      double parrot_s, int64_t every_us)
{
    double rate = every_us > 0 ? 1e6 / (double)every_us : 0;
    double all = (double)(t->played + t->failed);

    if (all < 1)
        return;
    t->worker_cpu =
        (seconds(&usage->ru_utime) + seconds(&usage->ru_stime)) / all * rate / (double)c->workers;
    t->parrot_cpu = parrot_s / all * rate;
}

static pid_t start_player(struct children *c, long count, int64_t every_us, const char *run)
{
    char player[PATH_MAX];
    char said[PATH_MAX + 32];
    char numbers[4][40];
    const char *arguments[ARGUMENTS] = {player,
                                        c->options->script,
                                        c->url,
                                        "--sessions",
                                        numbers[0],
                                        "--every",
                                        numbers[1],
                                        "--think",
                                        numbers[2],
                                        "--processes",
                                        numbers[3],
                                        "--timeout",
                                        "20s",
                                        "-o",
                                        run,
                                        c->options->dialect ? "--dialect" : NULL,
                                        c->options->dialect,
                                        NULL};

    beside("stretto-play", player);
    snprintf(numbers[0], sizeof(numbers[0]), "%ld", count);
    snprintf(numbers[1], sizeof(numbers[1]), "%" PRId64 "us", every_us);
    snprintf(numbers[2], sizeof(numbers[2]), "%.6f", c->pace);
    snprintf(numbers[3], sizeof(numbers[3]), "%ld", c->workers);
    snprintf(said, sizeof(said), "%s.said", run);
    return spawn(player, arguments, said);
}

int trial_play(struct children *c, long count, int64_t every_us, struct trial *trial,
               struct error *err)
{
    double before = parrot_seconds(c);
    char run[PATH_MAX + 16];
    struct rusage usage = {0};
    pid_t player;
    int status;
    int rc;

    snprintf(run, sizeof(run), "%s/run.%u", c->dir, c->runs++);
    player = start_player(c, count, every_us, run);
    if (player < 0)
        return error_set(err, E_IO, "the player cannot be started: %s", strerror(errno));
    if (!await(player, count * every_us + PLAY_PATIENCE_US, &status, &usage)) {
        end(player);
        if (interrupted)
            return error_set(err, E_NET, "interrupted");
        return error_set(err, E_TIMEOUT, "a replay did not end in time");
    }
    if (WIFSIGNALED(status))
        return error_set(err, E_IO, "the player was ended by signal %d", WTERMSIG(status));
    rc = read_run(trial, run, err);
    if (rc == 0)
        count_cpu(c, trial, &usage, parrot_seconds(c) - before, every_us);
    return rc;
}
