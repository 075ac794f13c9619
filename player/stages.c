#include "player/stages.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"

static const struct rate_unit {
    const char *word;
    double seconds;
} rate_units[] = {{"/s", 1}, {"/m", 60}, {"/h", 3600}};

static int wrong(const char *text, struct error *err)
{
    return error_set(err, E_USAGE,
                     "--stage takes TIME:USERS, as 2m:100, or TIME:SESSIONS/s (/m, /h), as "
                     "5m:20/s, not '%s'",
                     text);
}

/* "100" or "20/s". */
static bool read_target(const char *text, struct load_stage *stage, bool *by_rate)
{
    char *end;

    if (!isdigit((unsigned char)*text) && *text != '.')
        return false;
    stage->target = strtod(text, &end);
    *by_rate = *end == '/';
    if (!*end)
        return stage->target == floor(stage->target) && stage->target <= STAGE_USERS_MAX;
    for (size_t i = 0; i < sizeof(rate_units) / sizeof(rate_units[0]); i++) {
        if (strcmp(end, rate_units[i].word) == 0) {
            stage->target /= rate_units[i].seconds;
            return isfinite(stage->target) && stage->target <= STAGE_RATE_MAX;
        }
    }
    return false;
}

static int read_stage(struct stages *stages, const char *text, struct error *err)
{
    struct load_stage *stage = &stages->items[stages->count];
    const char *colon = strchr(text, ':');
    char time[40] = "";
    bool by_rate;

    if (!colon || (size_t)(colon - text) >= sizeof(time))
        return wrong(text, err);
    memcpy(time, text, (size_t)(colon - text));
    if (duration_parse(time, &stage->length_us) < 0 || !read_target(colon + 1, stage, &by_rate))
        return wrong(text, err);
    if (stages->count && by_rate != stages->by_rate)
        return error_set(err, E_USAGE,
                         "--stage %s is of another kind than those before: a run has users, or "
                         "sessions a time, not both",
                         text);
    stages->by_rate = by_rate;
    stages->count++;
    return 0;
}

static int check(const struct stages *stages, struct error *err)
{
    if (stages_end_us(stages) == 0 || !stages->items[stages->count - 1].length_us)
        return error_set(err, E_USAGE,
                         "the last --stage lasts no time, so nobody would play by it: add a stage "
                         "that holds its target, as 10m:100");
    if (stages_peak(stages) == 0)
        return error_set(err, E_USAGE, "every --stage has the target 0: nobody would play");
    return 0;
}

int stages_parse(struct stages *stages, const struct opt_list *texts, struct error *err)
{
    int rc = 0;

    *stages = (struct stages){0};
    if (!texts->count)
        return 0;
    if (texts->count > STAGES_MAX)
        return error_set(err, E_USAGE, "more than %d --stage", STAGES_MAX);
    stages->items = calloc(texts->count, sizeof(*stages->items));
    if (!stages->items)
        return error_nomem(err);
    for (size_t i = 0; i < texts->count && rc == 0; i++)
        rc = read_stage(stages, texts->items[i], err);
    return rc == 0 ? check(stages, err) : rc;
}

void stages_release(struct stages *stages)
{
    free(stages->items);
    *stages = (struct stages){0};
}

int64_t stages_end_us(const struct stages *stages)
{
    int64_t end_us = 0;

    for (size_t i = 0; i < stages->count; i++)
        end_us += stages->items[i].length_us;
    return end_us;
}

double stages_at(const struct stages *stages, int64_t at_us)
{
    double before = 0;

    for (size_t i = 0; i < stages->count; i++) {
        const struct load_stage *s = &stages->items[i];

        if (at_us < s->length_us)
            return before + (s->target - before) * ((double)at_us / (double)s->length_us);
        at_us -= s->length_us;
        before = s->target;
    }
    return 0;
}

double stages_peak(const struct stages *stages)
{
    double peak = 0;

    for (size_t i = 0; i < stages->count; i++)
        peak = fmax(peak, stages->items[i].target);
    return peak;
}

static double sessions_of(const struct load_stage *stage, double before)
{
    return (before + stage->target) / 2 * ((double)stage->length_us / US_PER_S);
}

double stages_sessions(const struct stages *stages)
{
    double before = 0;
    double n = 0;

    for (size_t i = 0; i < stages->count; i++) {
        n += sessions_of(&stages->items[i], before);
        before = stages->items[i].target;
    }
    return n;
}

/* How far into a stage n sessions have started: the root of before*x + slope*x*x/2 = n, in the form
 * that stays exact where the slope is 0. */
static double seconds_in(const struct load_stage *stage, double before, double n)
{
    double slope = (stage->target - before) / ((double)stage->length_us / US_PER_S);

    if (n <= 0)
        return 0;
    return 2 * n / (before + sqrt(fmax(0, before * before + 2 * slope * n)));
}

int64_t stages_when_us(const struct stages *stages, double n)
{
    int64_t from_us = 0;
    double before = 0;

    for (size_t i = 0; i < stages->count; i++) {
        const struct load_stage *s = &stages->items[i];
        double here = sessions_of(s, before);

        if (n < here)
            return from_us + (int64_t)(seconds_in(s, before, n) * US_PER_S);
        n -= here;
        from_us += s->length_us;
        before = s->target;
    }
    return from_us;
}
