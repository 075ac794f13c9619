/* Time in which the player was late: what it measured then is not to be trusted, and is shown so.
 * Pure; the player itself judged when that was (run.json, docs/run-format.md). */
#ifndef STRETTO_ANALYZER_LATE_H
#define STRETTO_ANALYZER_LATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/runinfo.h"
#include "analyzer/table.h"
#include "analyzer/waits.h"

/* A zeroed struct is a player that was never late; late_release() accepts it. */
struct late {
    struct late_span *spans; /* since the first session started, inside the run; in order */
    size_t count;
    int64_t us;        /* all of them together */
    int64_t p99_us;    /* the worst of them; of the whole run where there is no span */
    int64_t stall_us;  /* the worst of them */
    bool told;         /* is there anything to warn of? */
    size_t waits;      /* of sessions that count; told only where there are spans */
    size_t waits_late; /* of which so many lie in such time, be it in part */
};

/* 0 or -E_NOMEM. */
int late_compute(struct late *out, const struct run_info *info, struct plan *plan,
                 const struct table *table);
void late_release(struct late *late);

/* The first span that ends after a moment: count where there is none. */
size_t late_first(const struct late *late, int64_t us);
/* Does anything between two moments lie in such time? */
bool late_touches(const struct late *late, int64_t from_us, int64_t to_us);

/* "p99 38 ms", or "stood still 250 ms": what a span was. */
const char *late_span_words(const struct late_span *span, char *out, size_t size);

/* "20 s of 1 m 40 s, p99 38 ms", or the lateness alone where the run does not tell when it was;
 * empty where nothing is to be told. */
const char *late_words(const struct late *late, int64_t run_us, char *out, size_t size);

#endif
