/* A run that is read in one pass, because it has more rows than memory has room for.
 *
 * A session's rows are gathered while it is active and for STREAM_GRACE rows more; then its waits
 * are computed as always, and only sums of them stay: histograms, counts.  So memory grows with the
 * script and with the sessions that are active at once, and not with rows.
 *
 * For the pictures those sessions are kept whole whose number `every` divides; their table is the
 * build's.
 *
 * What differs from a build that is read whole: percentiles are at most 0.8 % off; all sessions
 * count, those of no steady state too; each file is taken for itself, so a session that is spread
 * over several is several; rows that come after the grace make another session, or are skipped
 * where they only end something. */
#ifndef STRETTO_ANALYZER_STREAM_H
#define STRETTO_ANALYZER_STREAM_H

#include <stdint.h>

#include "analyzer/load.h"
#include "analyzer/metric.h"

#define STREAM_GRACE 10000

struct stream;

/* Reads an open build's rows and fills in all that build_compute() would.  0 or a negative code. */
int build_stream(struct build *build, int64_t mark_us, struct error *err);
/* Leaves the sessions whose number `every` divides, a power of two not below the stream's own: so
 * that pictures of several builds show the same share of each.  0 or -E_NOMEM. */
int build_thin(struct build *build, size_t every);
void stream_free(struct stream *stream);

/* As metric_dist(). */
int stream_dist(struct dist *out, const struct stream *stream, enum metric metric, size_t step);
/* A session of the build's table stands for so many; 1 for a build that is not streamed (NULL). */
size_t stream_every(const struct stream *stream);
/* Steps that were begun, in all sessions of a build, streamed or not. */
uint64_t build_events(const struct build *build);

#endif
