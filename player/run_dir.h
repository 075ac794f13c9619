/* The run's directory: made, and its run.json written.  Format: docs/run-format.md. */
#ifndef STRETTO_PLAYER_RUN_DIR_H
#define STRETTO_PLAYER_RUN_DIR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "player/play.h"

/* The longest path of a file in a run: the run's, a mix's script, the file. */
#define RUN_PATH_MAX (sizeof(((struct play *)NULL)->dir) + 400)

/* How the sessions of a run ended: planned = done + failed + lost. */
struct account {
    uint64_t planned;
    uint64_t done;
    uint64_t failed;
    uint64_t lost;        /* with a worker that died */
    uint64_t not_started; /* because the run was stopped; no part of planned */
    /* In a mix: of each script, as many as play->role_count; a loan.  Else NULL, and in a run that
     * has only begun. */
    const struct account *roles;
};

/* Makes play->dir with its sessions/ and the script as played; of a mix such a directory for each
 * script below it.  An existing directory is refused, or with --overwrite emptied if it is a run.
 * 0, -E_EXISTS or -E_IO. */
int run_dir_make(const struct play *play, struct error *err);

/* Writes run.json, by a new file that replaces the old one: it is whole at any moment.
 * `state` is "running", "done", "stopped" or "aborted"; `tally` all processes together.  Of a mix
 * each script's too.  0 or -E_IO. */
int run_dir_write(const struct play *play, const char *state, const struct account *account,
                  const struct tally *tally, struct error *err);

/* audit.csv of a mix stands in each of its runs too. */
void run_dir_share_audit(const struct play *play);

#endif
