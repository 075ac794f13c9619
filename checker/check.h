/* The whole of `stretto check`: load, explain, replay, compare, write. */
#ifndef STRETTO_CHECKER_CHECK_H
#define STRETTO_CHECKER_CHECK_H

#include "checker/options.h"

/* What the program exits with; err says why where nothing could be said. */
int check_run(const struct check_options *options, struct error *err);

#endif
