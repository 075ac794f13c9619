#include "analyzer/boxes.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/match.h"
#include "analyzer/stats.h"

/* Of the longest wait: what is added to a median before something is divided by it. */
#define FELT 0.05

struct five five_of(int64_t *values, size_t count)
{
    static const double parts[BOX_PARTS] = {0.05, 0.25, 0.5, 0.75, 0.95};
    struct five five = {.count = count};
    size_t from = 0;

    for (size_t i = 0; i < BOX_PARTS && count > 0; i++)
        five.us[i] = percentile_select(values, &from, count, parts[i]);
    return five;
}

static double notch(const struct five *five)
{
    return 1.58 * (double)(five->us[BOX_P75] - five->us[BOX_P25]) / sqrt((double)five->count);
}

bool five_differ(const struct five *a, const struct five *b)
{
    if (a->count < 2 || b->count < 2) /* of one alone nobody knows how much it varies */
        return false;
    return fabs((double)(a->us[BOX_P50] - b->us[BOX_P50])) > notch(a) + notch(b);
}

static struct five box_of(const struct build *build, uint32_t step, int64_t *scratch)
{
    const struct step_observations *observed;

    if (step == MATCH_NONE)
        return (struct five){0};
    observed = &build->observations.steps[step];
    observations_times(observed, scratch);
    return five_of(scratch, observed->count);
}

static void add_row(struct boxes *out, const struct scene *scene, size_t matched, int64_t *scratch)
{
    const struct matched_step *step = &scene->match->list[matched];
    struct five *row = out->list + out->count * out->builds;
    bool any = false;

    for (size_t i = 0; i < scene->count; i++) {
        row[i] = box_of(&scene->builds[i], step->steps[i], scratch);
        any = any || row[i].count > 0;
    }
    if (any)
        out->matched[out->count++] = matched;
}

static size_t most_sessions(const struct scene *scene)
{
    size_t most = 0;

    for (size_t i = 0; i < scene->count; i++) {
        if (scene->builds[i].table.session_count > most)
            most = scene->builds[i].table.session_count;
    }
    return most;
}

int boxes_compute(struct boxes *out, const struct scene *scene)
{
    size_t most = scene->match->count;
    int64_t *scratch = malloc((most_sessions(scene) + 1) * sizeof(*scratch));

    *out = (struct boxes){calloc(most * scene->count + 1, sizeof(*out->list)),
                          calloc(most + 1, sizeof(*out->matched)), 0, scene->count};
    if (!scratch || !out->list || !out->matched) {
        free(scratch);
        boxes_release(out);
        return -E_NOMEM;
    }
    for (size_t i = 0; i < most; i++) {
        if (scene->match->list[i].waited)
            add_row(out, scene, i, scratch);
    }
    free(scratch);
    return 0;
}

void boxes_release(struct boxes *boxes)
{
    free(boxes->list);
    free(boxes->matched);
    *boxes = (struct boxes){0};
}

const struct five *boxes_row(const struct boxes *boxes, size_t row)
{
    return boxes->list + row * boxes->builds;
}

static double distance(const struct five *a, const struct five *b)
{
    double sum = 0;

    for (size_t i = 0; i < BOX_PARTS && five_differ(a, b); i++)
        sum += fabs((double)(a->us[i] - b->us[i])) / BOX_PARTS;
    return sum;
}

static double score_apart(const struct five *row, size_t builds)
{
    double most = 0;

    for (size_t i = 0; i < builds; i++) {
        for (size_t k = i + 1; k < builds; k++)
            most = fmax(most, distance(&row[i], &row[k]));
    }
    return most;
}

static double score_variable(const struct five *five, int64_t longest_us)
{
    double median = (double)five->us[BOX_P50] + FELT * (double)longest_us;

    return median > 0 ? (double)(five->us[BOX_P95] - five->us[BOX_P5]) / median : 0;
}

double box_score(const struct five *row, size_t builds, enum box_order order, int64_t longest_us)
{
    double most = 0;

    if (order == BOX_APART)
        return score_apart(row, builds);
    for (size_t i = 0; i < builds; i++)
        most = fmax(most, order == BOX_SLOWEST ? (double)row[i].us[BOX_P95]
                                               : score_variable(&row[i], longest_us));
    return most;
}

static int64_t longest_of(const struct boxes *boxes)
{
    int64_t longest_us = 0;

    for (size_t i = 0; i < boxes->count * boxes->builds; i++) {
        if (boxes->list[i].us[BOX_P95] > longest_us)
            longest_us = boxes->list[i].us[BOX_P95];
    }
    return longest_us;
}

/* A few of some hundreds: each finds its place among the best so far. */
size_t boxes_rank(const struct boxes *boxes, enum box_order order, size_t *rows, size_t most)
{
    int64_t longest_us = longest_of(boxes);
    size_t count = 0;

    for (size_t i = 0; i < boxes->count; i++) {
        double score = box_score(boxes_row(boxes, i), boxes->builds, order, longest_us);
        size_t at = count;

        while (at > 0 &&
               score > box_score(boxes_row(boxes, rows[at - 1]), boxes->builds, order, longest_us))
            at--;
        if (score <= 0 || at == most)
            continue;
        if (count < most)
            count++;
        for (size_t k = count - 1; k > at; k--)
            rows[k] = rows[k - 1];
        rows[at] = i;
    }
    return count;
}
