#include "recorder/verify.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARGUMENTS_MAX 16

int verify_export(const struct secrets *secrets, struct error *err)
{
    for (size_t i = 0; i < secrets->count; i++) {
        if (setenv(secrets->items[i].name, secrets->items[i].value, 0) < 0 && errno == ENOMEM)
            return error_nomem(err);
    }
    return 0;
}

static void add(const char **argv, const char *name, const char *value)
{
    size_t n = 0;

    if (!value)
        return;
    while (argv[n])
        n++;
    argv[n] = name;
    if (*value)
        argv[n + 1] = value;
}

/* The blocked and ignored signals of a recorder are not the checker's. */
static void reset_signals(void)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    signal(SIGTTIN, SIG_DFL);
}

static void exec_beside(const char **argv)
{
    char self[PATH_MAX];
    char path[PATH_MAX + NAME_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (n <= 0)
        return;
    self[n] = 0;
    snprintf(path, sizeof(path), "%s/%s", dirname(self), argv[0]);
    execv(path, (char **)argv);
}

int verify_exec(const struct verify *v, struct error *err)
{
    const char *argv[ARGUMENTS_MAX] = {"stretto-check", v->script, "--against", v->url, "--fix"};

    add(argv, "--dialect", v->dialect);
    add(argv, "--cacert", v->target->cacert);
    add(argv, "--cert", v->target->cert);
    add(argv, "--key", v->target->key);
    add(argv, "--insecure", v->target->insecure ? "" : NULL);
    fflush(NULL);
    reset_signals();
    exec_beside(argv);
    execvp(argv[0], (char **)argv);
    return error_set(err, E_IO,
                     "cannot start stretto-check: %s; the recording is complete in %s, and "
                     "'stretto check %s --against %s --fix' verifies it",
                     strerror(errno), v->script, v->script, v->url);
}
