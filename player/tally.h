/* What a worker tells the supervisor while it plays: one struct a process in a page they share.
 *
 * Only its worker writes a tally, so there is no lock and no shared counter; the supervisor reads
 * numbers that may be a moment old. */
#ifndef STRETTO_PLAYER_TALLY_H
#define STRETTO_PLAYER_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/units.h"
#include "player/failure.h"
#include "core/hist.h"

#define TALLY_REASONS 32
#define TALLY_REASON_TEXT sizeof(((struct error *)NULL)->text)

/* Sessions that failed in the same way: same step, same kind, alike in their first words. */
struct tally_reason {
    uint32_t role; /* of the mix */
    uint32_t line; /* 0: of none */
    uint32_t count;
    uint32_t kind;                /* an enum failure; FAILURES: several, the table was full */
    uint64_t key;                 /* failure_key() of the text */
    char text[TALLY_REASON_TEXT]; /* the first one's */
};

/* The first sessions that failed, each in its words: for the supervisor to tell at once.  After so
 * many a person has seen how sessions fail; the end of the run groups and counts them all. */
#define TALLY_TOLD 5
struct tally_told {
    int64_t session;
    uint32_t role;
    uint32_t line;
    char text[TALLY_REASON_TEXT];
};

/* A step of the run, over all sessions: what its waits came to.  The longest ones of this stretch
 * of time and of the one before stand apart: together they are the last one or two stretches. */
#define TALLY_STRETCH_US (5 * US_PER_S)
struct tally_step {
    uint64_t count;
    int64_t sum_us;
    int64_t max_us;
    int64_t stretch;
    int64_t recent_us[2];
};

/* The longest stall of a second of the monotonic clock.  The seconds take turns in their slots, so
 * that the reader has that long to look and nobody has to set anything back. */
#define TALLY_SECONDS 8
struct tally_stall {
    int64_t second;
    int64_t max_us;
};

/* The sessions of one role of a mix. */
#define TALLY_ROLES 64
struct tally_role {
    uint64_t started;
    uint64_t done;
    uint64_t failed;
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
    uint64_t connections; /* made: of requests and of WebSockets */
    uint64_t requests;    /* started */
    uint64_t sends;       /* WebSocket messages of the script */
    uint64_t messages_in; /* WebSocket messages received, noise too */
    /* Sessions there are now: in their page load, waiting for the app, in think time. */
    uint64_t loading;
    uint64_t waiting;
    uint64_t thinking;
    int64_t beat_us;      /* when the loop was last seen alive (monotonic) */
    int64_t stall_max_us; /* how long the loop went at most without looking at its sockets */
    struct tally_stall stalls[TALLY_SECONDS]; /* the same by the second */
    /* By role->first_step + step; NULL: nobody asks.  Shared memory of the supervisor's. */
    struct tally_step *steps;
    uint64_t held; /* steps that --max-rate held, and for how long */
    int64_t held_us;
    uint64_t finished;    /* 1: the worker ended its schedule and wrote all rows */
    uint64_t rss_peak_kb; /* of the worker, when it ended */
    struct hist page_load;
    struct hist calculation;
    struct hist lateness;
    struct tally_role roles[TALLY_ROLES];
    uint32_t reason_count;
    struct tally_reason reasons[TALLY_REASONS];
    uint32_t told_count;
    struct tally_told told[TALLY_TOLD];
};

/* A session of this role has begun; has ended well. */
void tally_begin(struct tally *tally, unsigned role);
void tally_done(struct tally *tally, unsigned role);
/* Counts one failure; once the table is full, unlike ones are counted in its last row. */
void tally_fail(struct tally *tally, unsigned role, uint32_t line, enum failure kind,
                const char *text);

/* A session failed in these words; only the first TALLY_TOLD of a process are kept. */
void tally_tell(struct tally *tally, unsigned role, uint32_t line, int64_t session,
                const char *text);

/* A step was held so long. */
void tally_hold(struct tally *tally, int64_t us);
/* A step's wait has ended. */
void tally_step(struct tally *tally, size_t number, int64_t wait_us);
/* The longest wait of the step in the last 5 to 10 s before now_us; 0: there was none. */
int64_t tally_step_recent_us(const struct tally_step *step, int64_t now_us);

/* The loop was busy that long, until now. */
void tally_stall(struct tally *tally, int64_t now_us, int64_t busy_us);
/* The longest stall that ended in this second, one of the last TALLY_SECONDS - 1; 0: none. */
int64_t tally_stall_of(const struct tally *tally, int64_t second);

/* Adds one process' numbers to another's: for the whole run.  Steps, the beat and the seconds stay
 * apart. */
void tally_merge(struct tally *into, const struct tally *from);

/* The `max` most frequent reasons, the most frequent one first and "other reasons" last; how many
 * there are. */
size_t tally_top(const struct tally *tally, const struct tally_reason **top, size_t max);

/* `count` zeroed tallies that survive fork() shared; NULL when memory is refused. */
struct tally *tally_share(int count);
void tally_unshare(struct tally *tallies, int count);

/* Gives each of them `steps` steps, shared as well.  0 or -E_NOMEM. */
int tally_share_steps(struct tally *tallies, int count, size_t steps);
void tally_unshare_steps(struct tally *tallies, int count, size_t steps);

#endif
