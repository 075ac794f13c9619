#include "analyzer/recommend_parts.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/metric.h"
#include "analyzer/step_groups.h"
#include "analyzer/text.h"
#include "analyzer/stream.h"
#include "core/buf.h"
#include "core/error.h"

#define CONFIDENCE 0.95
#define TEXT_MOST 4096

/* Of sessions may fail, or be cut off, and the others still stand for all. */
#define LOST_MOST 0.05
/* Of page loads may be beyond the mark in an app that is fast. */
#define BEYOND_MOST 0.05
/* A page may take as long as --mark; an answer to what a user does, a tenth of it. */
#define CALCULATION_SHARE 10

static int sample_metric(struct sample *out, struct build *build, enum metric metric,
                         size_t a_session)
{
    struct wait *scratch = malloc((table_longest(&build->table) + 1) * sizeof(*scratch));
    int64_t *values = malloc((metric_most(&build->table) + 1) * sizeof(*values));
    size_t count;

    if (!scratch || !values) {
        free(scratch);
        free(values);
        return -E_NOMEM;
    }
    count = metric_of_all(&build->plan, &build->table, metric, 0, scratch, values);
    free(scratch);
    return sample_of(out, values, count, a_session);
}

/* What lies in time in which the player was late says nothing; of the rest alone, where it is less
 * than half, no interval is worth telling. */
static double confidence_of(const struct late *late)
{
    double good = late->waits ? 1 - (double)late->waits_late / (double)late->waits : 0;

    if (!late->told)
        return CONFIDENCE;
    return good > 0.5 ? CONFIDENCE * good : 0;
}

/* Of the sessions that are kept of a large run: all came and were served so many times as often.
 * How busy the app was they do not tell. */
static void scale_service(struct service *service, double every)
{
    service->arrive_s /= every;
    service->every_s /= every;
    service->low_s /= every;
    service->high_s /= every;
    if (service->limit == LIMIT_BUSY)
        service->limit = LIMIT_BEYOND;
}

/* What the queues tell. */
static int study_queues(struct evidence *out)
{
    struct build *build = out->build;
    struct passages passages;
    int rc = passages_compute(&passages, &build->plan, &build->table);

    if (rc == 0)
        rc = service_compute(&out->service, &passages, &build->table);
    if (rc == 0 && stream_every(build->stream) > 1)
        scale_service(&out->service, (double)stream_every(build->stream));
    if (rc == 0)
        rc = blocking_compute(&out->blocking, &build->plan, &passages, out->group,
                              build->table.session_count);
    passages_release(&passages);
    return rc;
}

int evidence_of(struct evidence *out, const struct scene *scene, size_t index)
{
    struct build *build = &scene->builds[index];
    size_t calculations = build->plan.calculation_count;
    int rc;

    *out = (struct evidence){.scene = scene, .build = build, .index = index};
    out->confidence = confidence_of(&build->late);
    out->group = steps_grouped(build);
    rc = out->group ? study_queues(out) : -E_NOMEM;
    if (rc == 0)
        rc = sample_metric(&out->page_load, build, METRIC_PAGE_LOAD, 1);
    if (rc == 0)
        rc = sample_metric(&out->calculation, build, METRIC_CALCULATION,
                           calculations ? calculations : 1);
    if (rc == 0)
        rc = sample_metric(&out->session, build, METRIC_SESSION, 1);
    return rc;
}

void evidence_release(struct evidence *evidence)
{
    free(evidence->group);
    sample_release(&evidence->page_load);
    sample_release(&evidence->calculation);
    sample_release(&evidence->session);
}

/* Longer than what a user does not mind. */
static bool has_slow_calculations(const struct evidence *evidence)
{
    const struct spread *calculation = &evidence->build->stats.calculation;

    return calculation->count && calculation->p95_us > evidence->scene->mark_us / CALCULATION_SHARE;
}

bool evidence_is_fast(const struct evidence *evidence)
{
    const struct stats *stats = &evidence->build->stats;

    return (double)stats->page_loads_beyond <= BEYOND_MOST * (double)stats->sessions &&
           !has_slow_calculations(evidence);
}

bool evidence_lost_many(const struct evidence *evidence)
{
    const struct stats *stats = &evidence->build->stats;

    return (double)(stats->sessions - stats->done) > LOST_MOST * (double)stats->sessions;
}

/* As it was said, on one line. */
static char *sentence_of(const struct evidence *e, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static char *sentence_of(const struct evidence *e, const char *format, va_list args)
{
    char sentence[TEXT_MOST];
    char *valid;
    char *plain;
    struct buf text;

    vsnprintf(sentence, sizeof(sentence), format, args);
    buf_init(&text, sizeof(sentence) + strlen(e->build->label) + sizeof(": "));
    buf_addf(&text, "%s: %s", e->build->label, sentence);
    valid = text.failed ? NULL : text_valid(text.data);
    plain = valid ? text_plain(valid) : NULL;
    free(valid);
    buf_release(&text);
    return plain;
}

int say(struct findings *out, const struct evidence *evidence, struct finding finding,
        const char *format, ...)
{
    va_list args;

    va_start(args, format);
    finding.text = sentence_of(evidence, format, args);
    va_end(args);
    finding.build = evidence->index;
    finding.confidence = finding.unit && finding.low < finding.high ? evidence->confidence : 0;
    return findings_add(out, finding);
}

const char *time_words(double s, char out[DURATION_TEXT])
{
    return duration_format(llround(s * US_PER_S), out, DURATION_TEXT);
}

const char *interval_words(const struct evidence *evidence, double low_s, double high_s,
                           char out[WORDS])
{
    char low[DURATION_TEXT];
    char high[DURATION_TEXT];

    *out = 0;
    if (evidence->confidence > 0 && isfinite(low_s) && isfinite(high_s) && low_s < high_s)
        snprintf(out, WORDS, " (%s to %s, %.0f %%)", time_words(low_s, low),
                 time_words(high_s, high), 100 * evidence->confidence);
    return out;
}

char *group_words(const struct evidence *e, size_t first)
{
    const struct build *build = e->build;
    size_t cause = step_cause(build, first);
    char *label = build_step_label(build, cause);
    char *cut = label ? text_short(label, LABEL_MOST) : NULL;
    size_t times = 0;
    struct buf out;

    buf_init(&out, TEXT_MOST);
    for (size_t i = 0; i < build->script->count; i++)
        times += e->group[i] == first && build->observations.steps[i].count;
    buf_addf(&out, "\"%s\" (", cut ? cut : "");
    if (times > 1)
        buf_addf(&out, "%zu times, first at ", times);
    buf_addf(&out, "line %u)", script_at(build->script, cause)->line);
    if (!cut || out.failed)
        buf_release(&out);
    free(label);
    free(cut);
    return out.data ? buf_take(&out) : NULL;
}
