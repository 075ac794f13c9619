/* What the operands of `stretto analyze` say: [LABEL=]RUN, where a RUN that is a mix stands for one
 * run a script. */
#ifndef STRETTO_ANALYZER_ARGS_H
#define STRETTO_ANALYZER_ARGS_H

#include <stddef.h>

#include "core/error.h"

struct run_arg {
    char *label;
    char *path;
};

/* A zeroed struct is empty; run_args_release() drops it, half filled too. */
struct run_args {
    struct run_arg *list;
    size_t count;
};

/* One operand, as it stands.  One that is a directory's name is a run, '=' or not; else it is split
 * at the first '=' behind which a directory's name stands, or at the first of all.
 * 0, -E_USAGE or -E_NOMEM, which leave it empty; run_arg_release(). */
int run_arg_parse(struct run_arg *arg, const char *operand, struct error *err);
void run_arg_release(struct run_arg *arg);

/* Adds what an operand names.  Of a mix each part: "LABEL/browse" at "PATH/browse".  0 or a
 * negative code; a mix of which a part is missing is -E_IO. */
int run_args_add(struct run_args *args, const char *operand, struct error *err);
void run_args_release(struct run_args *args);

/* Refuses two builds of one name: 0 or -E_USAGE. */
int run_args_check(const struct run_args *args, struct error *err);

#endif
