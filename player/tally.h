/* What a worker tells the supervisor while it plays: one struct a process in a page they share.
 *
 * Only its worker writes a tally, so there is no lock and no shared counter; the supervisor reads
 * numbers that may be a moment old. */
#ifndef STRETTO_PLAYER_TALLY_H
#define STRETTO_PLAYER_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "player/failure.h"
#include "player/hist.h"

#define TALLY_REASONS 32
#define TALLY_REASON_TEXT sizeof(((struct error *)NULL)->text)

/* Sessions that failed in the same way: same step, same words. */
struct tally_reason {
    uint32_t role; /* of the mix */
    uint32_t line; /* 0: of none */
    uint32_t count;
    uint32_t kind; /* an enum failure */
    char text[TALLY_REASON_TEXT];
};

struct tally {
    uint64_t started;
    uint64_t done;
    uint64_t failed;
    uint64_t extra;       /* parts of messages that no step waited for */
    uint64_t noise;       /* messages that say nothing a step waits for */
    uint64_t duties;      /* what the framework's client owed and sent beside the script */
    uint64_t rows_lost;   /* rows that could not be written */
    uint64_t bytes_in;    /* WebSocket messages and bodies received */
    uint64_t finished;    /* 1: the worker ended its schedule and wrote all rows */
    uint64_t rss_peak_kb; /* of the worker, when it ended */
    struct hist page_load;
    struct hist calculation;
    struct hist lateness;
    uint32_t reason_count;
    struct tally_reason reasons[TALLY_REASONS];
};

/* Counts one failure; once the table is full, unlike ones are counted in its last row. */
void tally_fail(struct tally *tally, unsigned role, uint32_t line, enum failure kind,
                const char *text);

/* Adds one process' numbers to another's: for the whole run. */
void tally_merge(struct tally *into, const struct tally *from);

/* `count` zeroed tallies that survive fork() shared; NULL when memory is refused. */
struct tally *tally_share(int count);
void tally_unshare(struct tally *tallies, int count);

#endif
