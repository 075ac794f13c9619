/* How many of a script can be played on this machine: found by doing it.  docs/parrot.md has the
 * reasoning. */
#ifndef STRETTO_PARROT_CALIBRATE_H
#define STRETTO_PARROT_CALIBRATE_H

#include "parrot/options.h"

/* Its answer goes to stdout, what it tries to stderr.  0 or a negative code. */
int calibrate_run(const struct parrot_options *options, struct error *err);

#endif
