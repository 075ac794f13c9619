#include <signal.h>

#include "checker/check.h"
#include "checker/replay.h"
#include "core/dialect.h"

int main(int argc, char **argv)
{
    struct check_options options;
    struct error err = ERROR_NONE;
    int rc = check_options_parse(&options, argc, argv, &err);

    /* A file that may not grow is an error like any other, with a sentence. */
    signal(SIGXFSZ, SIG_IGN);
    replay_block_signals();
    if (rc == OPTS_RUN)
        rc = dialects_init(&err) < 0 ? error_exit_code(&err) : check_run(&options, &err);
    else
        rc = rc < 0 ? error_exit_code(&err) : 0;
    if (err.code)
        error_print("check", &err);
    dialects_release();
    check_options_release(&options);
    return rc;
}
