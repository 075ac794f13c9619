/* What a person asks of the checker. */
#ifndef STRETTO_CHECKER_OPTIONS_H
#define STRETTO_CHECKER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/opts.h"
#include "core/target_options.h"

struct check_options {
    const char *script;
    const char *against; /* NULL: offline */
    const char *output;  /* NULL: in place */
    const char *rules;
    bool explain;
    bool fix;
    double think;
    int64_t timeout_us;
    struct opt_list headers;
    struct opt_list data;
    const char *users_file;
    const char *dialect;
    struct target_options target;
};

#define PASSED_ON_MAX 100

int check_options_parse(struct check_options *options, int argc, char **argv, struct error *err);
void check_options_release(struct check_options *options);
/* What the player gets, as arguments; NULL-ended. */
void check_options_pass(const struct check_options *options, const char *out[PASSED_ON_MAX]);

#endif
