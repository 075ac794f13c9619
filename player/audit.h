/* The player's own honesty: second for second, was it in time?  Where it was not, what the run says
 * of the app in that time is not to be trusted.
 *
 * A pure function from samples, one a second, to spans of time and to sentences about them.
 * Times are of the wall clock. */
#ifndef STRETTO_PLAYER_AUDIT_H
#define STRETTO_PLAYER_AUDIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/hist.h"

/* A second is bad when its actions were later than this at p99, if there were enough of them ... */
#define AUDIT_LATE_US INT64_C(20000)
#define AUDIT_ACTIONS 10
/* ... or when a worker's loop did not turn for so long. */
#define AUDIT_STALL_US INT64_C(100000)
/* Bad seconds that are not further apart are one span. */
#define AUDIT_JOIN_US INT64_C(2000000)
/* When there are more, the last one goes on until the end. */
#define AUDIT_SPANS 256

struct audit_sample {
    int64_t from_us;
    int64_t to_us;
    int64_t elapsed_us; /* of the run, at its end */
    uint64_t actions;
    int64_t late_p50_us;
    int64_t late_p99_us;
    int64_t late_max_us;
    int64_t stall_us; /* the longest */
    int stalled;      /* the worker that had it */
    uint64_t drops;   /* of the kernel's: drops.h */
    int workers;
    const double *cpu; /* a worker's share of a core; a loan */
};

struct audit_span {
    int64_t from_us;
    int64_t to_us;
    int64_t p99_us; /* the worst second's */
    int64_t stall_us;
    int stalled;
    double cpu; /* the busiest second of the busiest worker */
    int busiest;
};

/* Zeroed is that of a run which has not begun. */
struct audit {
    struct audit_span spans[AUDIT_SPANS];
    size_t count;
    int64_t stall_max_us;
    uint64_t drops;
    uint64_t retransmits; /* segments, as the kernel counts them */
    /* Of the whole run, by audit_close(). */
    int64_t late_p50_us;
    int64_t late_p99_us;
    int64_t late_max_us;
    const double *cpu; /* of each worker; a loan */
    int workers;
};

bool audit_is_bad(const struct audit_sample *sample);
void audit_add(struct audit *audit, const struct audit_sample *sample);
void audit_close(struct audit *audit, const struct hist *lateness, const double *cpu, int workers);
bool audit_kept_up(const struct audit *audit);

/* "the player kept up: its own lateness was p50 .., p99 ..", or a line a span (the first few and
 * how many more): "numbers from 12:03:10 to 12:04:02 are not to be trusted: ..."; by local time. */
int audit_tell(const struct audit *audit, struct buf *out);

/* The first line of audit.csv, and a sample's.  0 or -E_NOMEM. */
int audit_head(int workers, struct buf *out);
int audit_row(const struct audit_sample *sample, struct buf *out);
/* The object of run.json. */
json_t *audit_json(const struct audit *audit);

#endif
