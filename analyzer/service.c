#include "analyzer/service.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/fit.h"
#include "analyzer/grid.h"
#include "core/error.h"
#include "core/units.h"

#define LEAST_SESSIONS 8

/* A run is looked at in so many windows, each long enough for several sessions to be served. */
#define WINDOWS_LEAST 8
#define WINDOWS_MOST 64
#define SESSIONS_A_WINDOW 3

/* A session may become longer by so much of a second each second, and by so much of itself over the
 * whole run, before an app falls behind: queues grow and shrink by chance. */
#define LONGER_LEAST 0.05
#define GROWTH_LEAST 0.2

/* Sessions queue in a window where so much of the longest queue's mean length is. */
#define QUEUE_SHARE 0.25

/* Sessions queue in a run whose waits are so many times what they are alone. */
#define QUEUEING_TIMES 2

/* The finest look at who waits when: cells of a quarter of a step's own time, so many at most. */
#define TICKS_LEAST 4096
#define TICKS_MOST ((size_t)1 << 18)

/* One thing at a time: as much is done while many wait as while one does. */
#define ALONE_LEAST 0.8
#define TOGETHER_MOST 1.2
#define TOGETHER_TIME 0.02
#define BUSY_LEAST 0.2

/* What is added up over a run's time. */
struct look {
    struct grid waiting; /* waits under way */
    struct grid working; /* of them in their own time: the last part of a wait */
};

static void look_release(struct look *look)
{
    grid_release(&look->waiting);
    grid_release(&look->working);
}

static double own_us(const struct passages *p, uint32_t step)
{
    return p->own_us[step] > 0 ? (double)p->own_us[step] : 1;
}

static int look_at(struct look *look, const struct passages *p, size_t cells)
{
    *look = (struct look){0};
    if (grid_init(&look->waiting, cells, p->end_us + 1) < 0 ||
        grid_init(&look->working, cells, p->end_us + 1) < 0) {
        look_release(look);
        return -E_NOMEM;
    }
    for (size_t i = 0; i < p->count; i++) {
        const struct passage *w = &p->list[i];

        grid_add(&look->waiting, (double)w->start_us, (double)w->end_us, 1);
        grid_add(&look->working, (double)w->end_us - own_us(p, w->step), (double)w->end_us, 1);
    }
    grid_close(&look->waiting);
    grid_close(&look->working);
    return 0;
}

/* What one session waits for when nobody else is there. */
static double session_own_us(const struct passages *p, size_t sessions)
{
    double sum = 0;

    for (size_t i = 0; i < p->steps; i++)
        sum += own_us(p, (uint32_t)i) * (double)p->times[i];
    return sum / (double)sessions;
}

static double waited_us(const struct passages *p)
{
    double sum = 0;

    for (size_t i = 0; i < p->count; i++)
        sum += (double)(p->list[i].end_us - p->list[i].start_us);
    return sum;
}

static size_t tick_count(const struct passages *p)
{
    double own = 0;
    double ticks;

    for (size_t i = 0; i < p->steps; i++)
        own += own_us(p, (uint32_t)i) * (double)p->times[i];
    ticks = 4 * (double)p->end_us * (double)p->count / own;
    return ticks < TICKS_LEAST ? TICKS_LEAST : ticks > TICKS_MOST ? TICKS_MOST : (size_t)ticks;
}

/* A ratio of sums over windows, and its interval from how the windows differ: what happens in one
 * hangs together, from one to the next much less. */
struct ratio {
    double done; /* own time */
    double time;
    double squares;
    size_t count;
};

static void set_rate(struct service *out, const struct ratio *r, double error)
{
    double per_us = r->done / r->time;
    double t = 2 + 3 / (double)r->count; /* Student's, near enough */
    double high = per_us + t * error;
    double low = per_us - t * error;
    double own = out->own_s;

    out->every_s = own / per_us;
    out->low_s = own / high;
    out->high_s = low > 0 ? own / low : INFINITY;
}

/* all: every window counts, not those alone in which sessions queue. */
static bool counts(const struct look *look, size_t i, double longest, bool all)
{
    double queue = look->waiting.cell[i] - look->working.cell[i];

    return all || (queue > 0 && queue >= QUEUE_SHARE * longest);
}

static double longest_queue(const struct look *look)
{
    double longest = 0;

    for (size_t i = 0; i < look->waiting.count; i++) {
        double queue = look->waiting.cell[i] - look->working.cell[i];

        if (queue > longest)
            longest = queue;
    }
    return longest;
}

