/* What a row tells of a step, while the table is made: it began, or it ended. */
#ifndef STRETTO_ANALYZER_MARKS_H
#define STRETTO_ANALYZER_MARKS_H

#include "analyzer/table.h"

struct mark {
    union {
        uint32_t session;
        uint32_t timing; /* once it is known whose they are: of the table, or NO_TIMING */
    };
    uint32_t step_and_end; /* step * 2, and 1 for an end: so sorting puts a start before its end */
    int64_t time_us;
};

/* Where a request's time went, as the table keeps it. */
struct timing timing_of(const struct run_phases *phases);

/* Which step of the script a row is about. */
struct line_index {
    uint32_t *steps;
    size_t lines;
};

#define NO_STEP UINT32_MAX

/* 0 or -E_NOMEM; line_index_release(). */
int line_index_init(struct line_index *index, const struct script *script);
void line_index_release(struct line_index *index);
/* NO_STEP: the row is about none, or of none that the script has. */
uint32_t line_index_step(const struct line_index *index, const struct run_row *row);

/* For a table of as many places as a power of two. */
uint64_t session_hash(long id, long user, long iteration);
/* A session of which this is the first row that came; times stay on the wall clock. */
void session_begin(struct session *s, const struct run_row *row);
/* What a row tells of its session as a whole.  0 or -E_NOMEM. */
int session_hear(struct session *s, const struct run_row *row);

/* Puts the marks of one session in order and their events behind those of the table, which has room
 * for them: one a start.  The table's begin_wall_us is what their times are counted from. */
void marks_pair(struct table *out, struct session *s, struct mark *marks, size_t count);

#endif
