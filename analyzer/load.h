/* A run's directory, ours or shinycannon's, as what the rest of the analyzer works on: a build. */
#ifndef STRETTO_ANALYZER_LOAD_H
#define STRETTO_ANALYZER_LOAD_H

#include "analyzer/active.h"
#include "analyzer/late.h"
#include "analyzer/observations.h"
#include "analyzer/phases.h"
#include "analyzer/runinfo.h"
#include "analyzer/stats.h"
#include "analyzer/steady.h"
#include "analyzer/steps.h"
#include "analyzer/table.h"
#include "analyzer/waits.h"
#include "core/dialect.h"
#include "core/error.h"

struct stream;

/* A zeroed struct is empty; build_release() accepts it, and a half-loaded one. */
struct build {
    char *label; /* valid UTF-8 */
    char *path;
    struct script *script;
    const struct dialect *dialect; /* the script's; NULL before dialects_init() */
    struct plan plan;
    struct table table;
    struct run_info info;
    size_t skipped; /* rows that were torn or foreign */
    /* NULL: the table has all sessions.  Else the run was read in one pass, and the table has some
     * of them (analyzer/stream.h); the numbers are of all in either case. */
    struct stream *stream;
    /* build_compute() fills in the rest. */
    struct steady steady;
    struct active active;
    struct stats stats;
    struct phase *phases;
    size_t phase_count;
    struct late late;
    struct steps steps;
    struct observations observations;
};

/* All of a run but its rows; those are read by build_load() or build_stream().  0 or a negative
 * code; the sentence names the run's directory. */
int build_open(struct build *build, const char *label, const char *path, struct error *err);
/* Refuses a run that has no row: 0 or -E_FORMAT. */
int build_check_rows(const struct build *build, struct error *err);

/* The whole of a run.  0 or a negative code, as above. */
int build_load(struct build *build, const char *label, const char *path, struct error *err);
/* The numbers of a loaded build.  all: of all its sessions, not of its steady state alone.  0 or
 * -E_NOMEM. */
int build_compute(struct build *build, int64_t mark_us, bool all);
/* What a person calls step i of its script; valid UTF-8, NULL when memory is refused; free() it. */
char *build_step_label(const struct build *build, size_t i);
void build_release(struct build *build);

#endif
