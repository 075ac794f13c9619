/* What differs between runs beside the app, or makes their numbers doubtful: other scripts, other
 * loads, time-outs, failures, a player that was late or did not reach the end.  Pure. */
#ifndef STRETTO_ANALYZER_DIFFERENCES_H
#define STRETTO_ANALYZER_DIFFERENCES_H

#include "analyzer/load.h"
#include "analyzer/match.h"
#include "analyzer/notes.h"

/* Adds a sentence for each, what matters most first; none where nothing differs.  0 or -E_NOMEM. */
int differences_tell(struct notes *notes, const struct build *builds, size_t count,
                     const struct match *match);

#endif
