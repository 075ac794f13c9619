/* What events.csv and trace.json say of steps: the same, in one place.  Pure. */
#ifndef STRETTO_ANALYZER_TOLD_H
#define STRETTO_ANALYZER_TOLD_H

#include <stdint.h>

#include "analyzer/charts.h"
#include "core/wait.h"

struct told_step {
    const char *label; /* the charts', unlike any other's; lent by the match */
    const char *phase; /* of the script's marks; "" before the first, and without any */
    enum wait_kind kind;
    unsigned line; /* of the script */
};

#define TOLD_NO_WAIT INT64_C(-1)

/* Room for one build's sessions, one after another. */
struct told {
    struct build *build;
    struct told_step *steps;
    struct wait *waits;
    int64_t *waited_us; /* told_session(): an event of the session: the wait that begins at it (of a
                           calculation all, at the first of its steps), or TOLD_NO_WAIT: nobody
                           waits, or it never ended */
};

/* 0 or -E_NOMEM; a zeroed struct is empty, told_release() accepts it. */
int told_init(struct told *told, const struct scene *scene, size_t build);
void told_session(struct told *told, size_t session);
void told_release(struct told *told);

#endif
