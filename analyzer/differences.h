/* What differs between runs beside the app, or makes their numbers doubtful: other scripts, other
 * user counts, time-outs, lateness, failures. */
#ifndef STRETTO_ANALYZER_DIFFERENCES_H
#define STRETTO_ANALYZER_DIFFERENCES_H

#include "analyzer/load.h"
#include "analyzer/match.h"
#include "analyzer/notes.h"

/* Adds a sentence for each; 0 or -E_NOMEM. */
int differences_tell(struct notes *notes, const struct build *builds, size_t count,
                     const struct match *match);

#endif
