/* When an answer that the recording's browser did not wait for is hung up: an event stream, a long
 * poll, a cancelled request.  Pure: the clock is passed in.
 *
 * A browser leaves because of what it has seen.  Where the script names a last thing (`until`),
 * that is the cause and is waited for.  Otherwise the answer is kept as long as in the recording,
 * and at least until everything has ended that had ended before it was left: an app that is slow
 * today must not lose its stream in the middle. */
#ifndef STRETTO_PLAYER_LEAVING_H
#define STRETTO_PLAYER_LEAVING_H

#include <stdbool.h>
#include <stdint.h>

struct leaving {
    int64_t start_us;
    int64_t length_us;   /* as recorded, x think */
    int64_t patience_us; /* --timeout */
    bool until;          /* the script names a last thing */
    bool answered;       /* the answer's head has come */
    bool marked;         /* the last thing has come */
    bool alone;          /* all that had ended before it has ended */
};

enum leaving_say {
    LEAVING_STAY,
    LEAVING_GO,
    LEAVING_MISSING, /* the head, or the last thing, did not come in time: a failure */
};

enum leaving_say leaving_decide(const struct leaving *leaving, int64_t now_us);
/* When time alone may change that: ask again then. */
int64_t leaving_wake_us(const struct leaving *leaving);

#endif
