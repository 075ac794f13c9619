/* A straight line through points, which outliers do not bend: the median of the slopes of all pairs
 * (Theil and Sen), its interval from the ranks of these slopes (Sen).  Pure.
 *
 * Where points are many, they are first taken together to medians of equally many neighbours along
 * x; the interval is then somewhat wider than it could be.  It takes the points for independent:
 * waits that stand in the same queue are not, so a slope whose interval only just excludes 0 is no
 * proof. */
#ifndef STRETTO_ANALYZER_FIT_H
#define STRETTO_ANALYZER_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/observations.h"

#define FIT_MEDIANS 128 /* more points than these are taken together */

struct fit_point {
    double x;
    double y;
};

struct fit {
    size_t count;     /* of points */
    double slope;     /* of y a unit of x; NAN when all x are alike */
    double intercept; /* y at x = 0 */
    double low;       /* of the slope, 95 %; -INFINITY, INFINITY where the points are too few */
    double high;
    double explained; /* 0 .. 1: the share of the points' distance to their median that the line
                         takes away (the points' own, not that of medians of neighbours) */
    double x_least;   /* where the points lie: the line says nothing beyond */
    double x_most;
};

/* The points in rising order of x.  0 or -E_NOMEM. */
int fit_line(struct fit *out, const struct fit_point *points, size_t count);

/* How long a step's waits were (x: sessions active, y: microseconds).  0 or -E_NOMEM. */
int fit_waits(struct fit *out, const struct step_observations *step);

/* The interval lies on one side of 0. */
bool fit_is_sure(const struct fit *fit);
double fit_at(const struct fit *fit, double x);

#endif
