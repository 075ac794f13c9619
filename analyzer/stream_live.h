/* The sessions of a file that are active, or have ended just now, while it is read.  A session's
 * rows are gathered here as marks and given away when it is over. */
#ifndef STRETTO_ANALYZER_STREAM_LIVE_H
#define STRETTO_ANALYZER_STREAM_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/marks.h"

struct live {
    struct session session;
    struct mark *marks; /* their timings are indices into the list below */
    size_t mark_count;
    size_t mark_cap;
    struct timing *timings;
    size_t timing_count;
    size_t timing_cap;
    bool ended;
    uint64_t close_at;  /* ended: the row that finds it over */
    struct live *next;  /* of the same slot; of the free ones */
    struct live *later; /* ended: the one that ended after it */
};

/* A zeroed struct is empty. */
struct lives {
    struct live **slots; /* a hash table of lists */
    size_t slot_count;
    size_t count;
    struct live *spare;
    struct live *first_ended; /* in the order in which they ended */
    struct live *last_ended;
    uint64_t rows;     /* heard so far */
    size_t swept;      /* slots that are known to be empty, while all are asked for */
    size_t most_marks; /* of one session: what comes beyond is refused */
};

void lives_init(struct lives *lives, size_t script_steps);
void lives_release(struct lives *lives);

/* Hears a row; step is its step or NO_STEP.  *refused: the session has more rows than any that
 * plays this script.  0 or -E_NOMEM. */
int lives_hear(struct lives *lives, const struct run_row *row, uint32_t step, bool *refused);

/* One that is over, at this row or, with `all`, because the file is; NULL: none (any more).  It is
 * lent until lives_forget(), which must come before the next is asked for. */
struct live *lives_over(struct lives *lives, bool all);
/* Its session's reason is freed unless it has been taken. */
void lives_forget(struct lives *lives, struct live *live);

#endif
