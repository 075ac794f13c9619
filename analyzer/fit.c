#include "analyzer/fit.h"

#include <math.h>
#include <stdlib.h>

#include "core/error.h"

#define Z95 1.959964

static void swap(double *a, double *b)
{
    double kept = *a;

    *a = *b;
    *b = kept;
}

/* The value of this rank (Hoare's selection): no larger one is left before it, no smaller one
 * behind.  A sort would take ten times as long. */
static double ranked(double *values, size_t count, size_t rank)
{
    size_t from = 0;
    size_t to = count - 1;

    while (from < to) {
        double pivot = values[from + (to - from) / 2];
        size_t low = from;
        size_t high = to;

        for (;; low++, high--) {
            while (values[low] < pivot)
                low++;
            while (values[high] > pivot)
                high--;
            if (low >= high)
                break;
            swap(&values[low], &values[high]);
        }
        if (rank <= high)
            to = high;
        else
            from = high + 1;
    }
    return values[rank];
}

/* Changes the order of the values. */
static double median(double *values, size_t count)
{
    double above = ranked(values, count, count / 2);
    double below = values[0];

    if (count % 2)
        return above;
    for (size_t i = 1; i < count / 2; i++)
        below = fmax(below, values[i]);
    return (below + above) / 2;
}

/* Part `part` of `parts` of the points, as equal as whole points allow. */
static struct fit_point median_point(const struct fit_point *points, size_t count, size_t part,
                                     size_t parts, double *scratch)
{
    size_t from = count * part / parts;
    size_t to = count * (part + 1) / parts;

    for (size_t i = from; i < to; i++)
        scratch[i - from] = points[i].y;
    return (struct fit_point){
        (points[from + (to - from - 1) / 2].x + points[from + (to - from) / 2].x) / 2,
        median(scratch, to - from)};
}

static size_t thin(const struct fit_point *points, size_t count, struct fit_point *out,
                   double *scratch)
{
    size_t parts = count < FIT_MEDIANS ? count : FIT_MEDIANS;

    for (size_t i = 0; i < parts; i++)
        out[i] = median_point(points, count, i, parts, scratch);
    return parts;
}

/* Of all pairs that differ in x. */
static size_t pair_slopes(const struct fit_point *points, size_t count, double *out)
{
    size_t pairs = 0;

    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count; k++) {
            if (points[k].x > points[i].x)
                out[pairs++] = (points[k].y - points[i].y) / (points[k].x - points[i].x);
        }
    }
    return pairs;
}

/* Of Kendall's S when x and y have nothing to do with each other; ties in x make it smaller. */
static double variance(const struct fit_point *points, size_t count)
{
    double n = (double)count;
    double sum = n * (n - 1) * (2 * n + 5);

    for (size_t from = 0, to; from < count; from = to) {
        double ties;

        for (to = from + 1; to < count && points[to].x == points[from].x;)
            to++;
        ties = (double)(to - from);
        sum -= ties * (ties - 1) * (2 * ties + 5);
    }
    return sum / 18;
}

/* Sen's: the slopes whose ranks lie as far from the middle as chance alone may bring them. */
static void find_interval(struct fit *fit, double *slopes, size_t pairs, double variance)
{
    double reach = Z95 * sqrt(variance);
    double low = floor(((double)pairs - reach) / 2) - 1;
    double high = ceil(((double)pairs + reach) / 2);

    fit->low = low < 0 ? -INFINITY : ranked(slopes, pairs, (size_t)low);
    fit->high = high >= (double)pairs ? INFINITY : ranked(slopes, pairs, (size_t)high);
}

static double median_intercept(const struct fit_point *points, size_t count, double slope,
                               double *scratch)
{
    for (size_t i = 0; i < count; i++)
        scratch[i] = points[i].y - slope * points[i].x;
    return median(scratch, count);
}

static double explained_share(const struct fit *fit, const struct fit_point *points, size_t count,
                              double *scratch)
{
    double around_median = 0;
    double around_line = 0;
    double centre;

    for (size_t i = 0; i < count; i++)
        scratch[i] = points[i].y;
    centre = median(scratch, count);
    for (size_t i = 0; i < count; i++) {
        around_median += fabs(points[i].y - centre);
        around_line += fabs(points[i].y - fit_at(fit, points[i].x));
    }
    return around_median > 0 ? fmax(0, 1 - around_line / around_median) : 0;
}

/* scratch: room for all points, or for all pairs of medians. */
static void draw_line(struct fit *out, const struct fit_point *points, size_t count,
                      struct fit_point *medians, double *scratch)
{
    size_t few = thin(points, count, medians, scratch);
    size_t pairs = pair_slopes(medians, few, scratch);

    if (pairs == 0)
        return;
    out->slope = median(scratch, pairs);
    find_interval(out, scratch, pairs, variance(medians, few));
    out->intercept = median_intercept(medians, few, out->slope, scratch);
    out->explained = explained_share(out, points, count, scratch);
}

int fit_line(struct fit *out, const struct fit_point *points, size_t count)
{
    const size_t pairs = FIT_MEDIANS * (FIT_MEDIANS - 1) / 2;
    struct fit_point medians[FIT_MEDIANS];
    double *scratch = malloc((count > pairs ? count : pairs) * sizeof(*scratch));

    *out = (struct fit){.count = count, .slope = NAN, .low = -INFINITY, .high = INFINITY};
    if (!scratch)
        return -E_NOMEM;
    if (count > 0) {
        out->x_least = points[0].x;
        out->x_most = points[count - 1].x;
        draw_line(out, points, count, medians, scratch);
    }
    free(scratch);
    return 0;
}

/* In rising order of active sessions; those of the same number keep the order of their start. */
static void order_by_active(const struct step_observations *step, size_t *places, size_t most,
                            struct fit_point *out)
{
    size_t sum = 0;

    for (size_t i = 0; i < step->count; i++)
        places[step->list[i].active]++;
    for (size_t i = 0; i <= most; i++) {
        size_t count = places[i];

        places[i] = sum;
        sum += count;
    }
    for (size_t i = 0; i < step->count; i++) {
        const struct observation *o = &step->list[i];

        out[places[o->active]++] = (struct fit_point){o->active, (double)o->us};
    }
}

int fit_waits(struct fit *out, const struct step_observations *step)
{
    struct fit_point *points = malloc((step->count + 1) * sizeof(*points));
    size_t most = 0;
    size_t *places;
    int rc = -E_NOMEM;

    for (size_t i = 0; i < step->count; i++) {
        if (step->list[i].active > most)
            most = step->list[i].active;
    }
    places = calloc(most + 1, sizeof(*places));
    if (points && places) {
        order_by_active(step, places, most, points);
        rc = fit_line(out, points, step->count);
    }
    free(points);
    free(places);
    return rc;
}

bool fit_is_sure(const struct fit *fit)
{
    return fit->low > 0 || fit->high < 0;
}

double fit_at(const struct fit *fit, double x)
{
    return fit->intercept + fit->slope * x;
}
