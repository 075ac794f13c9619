/* What a plan needs of the machine's limits, told before the run and not by failures in its middle:
 * descriptors of a worker, ports of a source address. */
#ifndef STRETTO_PLAYER_LIMITS_H
#define STRETTO_PLAYER_LIMITS_H

#include <stdint.h>

#include "core/buf.h"
#include "player/play.h"

/* What a worker has open beside its sessions' connections: files, the loop, page loads' for a
 * moment.
 */
#define LIMITS_SPARE 64

struct limits {
    long at_once;     /* sessions, at most */
    int processes;    /* that play them */
    long connections; /* at most at once, while sessions think */
    long wanted;      /* descriptors of a process for that */
    long allowed;     /* descriptors that a process may have */
    long ports;       /* ephemeral ones of an address; 0: of no interest */
    long sources;     /* addresses that connections start from */
};

/* Appends a sentence for each limit that is too low, a line each: what, why, what to do.
 * 0 or -E_NOMEM. */
int limits_write(const struct limits *limits, struct buf *out);

/* Looks at the plan and the machine, and tells on stderr. */
void limits_tell(const struct play *play);

#endif
