/* A run's directory, ours or shinycannon's, as what the rest of the analyzer works on: a build. */
#ifndef STRETTO_ANALYZER_LOAD_H
#define STRETTO_ANALYZER_LOAD_H

#include "analyzer/phases.h"
#include "analyzer/runinfo.h"
#include "analyzer/stats.h"
#include "analyzer/table.h"
#include "analyzer/waits.h"
#include "core/error.h"

/* A zeroed struct is empty; build_release() accepts it, and a half-loaded one. */
struct build {
    char *label; /* valid UTF-8 */
    char *path;
    struct script *script;
    struct plan plan;
    struct table table;
    struct run_info info;
    struct stats stats;   /* filled by stats_compute() */
    struct phase *phases; /* filled by phases_compute() */
    size_t phase_count;
    size_t skipped; /* rows that were torn or foreign */
};

/* 0 or a negative code; the sentence names the run's directory. */
int build_load(struct build *build, const char *label, const char *path, struct error *err);
void build_release(struct build *build);

#endif
