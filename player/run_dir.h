/* The run's directory: made, and its run.json written.  Format: docs/run-format.md. */
#ifndef STRETTO_PLAYER_RUN_DIR_H
#define STRETTO_PLAYER_RUN_DIR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "player/play.h"

/* How the sessions of a run ended: planned = done + failed + lost. */
struct account {
    uint64_t planned;
    uint64_t done;
    uint64_t failed;
    uint64_t lost;        /* with a worker that died */
    uint64_t not_started; /* because the run was stopped; no part of planned */
};

/* Makes play->dir with its sessions/ and the script as played.  An existing directory is refused,
 * or with --overwrite emptied if it is a run.  0, -E_EXISTS or -E_IO. */
int run_dir_make(const struct play *play, struct error *err);

/* Writes run.json, by a new file that replaces the old one: it is whole at any moment.
 * `state` is "running", "done" or "stopped"; `tally` all processes together.  0 or -E_IO. */
int run_dir_write(const struct play *play, const char *state, const struct account *account,
                  const struct tally *tally, struct error *err);

#endif
