/* One trial: stretto-play against a parrot of the same script, both processes of their own.
 *
 * Owner   children_open() .. children_close(), which ends what runs and removes the folder. */
#ifndef STRETTO_PARROT_TRIAL_H
#define STRETTO_PARROT_TRIAL_H

#include <limits.h>
#include <sys/types.h>

#include "core/error.h"
#include "core/script.h"
#include "parrot/options.h"
#include "parrot/search.h"

struct children {
    const struct parrot_options *options;
    const struct script *script;
    double pace;  /* recorded times are stretched by it: under 1 */
    long workers; /* of the player */
    pid_t parrot;
    char url[128];
    char dir[PATH_MAX]; /* of runs; removed at the end */
    unsigned runs;
};

/* From now on Ctrl-C ends a trial, and what is tried ends with -E_NET; not the program at once. */
void trials_catch_signals(void);

/* Starts the parrot.  0, -E_IO or -E_NET. */
int children_open(struct children *c, const struct parrot_options *options,
                  const struct script *script, double pace, struct error *err);
void children_close(struct children *c);

/* Plays count sessions, one every every_us, at the children's pace; `sessions` of the trial is the
 * caller's to set.  0, -E_IO, -E_TIMEOUT. */
int trial_play(struct children *c, long count, int64_t every_us, struct trial *trial,
               struct error *err);

#endif
