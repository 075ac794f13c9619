#include "analyzer/recommend_parts.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/metric.h"
#include "analyzer/text.h"
#include "core/buf.h"
#include "core/error.h"

#define CONFIDENCE 0.95
#define TEXT_MOST 4096
#define LABEL_MOST 60 /* bytes of a step's label in a sentence */

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

/* What lies in time in which the player was late says nothing. */
static double confidence_of(const struct late *late)
{
    if (!late->told)
        return CONFIDENCE;
    return late->waits ? CONFIDENCE * (1 - (double)late->waits_late / (double)late->waits) : 0;
}

/* What the queues tell. */
static int study_queues(struct evidence *out)
{
    struct build *build = out->build;
    struct passages passages;
    int rc = passages_compute(&passages, &build->plan, &build->table);

    if (rc == 0)
        rc = service_compute(&out->service, &passages, &build->table);
    if (rc == 0)
        rc = blocking_compute(&out->blocking, &build->plan, &passages, build->table.session_count);
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
    rc = study_queues(out);
    if (rc == 0)
        rc = observations_compute(&out->observations, &build->plan, &build->table, &build->active);
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
    observations_release(&evidence->observations);
    sample_release(&evidence->page_load);
    sample_release(&evidence->calculation);
    sample_release(&evidence->session);
}

bool evidence_has_slow_calculations(const struct evidence *evidence)
{
    const struct spread *calculation = &evidence->build->stats.calculation;

    return calculation->count && calculation->p95_us > evidence->scene->mark_us / CALCULATION_SHARE;
}

bool evidence_is_fast(const struct evidence *evidence)
{
    const struct stats *stats = &evidence->build->stats;

    return (double)stats->page_loads_beyond <= BEYOND_MOST * (double)stats->sessions &&
           !evidence_has_slow_calculations(evidence);
}

int say(struct findings *out, const struct evidence *evidence, struct finding finding,
        const char *format, ...)
{
    char *label = text_plain(evidence->build->label);
    struct buf text;
    char sentence[TEXT_MOST];
    va_list args;

    va_start(args, format);
    vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    buf_init(&text, TEXT_MOST + (label ? strlen(label) : 0) + 3);
    buf_addf(&text, "%s: %s", label ? label : "", sentence);
    finding.build = evidence->index;
    finding.confidence = finding.unit && finding.low < finding.high ? evidence->confidence : 0;
    finding.text = label && !text.failed ? buf_take(&text) : NULL;
    free(label);
    buf_release(&text);
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

/* The send that a calculation answers. */
static size_t cause_of(const struct build *build, size_t step)
{
    const struct step *answer = script_at(build->script, step);

    if (build->plan.calculations[step] < 0)
        return step;
    for (size_t i = step; i-- > 0;) {
        const struct step *before = script_at(build->script, i);

        if (before->type == STEP_WS_SEND && before->socket == answer->socket)
            return i;
    }
    return step;
}

/* Cut between characters. */
static size_t cut(const char *text)
{
    size_t len = 0;

    while (text[len] && len < LABEL_MOST)
        len++;
    while (text[len] && len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
        len--;
    return len;
}

char *step_words(const struct build *build, size_t step)
{
    size_t cause = cause_of(build, step);
    char *label = build_step_label(build, cause);
    char *plain = label ? text_plain(label) : NULL;
    struct buf out;
    char *words = NULL;

    buf_init(&out, TEXT_MOST);
    if (plain) {
        size_t len = cut(plain);

        buf_addf(&out, "\"%.*s%s\" (line %u)", (int)len, plain, plain[len] ? "\u2026" : "",
                 script_at(build->script, cause)->line);
        words = out.failed ? NULL : buf_take(&out);
    }
    free(label);
    free(plain);
    buf_release(&out);
    return words;
}
