/* How every wait grows with the number of active sessions, in every build, and which grow most.
 * Pure. */
#ifndef STRETTO_ANALYZER_TRENDS_H
#define STRETTO_ANALYZER_TRENDS_H

#include "analyzer/charts.h"
#include "analyzer/fit.h"

/* A row a wait that any build has; a line of it a build. */
struct trends {
    struct fit *list;
    size_t *matched; /* a row: which of match->list it is */
    size_t count;    /* of rows */
    size_t builds;
};

/* A zeroed struct is empty; trends_release() accepts it.  0 or -E_NOMEM. */
int trends_compute(struct trends *out, const struct scene *scene);
void trends_release(struct trends *trends);
/* Those of a row, one a build. */
const struct fit *trends_row(const struct trends *trends, size_t row);

/* Microseconds more a session: of the build in which the wait grows most, of those that are sure;
 * 0: it grows in none. */
double trend_steepness(const struct fit *row, size_t builds);

/* The steepest first, at most `most` into rows[]; those that do not grow follow in the order of the
 * script. */
size_t trends_rank(const struct trends *trends, size_t *rows, size_t most);

/* "+42 ms", "-3.1 ms", "no trend" */
#define TREND_TEXT 32
const char *trend_format(const struct fit *fit, char out[TREND_TEXT]);

#endif
