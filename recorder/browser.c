#include "recorder/browser.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>

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
    posix_spawnattr_setsigmask(attr, &none);
    posix_spawnattr_setsigdefault(attr, &usual);
    /* A group of its own: Ctrl-C ends the recording, not the browser. */
    posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                       POSIX_SPAWN_SETPGROUP);
}

int browser_open(const char *url, struct error *err)
{
    const char *program = getenv("BROWSER");
    char *argv[3] = {(char *)(program && *program ? program : "xdg-open"), (char *)url, NULL};
    posix_spawnattr_t attr;
    pid_t pid;
    int rc;

    signal(SIGCHLD, SIG_IGN); /* nobody waits for it */
    posix_spawnattr_init(&attr);
    set_signals(&attr);
    rc = posix_spawnp(&pid, argv[0], NULL, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    if (rc == 0)
        return 0;
    return error_set(err, E_IO, "cannot start the browser '%s': %s; open the address yourself",
                     argv[0], strerror(rc));
}
