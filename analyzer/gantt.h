/* What the Gantt charts share: the frame (title, legend, a panel a build with its numbers, grid,
 * axes) and the rows of sessions.  A chart is a `struct gantt` that its own file fills in. */
#ifndef STRETTO_ANALYZER_GANTT_H
#define STRETTO_ANALYZER_GANTT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/canvas.h"
#include "analyzer/charts.h"
#include "analyzer/layout.h"
#include "analyzer/load.h"
#include "analyzer/palette.h"

struct gantt {
    const struct chart_kind *kind;
    const struct scene *scene;
    const char *x_label; /* the unit follows in brackets */
    const char *y_label;
    const char *row_is; /* what a row stands for, in the plural: "sessions" */
    int64_t span_us;    /* of the time axis */
    bool by_start;      /* aligned: time counts from each session's own start */
    bool mark_shown;
    bool ideal_shown;
    /* In which row each session of a build stands, from the bottom up, into row_of[session_count],
     * and how many rows that makes.  0 or -E_NOMEM. */
    int (*place)(const struct build *build, size_t *row_of, size_t *rows);
    /* Numbers under a panel's name, NULL-ended.  Each writes "name\tvalue", or nothing; a line for
     * which no build has anything takes no room. */
    void (*const *heads)(const struct gantt *gantt, const struct build *build, char *out,
                         size_t size);
};

/* The rows of one build. */
struct gantt_rows {
    size_t *row_of; /* a session */
    size_t count;
};

/* The state of a sheet that draws one. */
struct gantt_state {
    struct gantt gantt;
    struct layout layout;
    struct gantt_rows *rows; /* a build */
};

/* A sheet that draws it; the gantt is copied, the scene lent until sheet_release().  0 or -E_NOMEM.
 */
int gantt_sheet(const struct gantt *gantt, struct sheet *out, struct error *err);

/* The axis of charts on the run's own clock: until the last session of any build has ended. */
int64_t gantt_run_span_us(const struct scene *scene);

/* What needs a word in the legend's second line. */
bool gantt_has_open(const struct gantt *gantt);
bool gantt_has_late(const struct gantt *gantt);
bool gantt_has_uncounted(const struct gantt *gantt);

/* Where a moment lies inside a panel. */
double gantt_x(const struct gantt *gantt, const struct layout *layout, size_t panel, int64_t us);

/* Lines that several charts show. */
void gantt_head_page_load(const struct gantt *gantt, const struct build *build, char *out,
                          size_t size);
void gantt_head_calculation(const struct gantt *gantt, const struct build *build, char *out,
                            size_t size);
void gantt_head_counted(const struct gantt *gantt, const struct build *build, char *out,
                        size_t size);
void gantt_head_lost(const struct gantt *gantt, const struct build *build, char *out, size_t size);
void gantt_head_late(const struct gantt *gantt, const struct build *build, char *out, size_t size);
void gantt_head_spread(const char *name, const struct spread *spread, char *out, size_t size);

/* Is there anything for this line in any build? */
bool gantt_head_used(const struct gantt *gantt, size_t line);
#define GANTT_HEAD_TEXT 256

#endif
