/* Options as a table: one row is the parser and the line in --help.
 *
 *     static const struct opt player_options[] = {
 *         { OPT_COUNT, 'n', "sessions", offsetof(struct play_options, sessions), "N",
 *           "sessions to play, each the whole script once" },
 *         { 0 },
 *     };
 *
 * --name VALUE, --name=VALUE, -n VALUE, -nVALUE; options may follow operands; `--` ends them.
 * Every program also gets -h/--help and --version. */
#ifndef STRETTO_CORE_OPTS_H
#define STRETTO_CORE_OPTS_H

#include <stddef.h>

#include "core/error.h"

enum opt_kind {
    OPT_END = 0,
    OPT_FLAG,     /* bool: present or not, takes no value */
    OPT_COUNT,    /* long: 0 and up */
    OPT_POSITIVE, /* long: 1 and up */
    OPT_NUMBER,   /* double: 0 and up, finite */
    OPT_DURATION, /* int64_t microseconds */
    OPT_TEXT,     /* const char *: lends argv's own bytes */
    OPT_LIST,     /* struct opt_list: may be repeated */
};

struct opt {
    enum opt_kind kind;
    char letter;      /* 0: none */
    const char *name; /* without the dashes */
    size_t offset;    /* of the field in the program's options struct */
    const char *arg;  /* what the help calls its value; NULL for a flag */
    const char *help; /* one sentence, no full stop */
};

/* Points into argv; release frees only the array. */
struct opt_list {
    const char **items;
    size_t count;
};

struct opt_program {
    const char *name;     /* "stretto play" */
    const char *synopsis; /* "SCRIPT [URL] [options]" */
    const char *summary;  /* one sentence */
    const struct opt *options;
    const char *footer; /* examples; may be NULL */
};

enum opts_result {
    OPTS_RUN,  /* go on */
    OPTS_DONE, /* --help or --version was printed: exit 0 */
};

/* Fills *into by the table and moves the operands to argv[1..*operands].
 * Returns an opts_result, or -E_USAGE with a sentence that names the option. */
int opts_parse(const struct opt_program *program, void *into, int argc, char **argv, int *operands,
               struct error *err);
void opts_release(const struct opt_program *program, void *into);

#endif
