#include "recorder/browser.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recorder/limits.h"

extern char **environ;

/* The recorder's own blocked and ignored signals are not the browser's. */
static void set_signals(posix_spawnattr_t *attr)
{
    sigset_t none;
    sigset_t usual;

    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGXFSZ);
    sigaddset(&usual, SIGTTIN);
    posix_spawnattr_setsigmask(attr, &none);
    posix_spawnattr_setsigdefault(attr, &usual);
    /* A group of its own: Ctrl-C ends the recording, not the browser. */
    posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                       POSIX_SPAWN_SETPGROUP);
}

/* 0 or an errno. */
static int spawn(pid_t *pid, const char *const *argv, bool quiet)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    int rc;

    posix_spawnattr_init(&attr);
    posix_spawn_file_actions_init(&files);
    set_signals(&attr);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (quiet) { /* it talks a lot */
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    rc = posix_spawnp(pid, argv[0], &files, &attr, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    return rc;
}

int browser_open(const char *url, struct error *err)
{
    const char *program = getenv("BROWSER");
    const char *argv[3] = {program && *program ? program : "xdg-open", url, NULL};
    pid_t pid;
    int rc;

    signal(SIGCHLD, SIG_IGN); /* nobody waits for it */
    rc = spawn(&pid, argv, false);
    if (rc == 0)
        return 0;
    return error_set(err, E_IO, "cannot start the browser '%s': %s; open the address yourself",
                     argv[0], strerror(rc));
}

/* --- one of our own --- */

/* $BROWSER may be a list, or any browser: only a Chromium knows the options. */
static const char *own_choice(void)
{
    const char *program = getenv("BROWSER");
    const char *name = program ? strrchr(program, '/') : NULL;

    name = name ? name + 1 : program;
    return name && !strchr(name, ':') && (strcasestr(name, "chrom")) ? program : NULL;
}

static int try(struct browser *b, const char *program, const char *url)
{
    char profile[sizeof(b->profile) + 32];
    const char *argv[16] = {program,
                            profile,
                            "--no-first-run",
                            "--no-default-browser-check",
                            "--disable-sync",
                            "--disable-default-apps",
                            "--disable-extensions",
                            "--disable-component-update",
                            "--disable-background-networking",
                            "--password-store=basic",
                            "--new-window"};
    size_t n = 11;

    snprintf(profile, sizeof(profile), "--user-data-dir=%s", b->profile);
    if (geteuid() == 0)
        argv[n++] = "--no-sandbox"; /* it refuses root with one */
    argv[n] = url;
    return spawn(&b->pid, argv, true);
}

static int start_any(struct browser *b, const char *url, struct error *err)
{
    const char *const programs[] = {own_choice(), "chromium", "chromium-browser", "google-chrome",
                                    "google-chrome-stable"};
    int rc = ENOENT;

    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]) && rc == ENOENT; i++)
        rc = programs[i] ? try(b, programs[i], url) : ENOENT;
    if (rc == 0)
        return 0;
    b->pid = 0;
    return error_set(err, E_IO,
                     "cannot start a Chromium: %s; install chromium, name one in $BROWSER, or "
                     "record without --browser",
                     strerror(rc));
}

int browser_start(struct browser *b, const char *url, struct error *err)
{
    const char *folder = getenv("TMPDIR");
    int rc;

    *b = (struct browser){0};
    if (!folder || strlen(folder) > sizeof(b->profile) - 32)
        folder = "/tmp";
    snprintf(b->profile, sizeof(b->profile), "%s/stretto-browser-XXXXXX", folder);
    if (!mkdtemp(b->profile)) {
        rc = error_set(err, E_IO, "cannot make a browser's profile in %s: %s", folder,
                       strerror(errno));
        b->profile[0] = 0;
        return rc;
    }
    rc = start_any(b, url, err);
    if (rc < 0)
        browser_stop(b);
    return rc;
}

bool browser_has_ended(struct browser *b)
{
    if (b->pid && !b->ended)
        b->ended = waitpid(b->pid, NULL, WNOHANG) == b->pid;
    return b->ended;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    remove(path);
    return 0;
}

/* Its helpers outlive it by a moment, and write into the profile until then. */
static bool group_is_gone(struct browser *b)
{
    browser_has_ended(b);
    return kill(-b->pid, 0) < 0 && errno == ESRCH;
}

static bool await_group(struct browser *b)
{
    for (int waited = 0; waited < BROWSER_END_MS; waited += END_TICK_MS) {
        if (group_is_gone(b))
            return true;
        poll(NULL, 0, END_TICK_MS);
    }
    return group_is_gone(b);
}

void browser_stop(struct browser *b)
{
    if (b->pid) {
        if (!group_is_gone(b))
            kill(-b->pid, SIGTERM);
        if (!await_group(b)) {
            kill(-b->pid, SIGKILL);
            await_group(b);
        }
    }
    if (b->profile[0])
        nftw(b->profile, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    *b = (struct browser){0};
}
