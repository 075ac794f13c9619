#include "analyzer/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/match.h"
#include "analyzer/nearest.h"
#include "core/units.h"

__extension__ typedef __int128 wide;

struct kept_dist {
    size_t build;
    enum metric metric;
    uint32_t step;
    struct dist dist;
};

size_t build_called(const struct scene *scene, const char *label)
{
    size_t i = 0;

    while (i < scene->count && strcmp(scene->builds[i].label, label) != 0)
        i++;
    return i;
}

static int no_such(struct error *err, const char *what, const char *name,
                   const struct nearest *nearest)
{
    struct nearest asked = {.names = {name}, .count = 1};
    struct buf text;
    int rc;

    buf_init(&text, 1024);
    nearest_print(&text, &asked);
    buf_adds(&text, nearest->count ? ", but " : "");
    nearest_print(&text, nearest);
    rc = text.failed ? error_nomem(err)
                     : error_set(err, E_USAGE, "there is no %s %s", what, text.data);
    buf_release(&text);
    return rc;
}

static int check_build(const struct scene *scene, const char *label, struct error *err)
{
    struct nearest nearest = {0};

    if (!label || build_called(scene, label) < scene->count)
        return 0;
    for (size_t i = 0; i < scene->count; i++)
        nearest_add(&nearest, label, scene->builds[i].label);
    return no_such(err, "build", label, &nearest);
}

static int check_step(const struct scene *scene, const char *label, struct error *err)
{
    struct nearest nearest = {0};

    if (!label || match_find(scene->match, label) < scene->match->count)
        return 0;
    for (size_t i = 0; i < scene->match->count; i++)
        nearest_add(&nearest, label, scene->match->list[i].label);
    return no_such(err, "step", label, &nearest);
}

int measure_check(const struct scene *scene, const struct fail_if_value *value, struct error *err)
{
    int rc = check_build(scene, value->build, err);

    return rc == 0 ? check_step(scene, value->step, err) : rc;
}

/* NULL: memory was refused. */
static const struct dist *dist_of(struct measurer *m, size_t build, enum metric metric,
                                  uint32_t step)
{
    struct kept_dist *grown;

    for (size_t i = 0; i < m->count; i++) {
        const struct kept_dist *k = &m->kept[i];

        if (k->build == build && k->metric == metric && k->step == step)
            return &k->dist;
    }
    grown = realloc(m->kept, (m->count + 1) * sizeof(*grown));
    if (!grown)
        return NULL;
    m->kept = grown;
    grown[m->count] = (struct kept_dist){build, metric, step, {0}};
    if (metric_dist(&grown[m->count].dist, &m->scene->builds[build], metric, step) < 0)
        return NULL;
    return &grown[m->count++].dist;
}

void measurer_release(struct measurer *m)
{
    for (size_t i = 0; i < m->count; i++)
        dist_release(&m->kept[i].dist);
    free(m->kept);
    *m = (struct measurer){0};
}

/* The time in which the sessions that count were played. */
static int64_t counted_us(const struct build *build)
{
    return build->steady.used ? build->steady.to_us - build->steady.from_us : build->table.end_us;
}

static int64_t rounded(wide value, int64_t divisor)
{
    return (int64_t)((value + divisor / 2) / divisor);
}

static struct measured known(int64_t number)
{
    return (struct measured){true, NULL, number};
}

static struct measured unknown(const char *why)
{
    return (struct measured){false, why, 0};
}

static struct measured of_dist(const struct dist *dist, const struct fail_if_value *value,
                               int64_t over_us)
{
    if (value->statistic == STAT_COUNT)
        return known((int64_t)dist->count);
    if (value->statistic == STAT_RATE)
        return over_us > 0 ? known(rounded((wide)dist->count * BILLION * US_PER_S, over_us))
                           : unknown("the run took no time");
    if (dist->count == 0)
        return unknown("nothing was measured");
    switch (value->statistic) {
    case STAT_MIN:
        return known(dist->min_us);
    case STAT_MAX:
        return known(dist->max_us);
    case STAT_MEAN:
        return known(llround(dist->mean_us));
    default:
        return known(dist_at(dist, value->percentile / 100000.0));
    }
}

static struct measured of_failed(const struct stats *stats, enum statistic statistic)
{
    if (statistic == STAT_COUNT)
        return known((int64_t)stats->failed);
    if (stats->sessions == 0)
        return unknown("no session was played");
    return known(rounded((wide)stats->failed * BILLION, (int64_t)stats->sessions));
}

static struct measured of_lateness(const struct run_info *info, const struct fail_if_value *value)
{
    int64_t us = value->statistic == STAT_MAX ? info->lateness_max_us
                 : value->percentile == 50000 ? info->lateness_p50_us
                 : value->percentile == 95000 ? info->lateness_p95_us
                                              : info->lateness_p99_us;

    return us >= 0 ? known(us) : unknown("the run does not tell it");
}

static uint32_t step_of(const struct match *match, const char *label, size_t build)
{
    return match->list[match_find(match, label)].steps[build];
}

int measure(struct measurer *m, const struct fail_if_value *value, size_t build,
            struct measured *out)
{
    const struct build *b = &m->scene->builds[build];
    const struct dist *dist;
    uint32_t step = 0;

    if (value->metric == METRIC_FAILED) {
        *out = of_failed(&b->stats, value->statistic);
        return 0;
    }
    if (value->metric == METRIC_LATENESS) {
        *out = of_lateness(&b->info, value);
        return 0;
    }
    if (value->metric == METRIC_STEP)
        step = step_of(m->scene->match, value->step, build);
    if (step == MATCH_NONE) {
        *out = unknown("its script has no such step");
        return 0;
    }
    dist = dist_of(m, build, value->metric, step);
    if (!dist)
        return -E_NOMEM;
    *out = of_dist(dist, value, counted_us(b));
    return 0;
}
