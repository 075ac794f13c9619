/* The frame of every chart that is no Gantt chart: title, notes, a legend, and a grid of panels
 * with their axes.  What stands where is decided by plot_plan() alone; the chart draws into the
 * panels' boxes through two rulers, which turn values into pixels. */
#ifndef STRETTO_ANALYZER_PLOT_H
#define STRETTO_ANALYZER_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/canvas.h"
#include "analyzer/charts.h"

#define RULER_TICKS 16
#define RULER_LOG_FROM 100 /* the largest value is this many times the smallest */

struct tick {
    double at;
    char text[24];
};

/* From values to pixels.  Values are what the ruler was made for: microseconds, counts, shares. */
struct ruler {
    double least; /* value at `from` */
    double most;  /* value at `to` */
    double from;  /* pixels; for an upright one from is the bottom */
    double to;
    bool log; /* then 0 < least */
    const char *label;
    const char *unit; /* "s"; NULL: none */
    struct tick ticks[RULER_TICKS];
    size_t tick_count;
};

/* Rulers for a panel, without from and to (plot_rule() fills them in).  most_ticks: RULER_TICKS at
 * most.  All begin at 0 but the logarithmic one, which goes from mark to mark (1, 2, 5; of minutes
 * and hours what clocks show). */
struct ruler ruler_time(const char *label, int64_t most_us, size_t most_ticks);
struct ruler ruler_time_log(const char *label, int64_t least_us, int64_t most_us);
/* Logarithmic when it has to span RULER_LOG_FROM, else from 0 to a little above the largest. */
struct ruler ruler_time_either(const char *label, int64_t least_us, int64_t most_us,
                               size_t most_ticks);
struct ruler ruler_count(const char *label, double most, size_t most_ticks);
/* Of things that have no halves. */
struct ruler ruler_whole(const char *label, double most, size_t most_ticks);

/* Puts the unit behind each number, where axes of one picture differ in it. */
void ruler_name_unit(struct ruler *ruler);

/* Pixels of a value; those beyond the ruler's ends are drawn at its ends. */
double ruler_at(const struct ruler *ruler, double value);

struct plot_request {
    double width; /* pixels, as asked for */
    size_t columns;
    size_t rows;
    double panel_height; /* units, of the data's area */
    double label_width;  /* units, left of each row: 0: as much as numbers need */
    double right_width;  /* units, right of each row: for numbers; 0: a margin */
    double panel_label; /* units, left of each column but the first, for its own numbers; 0: none */
    size_t head_lines;  /* text under a panel's name */
    size_t notes;       /* lines under the subtitle: scene->notes->count */
    bool legend;
    bool x_every_row; /* each row of panels has an axis of its own: ticks below it */
};

struct plot {
    double unit; /* pixels a unit of type and margin: 1 at a width of 1600 */
    double width;
    double height;
    double title_y; /* base lines */
    double subtitle_y;
    double notes_y;
    double legend_y;
    double left; /* of the first panel's data */
    double top;
    double panel_width;
    double panel_height;
    double column_step;
    double row_step;
    double head_height; /* above each panel's data: its name and lines */
    size_t columns;
    size_t rows;
};

void plot_plan(struct plot *out, const struct plot_request *request);

/* The data's area of a panel; rows count from the top. */
struct box plot_panel(const struct plot *plot, size_t column, size_t row);
/* Lays rulers along a panel. */
void plot_rule(struct box panel, struct ruler *x, struct ruler *y);

/* Title, subtitle (with `more` behind it unless NULL), notes. */
void plot_title(const struct plot *plot, struct canvas *c, const struct chart_kind *kind,
                const char *more, const struct notes *notes);
/* Text of a legend at x; returns where the next thing may stand.  The key is the caller's, drawn in
 * the box of plot_key(). */
struct box plot_key(const struct plot *plot, double x);
double plot_legend(const struct plot *plot, struct canvas *c, double x, const char *text);
/* The builds' names in their colours, from x on. */
double plot_legend_builds(const struct plot *plot, struct canvas *c, double x,
                          const struct build *builds, size_t count);

/* A panel's name, and `lines` under it. */
void plot_head(const struct plot *plot, struct canvas *c, struct box panel, const char *name,
               const char *const *lines, size_t count);
/* Grid lines of both rulers (either may be NULL), drawn before the data. */
void plot_grid(const struct plot *plot, struct canvas *c, struct box panel, const struct ruler *x,
               const struct ruler *y);
/* The line of --mark across a panel, its name above it at the left, or at the right. */
void plot_mark(const struct plot *plot, struct canvas *c, struct box panel, const struct ruler *y,
               int64_t mark_us, enum anchor side);
/* Numbers at the ticks: below the panel, left of it; either may be NULL. */
void plot_numbers(const struct plot *plot, struct canvas *c, struct box panel,
                  const struct ruler *x, const struct ruler *y);
/* The names of the axes: of x below the middle of all panels, of y along them; NULL: none. */
void plot_axis_names(const struct plot *plot, struct canvas *c, const struct ruler *x,
                     const struct ruler *y);

/* Text that is cut to a width, control characters gone: labels of the app's own making. */
void plot_text(struct canvas *c, const struct font *font, double x, double y, double width,
               const char *text);
/* A step's label on one or two lines (analyzer/label_fit.h), their middle at y. */
void plot_label(struct canvas *c, const struct font *font, double x, double y, double width,
                size_t most_lines, const char *label);

#endif
