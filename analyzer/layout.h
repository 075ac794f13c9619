/* Where everything stands on a chart: numbers in, numbers out, nothing drawn. */
#ifndef STRETTO_ANALYZER_LAYOUT_H
#define STRETTO_ANALYZER_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAYOUT_MOST_ROWS 3000 /* more entries than this share rows */
#define LAYOUT_LEAST_PANEL                                                                         \
    240.0 /* units; a picture gets wider than asked for rather than unreadable */

struct layout_request {
    size_t builds;     /* 1 and up */
    size_t entries;    /* sessions or users, of the build that has most */
    double width;      /* pixels, as asked for */
    size_t head_lines; /* of text between a panel's name and its rows */
    size_t told;       /* lines between subtitle and legend: what to know of these runs */
    bool notes;        /* a second line of the legend */
    bool mark;         /* lines through the rows, whose names stand above them */
    bool foot;         /* a ghost bar under the rows */
};

struct layout {
    double unit; /* pixels a unit of type and margin: 1 at a width of 1600 */
    double width;
    double height;
    double left; /* of the first panel */
    double panel_width;
    double panel_step; /* from one panel's left to the next one's */
    double title_y;    /* base lines */
    double subtitle_y;
    double told_y;
    double legend_y;
    double notes_y;
    double head_y;
    double line_step;
    double top; /* of the rows' area */
    double bottom;
    double foot_height; /* of the area of ghost bars, between bottom and the axis */
    double row_height;
    double row_gap; /* of which is left free */
    size_t entries; /* as requested */
    size_t bundle;  /* entries a row */
    size_t rows;
};

/* Pixels a unit of type and margin, in a picture of this width. */
double layout_unit(double width);

void layout_plan(struct layout *out, const struct layout_request *request);

/* The most builds that a picture can hold. */
size_t layout_most_builds(void);

/* The top of row 0, 1, ... from the bottom up. */
double layout_row_y(const struct layout *layout, size_t row);

/* Ticks of a time axis from 0 to span. */
struct axis {
    int64_t step_us;
    int64_t unit_us;
    const char *unit; /* "s" */
};

struct axis axis_plan(int64_t span_us, size_t most_ticks);
/* "12", "2.5", "1:20": the tick at us in the axis' unit. */
const char *axis_label(const struct axis *axis, int64_t us, char *out, size_t size);

/* Ticks of a counting axis 1..count: 1, 2 or 5 times a power of ten apart. */
size_t count_step(size_t count, size_t most_ticks);

#endif
