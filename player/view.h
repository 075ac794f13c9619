/* What a person sees of a run while it goes on: a pure function from numbers to lines.
 * docs/play.md shows it and says how to read it. */
#ifndef STRETTO_PLAYER_VIEW_H
#define STRETTO_PLAYER_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"

#define VIEW_TOP 3
#define VIEW_WORKERS 256
/* The figures of "now" are those of so many seconds. */
#define VIEW_SECONDS 10

struct view_times {
    uint64_t count; /* 0: there are none */
    int64_t p50_us;
    int64_t p95_us;
    int64_t p99_us;
};

struct view_failure {
    uint64_t sessions;
    const char *role; /* the script's name in a mix; NULL: there is one script */
    unsigned line;    /* 0: of no line */
    const char *text;
};

struct view_step {
    const char *role;  /* as above */
    const char *label; /* NULL: there was no wait */
    unsigned line;
    int64_t mean_us;
    int64_t max_us;
};

/* All pointers are loans. */
struct view {
    int64_t elapsed_us; /* below 0: the run has not begun */
    int64_t left_us;    /* at the least; 0: only the last sessions' ends are waited for */
    bool stopping;
    const char *who; /* "sessions" or "users": of whom there are still some to start */
    uint64_t to_start;
    uint64_t loading;
    uint64_t waiting;
    uint64_t thinking;
    uint64_t done;
    uint64_t failed;
    uint64_t lost;
    double starts; /* a second, as are the next three */
    double requests;
    double messages; /* both ways */
    double bytes;    /* received */
    struct view_times page_load_now;
    struct view_times page_load;
    struct view_times calculation_now;
    struct view_times calculation;
    struct view_step slowest; /* now */
    struct view_failure failures[VIEW_TOP];
    size_t failure_count;
    size_t more_failures; /* kinds that are not among these */
    struct view_times late_now;
    int workers;
    const double *cpu;  /* a worker's share of a core in the last second */
    uint64_t memory_kb; /* of all workers */
};

/* Lines of at most `columns` columns, each with its newline.  0 or -E_NOMEM. */
int view_lines(const struct view *view, unsigned columns, struct buf *out);
/* The same in one line of any length, without a newline. */
int view_line(const struct view *view, struct buf *out);

/* How many bytes of text take at most so many columns, which are then the columns that they take.
 * Characters of the far east take two. */
size_t view_fit(const char *text, size_t len, unsigned *columns);

#endif
