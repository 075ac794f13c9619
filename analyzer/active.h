/* How many sessions were active at a moment.  Pure. */
#ifndef STRETTO_ANALYZER_ACTIVE_H
#define STRETTO_ANALYZER_ACTIVE_H

#include "analyzer/table.h"

/* A zeroed struct is a run in which nobody ever was; active_release() accepts it. */
struct active {
    int64_t *starts_us; /* each in rising order */
    int64_t *ends_us;
    size_t count;
    size_t each; /* how many sessions each of them stands for: 1, but of a streamed run */
    size_t most; /* at any moment */
};

/* 0 or -E_NOMEM. */
int active_compute(struct active *out, const struct table *table);
/* Sets `most` by the rest. */
void active_find_most(struct active *active);
void active_release(struct active *active);

/* Those that had started by then and not ended before; us since the first session started. */
size_t active_at(const struct active *active, int64_t us);

/* The same, faster for moments that are near each other: a zeroed cursor stands at the start. */
struct active_cursor {
    size_t started;
    size_t ended;
};
size_t active_near(const struct active *active, int64_t us, struct active_cursor *cursor);

#endif
