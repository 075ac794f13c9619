#include "program.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"

static void forget(struct ran *r)
{
    free(r->out);
    free(r->err);
    r->out = r->err = NULL;
}

int program_set_up(void **state)
{
    struct ran *r = calloc(1, sizeof(*r));

    r->dir = fixture_dir();
    fixture_run(r->dir, "sync", 3);
    fixture_run(r->dir, "async", 2);
    *state = r;
    return 0;
}

int program_tear_down(void **state)
{
    struct ran *r = *state;

    forget(r);
    fixture_remove(r->dir);
    free(r);
    return 0;
}

static void become(const struct ran *r, const char *program, char **argv)
{
    int out;
    int err;

    if (chdir(r->dir) < 0)
        _exit(125);
    out = open(r->stdout ? r->stdout : "stdout", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    err = open("stderr", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (out < 0 || err < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
        _exit(125);
    if (r->most_bytes) {
        struct rlimit limit = {r->most_bytes, r->most_bytes};

        setrlimit(RLIMIT_FSIZE, &limit);
    }
    execv(program, argv);
    _exit(126);
}

int run_argv(struct ran *r, char **argv)
{
    char program[512];
    int status = 0;
    pid_t pid;

    snprintf(program, sizeof(program), "%s/stretto-analyze", getenv("STRETTO_BIN"));
    forget(r);
    pid = fork();
    if (pid == 0)
        become(r, program, argv);
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    r->out = r->stdout ? strdup("") : fixture_read(r->dir, "stdout");
    r->err = fixture_read(r->dir, "stderr");
    if (!WIFEXITED(status))
        fail_msg("ended by signal %d: %s", WTERMSIG(status), r->err);
    return WEXITSTATUS(status);
}

int run(struct ran *r, const char *words)
{
    char *copy = strdup(words);
    char *argv[32] = {(char *)(uintptr_t) "stretto-analyze"};
    size_t argc = 1;
    int code;

    for (char *word = strtok(copy, " "); word && argc < 31; word = strtok(NULL, " "))
        argv[argc++] = word;
    code = run_argv(r, argv);
    free(copy);
    return code;
}

bool exists(const struct ran *r, const char *name)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", r->dir, name);
    return access(path, F_OK) == 0;
}

void said(const struct ran *r, const char *words)
{
    const char *end = strchr(r->err, '\n');

    if (strncmp(r->err, "analyze: ", 9) != 0 || !strstr(r->err, words) || !end || end[1])
        fail_msg("stderr is '%s', not one sentence with '%s'", r->err, words);
}
