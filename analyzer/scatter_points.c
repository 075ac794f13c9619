#include "analyzer/scatter_points.h"

#include <math.h>
#include <stdlib.h>

#include "core/error.h"

#define LINE_SESSIONS 9
#define LINE_PLACES 120
#define MOST_BINS 48
#define WINDOW_ENOUGH 1000 /* of a wider window every other value, every third, ... */

static void add(struct scatter_points *points, size_t session, int64_t us, enum scatter_sort sort)
{
    points->list[points->count++] = (struct scatter_point){us, (uint32_t)session, sort};
    points->of[sort]++;
    if (sort == POINT_LOST) {
        points->most_lost_us = us > points->most_lost_us ? us : points->most_lost_us;
        return;
    }
    if (us > points->most_us)
        points->most_us = us;
    if (us < points->least_us || points->of[POINT_COUNTED] + points->of[POINT_ASIDE] == 1)
        points->least_us = us;
}

/* Calculations of a session that did not end well, whose end never came. */
static void add_lost_calculations(struct scatter_points *out, struct build *build, size_t session,
                                  struct wait *waits)
{
    size_t count = waits_of_session(&build->plan, &build->table, session, waits);

    for (size_t i = 0; i < count; i++) {
        if (build->plan.calculations[waits[i].step] >= 0 &&
            !wait_ended(&build->plan, &build->table, session, &waits[i]))
            add(out, session, waits[i].end_us - waits[i].start_us, POINT_LOST);
    }
}

static void add_session(struct scatter_points *out, struct build *build, enum metric metric,
                        size_t session, struct wait *waits, int64_t *values)
{
    const struct session *s = &build->table.sessions[session];
    size_t count =
        metric_of_session(&build->plan, &build->table, session, metric, 0, waits, values);

    for (size_t i = 0; i < count; i++)
        add(out, session, values[i], s->counted ? POINT_COUNTED : POINT_ASIDE);
    if (s->outcome == SESSION_DONE)
        return;
    if (metric == METRIC_CALCULATION)
        add_lost_calculations(out, build, session, waits);
    else if (count == 0)
        add(out, session, s->end_us - s->start_us, POINT_LOST);
}

int scatter_points_collect(struct scatter_points *out, struct build *build, enum metric metric)
{
    const struct table *table = &build->table;
    size_t longest = table_longest(table) + 1;
    size_t per_session = metric == METRIC_CALCULATION ? build->plan.calculation_count : 1;
    struct wait *waits = malloc(longest * sizeof(*waits));
    int64_t *values = malloc((longest + 1) * sizeof(*values));
    int rc = -E_NOMEM;

    *out = (struct scatter_points){0};
    out->list = malloc((table->session_count * per_session + 1) * sizeof(*out->list));
    if (waits && values && out->list) {
        for (size_t i = 0; i < table->session_count; i++)
            add_session(out, build, metric, i, waits, values);
        rc = 0;
    }
    free(waits);
    free(values);
    return rc;
}

struct running running_plan(size_t n, size_t each)
{
    size_t least =
        LINE_SESSIONS * each; /* else the line would follow one session's ups and downs */
    size_t window = (n / 20 > least ? n / 20 : least) | 1;
    size_t places = n > window ? (n - window) / each + 1 : 0;

    if (n < 2 * window)
        return (struct running){0};
    return (struct running){window, places < LINE_PLACES ? places : LINE_PLACES};
}

int64_t running_median(const struct running *plan, const int64_t *values, size_t n, size_t i,
                       size_t *middle, int64_t *scratch)
{
    size_t last = n - plan->window; /* where the last window begins */
    size_t from = plan->places > 1 ? last * i / (plan->places - 1) : 0;
    size_t stride = plan->window / WINDOW_ENOUGH + 1;
    size_t count = 0;
    size_t first = 0;

    for (size_t k = 0; k < plan->window; k += stride)
        scratch[count++] = values[from + k];
    *middle = from + plan->window / 2;
    return percentile_select(scratch, &first, count, 0.5);
}

size_t histogram_bins(size_t n)
{
    size_t bins = (size_t)ceil(4 * cbrt((double)n)); /* twice Rice's: the axis begins at 0 */

    return bins < MOST_BINS ? bins : MOST_BINS;
}
