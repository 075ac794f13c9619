#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "player/limits.h"
#include "player/plan_only.h"
#include "player/run_dir.h"
#include "player/supervisor.h"

#define COMMAND_MAX 65536

/* Is this word the value of -H?  Headers carry passwords and keys. */
static bool is_header(char **argv, int i)
{
    return strcmp(argv[i - 1], "-H") == 0 || strcmp(argv[i - 1], "--header") == 0 ||
           strncmp(argv[i], "-H", 2) == 0 || strncmp(argv[i], "--header=", 9) == 0;
}

/* The command line in one line, for the run's files; of headers only the names. */
static char *join(int argc, char **argv)
{
    struct buf b;

    buf_init(&b, COMMAND_MAX);
    buf_adds(&b, "stretto play");
    for (int i = 1; i < argc; i++) {
        if (is_header(argv, i) && strchr(argv[i], ':'))
            buf_addf(&b, " '%.*s: ...'", (int)strcspn(argv[i], ":"), argv[i]);
        else
            buf_addf(&b, " %s", argv[i]);
    }
    for (size_t i = 0; i < b.len; i++) {
        if ((unsigned char)b.data[i] < 0x20)
            b.data[i] = ' ';
    }
    return buf_take(&b);
}

static int play(struct play *p, struct error *err)
{
    bool is_worker = false;
    int rc = play_init(p, err);

    if (rc == 0 && p->options.plan_only) {
        rc = plan_only_print(p, stdout) < 0 ? error_nomem(err) : 0;
        return rc < 0 ? error_exit_code(err) : 0;
    }
    if (rc == 0)
        rc = run_dir_make(p, err);
    if (rc < 0)
        return error_exit_code(err);
    limits_tell(p);
    return supervisor_run(p, &is_worker, err);
}

int main(int argc, char **argv)
{
    struct play p = {0};
    struct error err = ERROR_NONE;
    int rc;

    p.command = join(argc, argv);
    rc = play_options_parse(&p.options, argc, argv, &err);
    if (rc == OPTS_RUN) {
        curl_global_init(CURL_GLOBAL_DEFAULT);
        rc = play(&p, &err);
        curl_global_cleanup();
    } else if (rc < 0) {
        rc = error_exit_code(&err);
    } else {
        rc = 0;
    }
    if (err.code)
        error_print("play", &err);
    play_release(&p);
    return rc;
}
