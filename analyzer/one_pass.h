/* Whether runs are read whole or in one pass (analyzer/stream.h), and what can be made of them
 * then. */
#ifndef STRETTO_ANALYZER_ONE_PASS_H
#define STRETTO_ANALYZER_ONE_PASS_H

#include <stdbool.h>

#include "analyzer/args.h"
#include "analyzer/charts.h"
#include "analyzer/outputs.h"
#include "analyzer/report.h"

/* More rows of a run than this are read in one pass: 20 million. */
#define ONE_PASS_BYTES UINT64_C(1000000000)

/* Can this chart be drawn of some of the sessions and of sums? */
bool one_pass_draws(const struct chart_kind *kind);

/* Asked for with --stream: takes away what was chosen by nobody and cannot be made; 0, or -E_USAGE
 * where the command line asks for it. */
int one_pass_ask(const struct report_options *options, bool *chosen, struct outputs *outputs,
                 struct error *err);

/* Not asked for: for a run of so many bytes *one_pass is set, and the rest done, if nothing that
 * the command line asks for is lost.  What is decided is told on stderr. */
void one_pass_choose(bool *one_pass, const struct run_args *args,
                     const struct report_options *options, bool *chosen, struct outputs *outputs);

/* What a reader of their numbers must know of builds that were read so.  0 or -E_NOMEM. */
int one_pass_tell(struct notes *notes, const struct build *builds, size_t count);

#endif
