/* The waits of one session: the rectangles of its row, and the numbers behind them.
 * Pure; what a wait is and where page load ends is decided in core/wait.h. */
#ifndef STRETTO_ANALYZER_WAITS_H
#define STRETTO_ANALYZER_WAITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/table.h"
#include "core/script.h"
#include "core/wait.h"

/* What a script says about every session that plays it.  The script must outlive it. */
struct plan {
    const struct script *script;
    enum wait_kind *kinds; /* a step */
    int *calculations;     /* a step: its calculation's number, or -1 */
    size_t *last_of;       /* a calculation: its last step */
    size_t calculation_count;
    size_t load_last;
    size_t load_steps; /* how many steps page load consists of */
    bool load_only_last;
    double think;    /* how the run stretched the recorded think times; 1 unless it says so */
    size_t *scratch; /* a calculation: where it stands among the waits of the session at hand */
};

int plan_init(struct plan *plan, const struct script *script);
void plan_release(struct plan *plan);

struct wait {
    enum wait_kind kind;
    uint32_t step; /* the first of it */
    int64_t start_us;
    int64_t end_us;
    bool open; /* its end was never reported; end_us is where the session ended */
};

/* All waits of a session, in the order of the script; a calculation is one, from the first START to
 * the last END of its steps.  `out` has room for the session's event_count; returns how many. */
size_t waits_of_session(struct plan *plan, const struct table *table, size_t session,
                        struct wait *out);

/* Nothing of it is open; and a calculation has settled: its last step was reported, or the session
 * went on without it. */
bool wait_ended(const struct plan *plan, const struct table *table, size_t session,
                const struct wait *wait);

/* The same of the recording itself: what one user alone waited for, with the think times between
 * stretched as the run stretched them.  `out` has room for every step; *length_us is how long a
 * session would take if nobody else were there. */
size_t waits_of_script(struct plan *plan, struct wait *out, int64_t *length_us);

/* From the session's first start to the end of page load; -1 when it never ended. */
int64_t page_load_us(const struct plan *plan, const struct table *table, size_t session);

#endif
