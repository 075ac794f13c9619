/* What a person asks of the player. */
#ifndef STRETTO_PLAYER_OPTIONS_H
#define STRETTO_PLAYER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/opts.h"
#include "core/target_options.h"

struct play_options {
    const char *script;
    const char *url; /* NULL: where the script was recorded */
    const char *dir; /* NULL: a name from the date */
    long sessions;   /* 0: by users */
    long users;
    int64_t every_us; /* -1: the script's length spread over all */
    int64_t for_us;
    int64_t timeout_us;
    long processes;       /* 0: one a core */
    const char *source;   /* addresses to connect from; NULL: the kernel's choice */
    const char *cpus;     /* where they run; NULL: the kernel decides */
    const char *progress; /* "live", "plain" or "quiet"; NULL: live on a terminal, else plain */
    bool quiet;
    double think;
    const char *leave; /* "browser" or "clean" */
    bool sequential;
    bool overwrite;
    struct opt_list headers;
    const char *users_file; /* NULL: none */
    const char *trace;      /* NULL: none */
    const char *dialect;    /* the file of a user's own; NULL: none */
    struct target_options target;
};

extern const struct opt_program play_program;

/* opts_parse() and the rules between options.  An opts_result or -E_USAGE. */
int play_options_parse(struct play_options *options, int argc, char **argv, struct error *err);
void play_options_release(struct play_options *options);

#endif
