/* What the Gantt charts share: the frame (title, legend, a panel a build with its numbers, grid,
 * axes) and the row of a session.  A chart is a `struct chart` that its own file fills in. */
#ifndef STRETTO_ANALYZER_CHART_H
#define STRETTO_ANALYZER_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/canvas.h"
#include "analyzer/layout.h"
#include "analyzer/load.h"

#define INK 0x1f2933
#define INK_SOFT 0x52606d
#define INK_WARN 0xb23b00

struct chart {
    const char *name; /* of its files: "sessions" */
    const char *title;
    const char *subtitle;
    const char *x_label; /* the unit follows in brackets */
    const char *y_label;
    struct build *builds;
    size_t count;
    double width;
    int64_t mark_us;
    int64_t span_us; /* of the time axis */
    bool by_start;   /* aligned: time counts from each session's own start */
    bool mark_shown;
    bool ideal_shown;
    /* The order of the rows from the bottom up, into order[session_count]. */
    void (*order)(const struct build *build, size_t *order);
    /* Numbers under a panel's name, NULL-ended.  Each writes "name\tvalue", or nothing; a line for
     * which no build has anything takes no room. */
    void (*const *heads)(const struct chart *chart, const struct build *build, char *out,
                         size_t size);
};

/* Each names its files and knows all else; `width` in pixels. */
void chart_sessions(struct chart *chart, struct build *builds, size_t count, double width,
                    int64_t mark_us);
void chart_aligned(struct chart *chart, struct build *builds, size_t count, double width,
                   int64_t mark_us);

void chart_layout(const struct chart *chart, struct layout *layout);

/* Draws and writes one file: PNG, or SVG.  0 or a negative code. */
int chart_write_png(const struct chart *chart, const char *path, struct error *err);
int chart_write_svg(const struct chart *chart, const char *path, struct error *err);

/* The colour of a wait. */
uint32_t chart_colour(enum wait_kind kind);
/* Its class in the SVG: "wait home". */
const char *chart_class(enum wait_kind kind);

/* Of a wait whose end never came: "wait home unanswered". */
const char *chart_open_class(enum wait_kind kind);

/* What needs a word in the legend's second line. */
bool chart_has_open(const struct chart *chart);
bool chart_has_late(const struct chart *chart);

/* Where a moment lies inside a panel. */
double chart_x(const struct chart *chart, const struct layout *layout, size_t panel, int64_t us);

/* Lines that both charts show: of sessions that did not end well, and of a late player. */
void chart_head_lost(const struct chart *chart, const struct build *build, char *out, size_t size);
void chart_head_late(const struct chart *chart, const struct build *build, char *out, size_t size);
void chart_head_spread(const char *name, const struct spread *spread, char *out, size_t size);

/* Is there anything for this line in any build? */
bool chart_head_used(const struct chart *chart, size_t line);
#define CHART_HEAD_TEXT 256

#endif
