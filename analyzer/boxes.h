/* Box plots as numbers: five percentiles of every wait in every build, and which of the waits
 * deserve the first look.  Pure. */
#ifndef STRETTO_ANALYZER_BOXES_H
#define STRETTO_ANALYZER_BOXES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/charts.h"

#define BOX_PARTS 5

/* With count 0 the others are 0 and mean nothing. */
struct five {
    size_t count;
    int64_t us[BOX_PARTS]; /* p5, p25, p50, p75, p95 */
};
enum { BOX_P5, BOX_P25, BOX_P50, BOX_P75, BOX_P95 };

/* Changes the order of the values. */
struct five five_of(int64_t *values, size_t count);

/* Their medians differ by more than chance: the notches (McGill, Tukey and Larsen: 1.58 times the
 * middle half's width, divided by the root of the count) do not overlap. */
bool five_differ(const struct five *a, const struct five *b);

/* A row a wait that any build has; a box of it a build. */
struct boxes {
    struct five *list;
    size_t *matched; /* a row: which of match->list it is */
    size_t count;    /* of rows */
    size_t builds;
};

/* A zeroed struct is empty; boxes_release() accepts it.  0 or -E_NOMEM. */
int boxes_compute(struct boxes *out, const struct scene *scene);
void boxes_release(struct boxes *boxes);
/* Those of a row, one a build. */
const struct five *boxes_row(const struct boxes *boxes, size_t row);

enum box_order {
    BOX_SLOWEST,  /* the largest p95 of any build */
    BOX_VARIABLE, /* p5 to p95 against the median; short waits, which nobody feels, count little */
    BOX_APART,    /* how far the five percentiles of two builds lie apart, when five_differ() */
    BOX_ORDERS,
};

/* The higher, the earlier; 0: it does not belong there at all.  longest_us: the largest p95 of all
 * rows. */
double box_score(const struct five *row, size_t builds, enum box_order order, int64_t longest_us);

/* The first rows of an order, at most `most` into rows[]; ties are in the order of the script. */
size_t boxes_rank(const struct boxes *boxes, enum box_order order, size_t *rows, size_t most);

#endif
