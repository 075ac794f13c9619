/* Forks the workers, shows how far they are, listens to Ctrl-C, and accounts for every session. */
#ifndef STRETTO_PLAYER_SUPERVISOR_H
#define STRETTO_PLAYER_SUPERVISOR_H

#include <stdbool.h>

#include "core/error.h"
#include "player/play.h"

/* Plays; returns the program's exit code.  In a worker process it returns too, with *is_worker set,
 * so that main() frees what both have. */
int supervisor_run(struct play *play, bool *is_worker, struct error *err);

#endif
