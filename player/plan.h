/* The order of a script's steps, from their recorded intervals.  Pure; made once, shared by fork.
 *
 * A step may start when every step that had ended before it began has ended.  With the steps ranked
 * by their end those are always the first `need` ranks, so a session only counts how far it has
 * got.  Where the intervals alone would lead astray:
 *
 * - A page is the cause of all that follows it: it counts as ended when the next step begins,
 *   although a browser's preload scanner may ask for a script before the page's last byte.
 * - What a page names in its text (step->named) is caused by that page alone, in the burst that the
 *   page begins.
 * - A picture or a font causes nothing: it counts as ended when nothing is under way any more. What
 *   began later waits for it too, as what a page does when all of it has loaded.
 * - What began when one of six busy connections came free had waited for that: it is due with the
 *   step before it, and the connections decide when it is asked for. */
#ifndef STRETTO_PLAYER_PLAN_H
#define STRETTO_PLAYER_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/script.h"

struct plan_step {
    uint32_t need;  /* how many ranks must have ended before it may start */
    uint32_t rank;  /* its own place in the order of ends */
    int64_t gap_us; /* recorded time from the last of those ends to its begin: think time */
    bool page_load; /* page load is over when the last of these has ended */
    /* Requests: nothing more is asked of the server within PLAN_KEEP_US of its end, so a browser's
     * idle connections may go. */
    bool ends_burst;
};

struct plan {
    struct plan_step *steps; /* one a step of the script */
    size_t count;
    size_t page_load_steps; /* how many have page_load set */
};

/* How many connections a browser has to a host, by HTTP/1.1. */
#define PLAN_CONNECTIONS 6

/* How long idle connections are kept for the next request: servers keep them for about as long. */
#define PLAN_KEEP_US INT64_C(5000000)

/* sequential: one step after another, as shinycannon plays.  0 or -E_NOMEM; owner: plan_release().
 */
int plan_init(struct plan *plan, const struct script *script, bool sequential);
void plan_release(struct plan *plan);

#endif
