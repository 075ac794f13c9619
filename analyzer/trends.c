#include "analyzer/trends.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/match.h"
#include "core/units.h"

static int fit_step(struct fit *out, const struct build *build, uint32_t step)
{
    static const struct step_observations none;

    return fit_waits(out, step == MATCH_NONE ? &none : &build->observations.steps[step]);
}

static int add_row(struct trends *out, const struct scene *scene, size_t matched)
{
    const struct matched_step *step = &scene->match->list[matched];
    struct fit *row = out->list + out->count * out->builds;
    bool any = false;

    for (size_t i = 0; i < scene->count; i++) {
        if (fit_step(&row[i], &scene->builds[i], step->steps[i]) < 0)
            return -E_NOMEM;
        any = any || row[i].count > 0;
    }
    if (any)
        out->matched[out->count++] = matched;
    return 0;
}

int trends_compute(struct trends *out, const struct scene *scene)
{
    size_t most = scene->match->count;
    int rc = 0;

    *out = (struct trends){calloc(most * scene->count + 1, sizeof(*out->list)),
                           calloc(most + 1, sizeof(*out->matched)), 0, scene->count};
    if (!out->list || !out->matched)
        rc = -E_NOMEM;
    for (size_t i = 0; i < most && rc == 0; i++) {
        if (scene->match->list[i].waited)
            rc = add_row(out, scene, i);
    }
    if (rc < 0)
        trends_release(out);
    return rc;
}

void trends_release(struct trends *trends)
{
    free(trends->list);
    free(trends->matched);
    *trends = (struct trends){0};
}

const struct fit *trends_row(const struct trends *trends, size_t row)
{
    return trends->list + row * trends->builds;
}

double trend_steepness(const struct fit *row, size_t builds)
{
    double most = 0;

    for (size_t i = 0; i < builds; i++) {
        if (fit_is_sure(&row[i]))
            most = fmax(most, row[i].slope);
    }
    return most;
}

size_t trends_rank(const struct trends *trends, size_t *rows, size_t most)
{
    size_t count = 0;

    for (size_t i = 0; i < trends->count; i++) {
        double steepness = trend_steepness(trends_row(trends, i), trends->builds);
        size_t at = count;

        while (at > 0 &&
               steepness > trend_steepness(trends_row(trends, rows[at - 1]), trends->builds))
            at--;
        if (at == most)
            continue;
        if (count < most)
            count++;
        for (size_t k = count - 1; k > at; k--)
            rows[k] = rows[k - 1];
        rows[at] = i;
    }
    return count;
}

/* Two digits: more would claim more than a fit knows. */
static int64_t rounded(double us)
{
    double power = us >= 100 ? pow(10, floor(log10(us)) - 1) : 1;

    return llround(round(us / power) * power);
}

const char *trend_format(const struct fit *fit, char out[TREND_TEXT])
{
    char text[DURATION_TEXT];
    int64_t us = fit_is_sure(fit) ? rounded(fabs(fit->slope)) : 0;

    if (us == 0)
        snprintf(out, TREND_TEXT, "no trend");
    else
        snprintf(out, TREND_TEXT, "%s%s", fit->slope < 0 ? "\u2212" : "+",
                 duration_format(us, text, sizeof(text)));
    return out;
}
