/* What a person reads on stdout. */
#ifndef STRETTO_ANALYZER_PRINT_H
#define STRETTO_ANALYZER_PRINT_H

#include <stdio.h>

#include "analyzer/charts.h"
#include "analyzer/finding.h"
#include "analyzer/load.h"

/* A build a row. */
void print_table(FILE *out, const struct build *builds, size_t count);

/* How many sessions of each build count; nothing where all do. */
void print_steady(FILE *out, const struct build *builds, size_t count);

/* What users waited for in each phase that the scripts' marks name; nothing when they have none. */
void print_phases(FILE *out, const struct build *builds, size_t count);

/* Where the slowest requests of each build spent their time; nothing of runs that do not tell. */
void print_steps(FILE *out, const struct build *builds, size_t count);

/* What has been found out, in words: the notes, then the findings. */
void print_findings(FILE *out, const struct scene *scene, const struct findings *findings);

#endif
