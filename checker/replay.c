#include "checker/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/units.h"

#define ARGUMENTS_MAX 128
#define SAID_MAX ((size_t)1 << 20)
#define GRACE_US (2 * US_PER_S) /* from asking it to end to ending it */

static bool interrupted;
static unsigned replays; /* so far: each has its run */

static void our_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGCHLD);
}

void replay_block_signals(void)
{
    sigset_t set;

    our_signals(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

/* --- the command line --- */

struct command {
    const char *items[ARGUMENTS_MAX];
    size_t count;
    char player[PATH_MAX];
    char script[PATH_MAX];
    char trace[PATH_MAX];
    char run[PATH_MAX];
    char think[32];
    char timeout[32];
};

static void add(struct command *c, const char *text)
{
    if (c->count + 1 < ARGUMENTS_MAX)
        c->items[c->count++] = text;
    c->items[c->count] = NULL;
}

/* Beside this program, or along PATH. */
static void find_player(char out[PATH_MAX])
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (n > 0) {
        self[n] = 0;
        if (snprintf(out, PATH_MAX, "%s/stretto-play", dirname(self)) < PATH_MAX &&
            access(out, X_OK) == 0)
            return;
    }
    snprintf(out, PATH_MAX, "stretto-play");
}

static void fill(struct command *c, const char *dir, const struct replay_options *options)
{
    find_player(c->player);
    snprintf(c->script, sizeof(c->script), "%s/script.log", dir);
    snprintf(c->trace, sizeof(c->trace), "%s/trace", dir);
    snprintf(c->run, sizeof(c->run), "%s/run.%u", dir, replays++);
    snprintf(c->think, sizeof(c->think), "%g", options->think);
    snprintf(c->timeout, sizeof(c->timeout), "%" PRId64 "us", options->timeout_us);
    add(c, c->player);
    add(c, c->script);
    add(c, options->url);
    for (const char *const *word =
             (const char *const[]){"--sessions", "1", "--every", "0", "--processes", "1", NULL};
         *word; word++)
        add(c, *word);
    add(c, "--think");
    add(c, c->think);
    add(c, "--timeout");
    add(c, c->timeout);
    add(c, "--trace");
    add(c, c->trace);
    add(c, "-o");
    add(c, c->run);
    for (size_t i = 0; options->extra && options->extra[i]; i++)
        add(c, options->extra[i]);
}

/* --- the child --- */

/* In the child: what it says goes into a file, for it is not what a person asked for. */
static void become(const struct command *c, const char *said, pid_t parent)
{
    int fd = open(said, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    sigset_t none;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(127);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (fd >= 0) {
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
    }
    execvp(c->player, (char *const *)c->items);
    _exit(127);
}

/* The next of our signals, or 0 when the time is over. */
static int next_signal(int64_t until_us)
{
    int64_t left = until_us - clock_monotonic_us();
    struct timespec wait = {left > 0 ? left / US_PER_S : 0, left > 0 ? left % US_PER_S * 1000 : 0};
    sigset_t set;
    int got;

    our_signals(&set);
    got = sigtimedwait(&set, NULL, &wait);
    return got > 0 ? got : errno == EINTR ? SIGCHLD : 0;
}

static bool has_ended(pid_t child, int *status)
{
    return waitpid(child, status, WNOHANG) == child;
}

static void end_child(pid_t child)
{
    int64_t until = clock_monotonic_us() + GRACE_US;
    int status;

    kill(-child, SIGTERM);
    while (!has_ended(child, &status)) {
        if (!next_signal(until)) {
            kill(-child, SIGKILL);
            waitpid(child, &status, 0);
            break;
        }
    }
    kill(-child, SIGKILL); /* workers that outlived it */
}

static int await(pid_t child, int64_t until_us, int *status, struct error *err)
{
    while (!has_ended(child, status)) {
        int got = next_signal(until_us);

        if (got == SIGCHLD)
            continue;
        end_child(child);
        if (got == 0)
            return error_set(err, E_TIMEOUT,
                             "the replay did not end in time; is the app alive, or "
                             "is --timeout longer than need be?");
        interrupted = true;
        return error_set(err, E_NET, "interrupted");
    }
    return 0;
}

/* --- what became of it --- */

static void keep_reason(struct replay *replay, const char *text)
{
    snprintf(replay->reason, sizeof(replay->reason), "%.*s", (int)strcspn(text, "\n"), text);
}

/* run.json tells which step failed, and why. */
static bool read_failure(struct replay *replay, const char *run)
{
    char path[PATH_MAX + 16];
    json_t *root;
    json_t *first;
    bool told;

    snprintf(path, sizeof(path), "%s/run.json", run);
    root = json_load_file(path, 0, NULL);
    first = json_array_get(json_object_get(root, "failures"), 0);
    told = json_is_object(first);
    if (told) {
        replay->line = (unsigned)json_integer_value(json_object_get(first, "line"));
        keep_reason(replay, json_string_value(json_object_get(first, "reason")));
    }
    json_decref(root);
    return told;
}

/* The last thing that it said. */
static void read_said(struct replay *replay, const char *said)
{
    struct buf text;
    const char *line;

    buf_init(&text, SAID_MAX);
    if (buf_add_file(&text, said) == 0 && text.len) {
        while (text.len && text.data[text.len - 1] == '\n')
            text.data[--text.len] = 0;
        line = memrchr(text.data, '\n', text.len);
        line = line ? line + 1 : text.data;
        keep_reason(replay, strncmp(line, "play: ", 6) == 0 ? line + 6 : line);
    }
    buf_release(&text);
}

static int64_t longest_us(const struct script *script, const struct replay_options *options)
{
    double length = (double)script->length_us * (options->think > 1 ? options->think : 1);

    return (int64_t)length + 4 * options->timeout_us + 60 * US_PER_S;
}

int replay_run(struct replay *replay, const char *dir, const struct script *script,
               const struct replay_options *options, struct error *err)
{
    struct command command = {.count = 0};
    char said[PATH_MAX];
    pid_t parent = getpid();
    pid_t child;
    int status = 0;
    int rc;

    *replay = (struct replay){0};
    fill(&command, dir, options);
    unlink(command.trace); /* of an earlier replay of this version */
    snprintf(said, sizeof(said), "%s/said", dir);
    child = fork();
    if (child < 0)
        return error_set(err, E_IO, "the player cannot be started: %s", strerror(errno));
    if (child == 0)
        become(&command, said, parent);
    setpgid(child, child);
    rc = await(child, clock_monotonic_us() + longest_us(script, options), &status, err);
    if (rc < 0)
        return rc;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return error_set(err, E_IO,
                         "there is no stretto-play beside this program or in PATH: "
                         "a replay needs it");
    replay->passed = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!replay->passed && !read_failure(replay, command.run))
        read_said(replay, said);
    return 0;
}
