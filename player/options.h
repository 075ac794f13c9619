/* What a person asks of the player. */
#ifndef STRETTO_PLAYER_OPTIONS_H
#define STRETTO_PLAYER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/opts.h"
#include "core/target_options.h"
#include "player/aborting.h"
#include "player/stages.h"
#include "player/think.h"

/* A script to play, and how often beside the others. */
struct script_choice {
    char *path;
    unsigned weight;
};

struct play_options {
    struct script_choice *scripts; /* one, or those of a mix; never none */
    size_t script_count;
    const char *url; /* NULL: where the script was recorded */
    const char *dir; /* NULL: a name from the date */
    long sessions;   /* 0: by users, or by stages */
    long users;
    struct stages stages; /* none: by sessions or users */
    int64_t every_us;     /* -1: the script's length spread over all */
    int64_t for_us;
    int64_t timeout_us;
    long processes;       /* 0: one a core */
    const char *source;   /* addresses to connect from; NULL: the kernel's choice */
    const char *cpus;     /* where they run; NULL: the kernel decides */
    const char *progress; /* "live", "plain" or "quiet"; NULL: live on a terminal, else plain */
    bool quiet;
    double think; /* what stretches the recorded times */
    struct think thinking;
    bool poisson;
    bool data_by_session;
    bool plan_only;
    double max_rate; /* requests and sends a second; 0: without limit */
    long seed;       /* -1: by chance */
    struct abort_rule abort;
    struct opt_list data;
    /* As they were given; NULL or empty: they were not. */
    struct opt_list script_texts;
    struct opt_list stage_texts;
    const char *arrivals;
    const char *data_by;
    const char *think_text;
    const char *abort_text;
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