/* busy: when anybody waited at all, finer than the windows are. */
static void measure(struct service *out, const struct look *look, const struct grid *busy, bool all)
{
    double cell = look->waiting.cell_us;
    double longest = longest_queue(look);
    struct ratio r = {0};

    for (size_t i = 0; i < look->waiting.count; i++) {
        if (!counts(look, i, longest, all))
            continue;
        r.done += look->working.cell[i] * cell;
        r.time += grid_between(busy, (double)i * cell, (double)(i + 1) * cell);
        r.count++;
    }
    if (!(r.time > 0) || !(r.done > 0) || r.count < 2)
        return;
    for (size_t i = 0; i < look->waiting.count; i++) {
        double time = grid_between(busy, (double)i * cell, (double)(i + 1) * cell);
        double off = look->working.cell[i] * cell - r.done / r.time * time;

        r.squares += counts(look, i, longest, all) ? off * off : 0;
    }
    set_rate(out, &r, sqrt(r.squares * (double)r.count / (double)(r.count - 1)) / r.time);
    out->limit = all ? LIMIT_BUSY : LIMIT_SEEN;
}

/* Is one thing done at a time?  Then as much is done while several wait as while one does; where
 * several are done at once, twice as much. */
static bool is_one_at_a_time(const struct look *look)
{
    double time[2] = {0};
    double done[2] = {0};

    for (size_t i = 0; i < look->waiting.count; i++) {
        double waiting = look->waiting.cell[i];

        if (waiting < 0.5)
            continue;
        time[waiting >= 1.5] += 1;
        done[waiting >= 1.5] += look->working.cell[i];
    }
    return time[0] > 0 && time[1] > TOGETHER_TIME * (double)look->waiting.count &&
           done[0] > ALONE_LEAST * time[0] && done[1] > ALONE_LEAST * time[1] &&
           done[1] / time[1] < TOGETHER_MOST * done[0] / time[0];
}

static size_t window_count(size_t sessions)
{
    size_t windows = sessions / SESSIONS_A_WINDOW;

    return windows < WINDOWS_LEAST  ? WINDOWS_LEAST
           : windows > WINDOWS_MOST ? WINDOWS_MOST
                                    : windows;
}

static int find_limit(struct service *out, const struct passages *p, size_t sessions)
{
    struct look fine;
    struct look coarse;
    bool one;
    int rc = look_at(&fine, p, tick_count(p));

    if (rc < 0)
        return rc;
    rc = look_at(&coarse, p, window_count(sessions));
    if (rc < 0) {
        look_release(&fine);
        return rc;
    }
    one = is_one_at_a_time(&fine);
    /* From here on: does anybody wait? */
    grid_cap(&fine.waiting, 1);
    out->busy = grid_between(&fine.waiting, 0, (double)p->end_us) / (double)p->end_us;
    if (out->falls_behind || out->waited_s > QUEUEING_TIMES * out->own_s)
        measure(out, &coarse, &fine.waiting, false);
    else if (one && out->busy >= BUSY_LEAST)
        measure(out, &coarse, &fine.waiting, true);
    /* Where all came before the first was done, none waits longer than another. */
    if (!out->by_users && out->limit == LIMIT_SEEN && out->low_s > out->arrive_s)
        out->falls_behind = true;
    look_release(&fine);
    look_release(&coarse);
    return 0;
}

static bool is_by_users(const struct table *table)
{
    for (size_t i = 0; i < table->session_count; i++) {
        if (table->sessions[i].iteration > 0)
            return true;
    }
    return false;
}

/* Does a session take longer the later it begins? */
static int find_growth(struct service *out, const struct table *table)
{
    struct fit_point *points = calloc(table->session_count + 1, sizeof(*points));
    struct fit fit = {0};
    size_t n = 0;
    int rc = -E_NOMEM;

    for (size_t i = 0; points && i < table->session_count; i++) {
        const struct session *s = &table->sessions[i];

        if (s->outcome == SESSION_DONE)
            points[n++] = (struct fit_point){(double)s->start_us / US_PER_S,
                                             (double)(s->end_us - s->start_us) / US_PER_S};
    }
    if (points)
        rc = fit_line(&fit, points, n);
    if (rc == 0 && n >= LEAST_SESSIONS && isfinite(fit.slope)) {
        double first = fit_at(&fit, fit.x_least);

        out->longer = fit.slope;
        out->falls_behind = fit.low > 0 && fit.slope > LONGER_LEAST &&
                            fit_at(&fit, fit.x_most) - first > GROWTH_LEAST * first;
    }
    free(points);
    return rc;
}

int service_compute(struct service *out, const struct passages *passages, const struct table *table)
{
    size_t n = table->session_count;
    int rc = 0;

    *out = (struct service){.arrive_s = NAN, .every_s = NAN, .low_s = NAN, .high_s = NAN};
    if (n < LEAST_SESSIONS || !passages->count)
        return 0;
    out->by_users = is_by_users(table);
    out->arrive_s = (double)(table->sessions[n - 1].start_us - table->sessions[0].start_us) /
                    (double)(n - 1) / US_PER_S;
    out->own_s = session_own_us(passages, n) / US_PER_S;
    out->waited_s = waited_us(passages) / (double)n / US_PER_S;
    out->limit = LIMIT_BEYOND;
    if (!out->by_users)
        rc = find_growth(out, table);
    return rc < 0 ? rc : find_limit(out, passages, n);
}
