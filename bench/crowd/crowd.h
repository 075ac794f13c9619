/* A run as `stretto play` would have left it, at the speed of a disk: nothing is played.  Sessions
 * of a script go through a queue of requests before an app of so many threads, so that waits grow
 * with load as those of a real app do, and every number has a reason.
 *
 * The same options give the same run, but for its name. */
#ifndef STRETTO_BENCH_CROWD_H
#define STRETTO_BENCH_CROWD_H

#include <stdint.h>

#include "core/error.h"
#include "core/script.h"

struct crowd_options {
    const char *dir;
    long sessions;    /* by sessions: how many; else 0 */
    long users;       /* by users: how many; else 0 */
    int64_t every_us; /* between starts, of sessions or of users */
    int64_t for_us;   /* by users: none begins another session after it */
    long processes;
    long threads; /* of the app, each serving one at a time, first come first served; 0: no queue */
    double work;  /* what the app has to do, times what the recording shows */
    double think; /* stretches the recorded think times */
    double fail;  /* share of the sessions that fail somewhere, 0 to 1 */
    int64_t timeout_us; /* a wait above it fails its session */
    int64_t stop_us;    /* the run is stopped then; 0: never */
    long steps;         /* at least so many: clicks of the script are repeated; 0: as it is */
    long seed;
};

/* The script as text, its clicks repeated until it has so many steps; *out as script_parse() has
 * it.  0 or a negative code. */
int crowd_script(struct script **out, const char *path, long steps, struct error *err);

struct crowd_counts {
    uint64_t rows;
    long planned;
    long done;
    long failed;
    int64_t end_us; /* since the run began */
};

/* Writes DIR/sessions/N.csv.  0 or a negative code. */
int crowd_play(struct crowd_counts *out, const struct crowd_options *options,
               const struct script *script, struct error *err);

/* The wall clock when the run began. */
#define CROWD_EPOCH_US INT64_C(1795221212723000)

#endif
