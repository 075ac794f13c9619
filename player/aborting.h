/* When a run is not worth going on with: the rule of --abort-after, and whether it is met.  Pure.
 */
#ifndef STRETTO_PLAYER_ABORTING_H
#define STRETTO_PLAYER_ABORTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/* A share means something once so many sessions have ended. */
#define ABORT_ENDED_LEAST 20

enum abort_kind { ABORT_NEVER, ABORT_FAILED, ABORT_SHARE, ABORT_TIME };

struct abort_rule {
    enum abort_kind kind;
    uint64_t failed;
    double percent;
    int64_t after_us;
};

/* "20" failed sessions, "10%" of those that ended, or a time; NULL: never.  0 or -E_USAGE. */
int abort_parse(struct abort_rule *rule, const char *text, struct error *err);

/* Is it to end now?  The reason, in words, goes into why[size].  `failed` counts the lost ones too.
 */
bool abort_decide(const struct abort_rule *rule, uint64_t done, uint64_t failed, int64_t elapsed_us,
                  char *why, size_t size);

#endif
