/* Which of a user's rows in a trace each slice goes to, so that on every row slices lie one after
 * another or inside one another, as the format demands.  Pure.
 *
 * A session lies on the first lane that is free when it begins, and holds it until it ends; its
 * steps lie inside it as long as they come one after another.  What overlaps goes to the first
 * other lane that is free. */
#ifndef STRETTO_ANALYZER_LANES_H
#define STRETTO_ANALYZER_LANES_H

#include <stddef.h>
#include <stdint.h>

/* A zeroed struct has none; lanes_release() accepts it. */
struct lanes {
    int64_t *free_us; /* a lane: when its last slice ends */
    size_t count;
    size_t room;
    size_t session;  /* the lane of the session at hand */
    int64_t step_us; /* when its last step on that lane ends */
};

void lanes_clear(struct lanes *lanes);
void lanes_release(struct lanes *lanes);

/* Starts never decrease from call to call of one session, ends are not before starts, and no step
 * ends after its session.  0 or -E_NOMEM. */
int lanes_session(struct lanes *lanes, int64_t start_us, int64_t end_us);
int lanes_step(struct lanes *lanes, int64_t start_us, int64_t end_us, size_t *out);

#endif
