/* What the operands of `stretto analyze` say: [LABEL=]RUN. */
#ifndef STRETTO_ANALYZER_ARGS_H
#define STRETTO_ANALYZER_ARGS_H

#include <stddef.h>

#include "core/error.h"

struct run_arg {
    char *label;      /* owned: free() */
    const char *path; /* lent by the operand */
};

/* An operand that is a directory's name is one, '=' or not; else it is split at the first '='
 * behind which a directory's name stands, or at the first of all.  0, -E_USAGE or -E_NOMEM. */
int run_arg_parse(struct run_arg *arg, const char *operand, struct error *err);

/* Refuses two builds of one name: 0 or -E_USAGE. */
int run_args_check(const struct run_arg *args, size_t count, struct error *err);

#endif
