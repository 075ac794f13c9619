#include "analyzer/summary.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/outdir.h"
#include "analyzer/stream.h"
#include "analyzer/text.h"
#include "analyzer/told.h"

static json_t *spread_json(const struct spread *spread)
{
    if (spread->count == 0)
        return json_pack("{s:i}", "count", 0);
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "count",
                     (json_int_t)spread->count, "min", (json_int_t)spread->min_us, "p50",
                     (json_int_t)spread->p50_us, "p90", (json_int_t)spread->p90_us, "p95",
                     (json_int_t)spread->p95_us, "p99", (json_int_t)spread->p99_us, "p99.9",
                     (json_int_t)spread->p99_9_us, "max", (json_int_t)spread->max_us, "mean",
                     (json_int_t)spread->mean_us);
}

static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *known_or_null(int64_t value)
{
    return value >= 0 ? json_integer(value) : json_null();
}

static json_t *sessions_json(const struct build *build)
{
    const struct stats *s = &build->stats;

    return json_pack("{s:o, s:o, s:I, s:I, s:I, s:I}", "planned",
                     known_or_null(build->info.planned), "lost", known_or_null(build->info.lost),
                     "seen", (json_int_t)s->sessions, "done", (json_int_t)s->done, "failed",
                     (json_int_t)s->failed, "unfinished", (json_int_t)s->unfinished);
}

static json_t *phases_json(const struct build *build)
{
    json_t *list = json_array();

    for (size_t i = 0; i < build->phase_count; i++) {
        const struct phase *p = &build->phases[i];

        json_array_append_new(list, json_pack("{s:s, s:I, s:o}", "name", p->name, "sessions",
                                              (json_int_t)p->reached, "waited_us",
                                              spread_json(&p->waited)));
    }
    return list;
}

/* Where the time went, as far as the run tells it; NULL where it does not. */
static json_t *timings_json(const struct step_stats *step)
{
    json_t *object = NULL;

    for (int part = 0; part < TIMING_PARTS; part++) {
        if (!step->parts[part].count)
            continue;
        if (!object)
            object = json_object();
        json_object_set_new(object, timing_key((enum timing_part)part),
                            spread_json(&step->parts[part]));
    }
    return object;
}

static json_t *step_json(const struct build *build, size_t i, const char *label)
{
    const struct step *step = script_at(build->script, i);
    const struct step_stats *stats = &build->steps.list[i];

    return json_pack("{s:I, s:s, s:s, s:o, s:I, s:o*}", "line", (json_int_t)step->line, "type",
                     step_type_name(step->type), "label", label, "took_us",
                     spread_json(&stats->took), "failed", (json_int_t)stats->failed, "timings",
                     timings_json(stats));
}

/* Called as the charts call them, so that --fail-if knows them by these names. */
static json_t *steps_json(const struct scene *scene, size_t build)
{
    const struct build *b = &scene->builds[build];
    json_t *list = json_array();
    struct told told;

    if (told_init(&told, scene, build) < 0) {
        json_decref(list);
        return NULL;
    }
    for (size_t i = 0; i < b->steps.count; i++)
        json_array_append_new(list, step_json(b, i, told.steps[i].label));
    told_release(&told);
    return list;
}

static json_t *late_json(const struct build *build)
{
    json_t *list = json_array();

    for (size_t i = 0; i < build->late.count; i++) {
        const struct late_span *span = &build->late.spans[i];

        json_array_append_new(
            list, json_pack("{s:I, s:I, s:I, s:I}", "from_us", (json_int_t)span->from_us, "to_us",
                            (json_int_t)span->to_us, "p99_us", (json_int_t)span->p99_us, "stall_us",
                            (json_int_t)span->stall_us));
    }
    return list;
}

/* null where the run says nothing of it. */
static json_t *audit_json(const struct build *build)
{
    const struct audit *audit = &build->info.audit;
    const struct late *late = &build->late;

    if (!audit->present)
        return json_null();
    return json_pack("{s:b, s:o, s:o, s:o, s:I, s:I, s:o}", "kept_up", audit->kept_up,
                     "late_limit_us", known_or_null(audit->late_limit_us), "late_p99_us",
                     known_or_null(audit->late_p99_us), "untrusted", late_json(build),
                     "untrusted_us", (json_int_t)late->us, "waits_untrusted",
                     (json_int_t)late->waits_late, "waits_untrusted_share",
                     json_real(late->waits ? (double)late->waits_late / (double)late->waits : 0));
}

/* null: every session counts. */
static json_t *steady_json(const struct steady *steady)
{
    if (!steady->used)
        return json_null();
    return json_pack("{s:I, s:I, s:I}", "from_us", (json_int_t)steady->from_us, "to_us",
                     (json_int_t)steady->to_us, "sessions", (json_int_t)steady->sessions);
}

/* A path is bytes and JSON is text: label and path were made valid before. */
static json_t *build_json(const struct scene *scene, size_t at, const char *path)
{
    const struct build *build = &scene->builds[at];
    const struct stats *s = &build->stats;

    return json_pack(
        "{s:s, s:s, s:s*, s:s*, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:I, s:o, s:o, s:o, s:o, s:I, "
        "s:I, s:b, s:I, s:o, s:o}",
        "label", build->label, "run", path, "target", build->info.target, "state",
        build->info.state, "sessions", sessions_json(build), "page_load_us",
        spread_json(&s->page_load), "calculation_us", spread_json(&s->calculation), "session_us",
        spread_json(&s->session), "failed_waits_us", spread_json(&s->failed_wait), "cut_waits",
        (json_int_t)s->cut_waits, "phases", phases_json(build), "page_loads_beyond_mark",
        (json_int_t)s->page_loads_beyond, "start_every_s", real_or_null(s->start_every_s),
        "end_every_s", real_or_null(s->end_every_s), "lateness_p99_us",
        known_or_null(build->info.lateness_p99_us), "audit", audit_json(build), "script_us",
        (json_int_t)s->ideal_us, "events", (json_int_t)build_events(build), "one_pass",
        build->stream != NULL, "skipped_rows", (json_int_t)build->skipped, "steady",
        steady_json(&build->steady), "steps", steps_json(scene, at));
}

static json_t *builds_json(const struct scene *scene)
{
    json_t *list = json_array();

    for (size_t i = 0; i < scene->count; i++) {
        char *path = text_valid(scene->builds[i].path);

        if (!path || json_array_append_new(list, build_json(scene, i, path)) < 0) {
            free(path);
            json_decref(list);
            return NULL;
        }
        free(path);
    }
    return list;
}

static json_t *notes_json(const struct notes *notes)
{
    json_t *list = json_array();

    for (size_t i = 0; notes && i < notes->count; i++)
        json_array_append_new(list, json_string(notes->list[i]));
    return list;
}

/* Adds nothing to a finding that has no number. */
static void add_number(json_t *json, const struct finding *finding)
{
    if (!finding->unit)
        return;
    json_object_set_new(json, "unit", json_string(finding->unit));
    json_object_set_new(json, "value", real_or_null(finding->value));
    if (finding->confidence <= 0)
        return;
    json_object_set_new(json, "low", real_or_null(finding->low));
    json_object_set_new(json, "high", real_or_null(finding->high));
    json_object_set_new(json, "confidence", real_or_null(finding->confidence));
}

static json_t *findings_json(const struct page *page)
{
    json_t *list = json_array();

    for (size_t i = 0; page->findings && i < page->findings->count; i++) {
        const struct finding *f = &page->findings->list[i];
        bool one = f->build < page->scene->count;
        json_t *json = json_pack("{s:s, s:s, s:s?, s:s}", "weight", finding_weight_name(f->weight),
                                 "key", f->key, "build",
                                 one ? page->scene->builds[f->build].label : NULL, "text", f->text);

        add_number(json, f);
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *checks_json(const struct verdict *verdict)
{
    json_t *list = json_array();

    for (size_t i = 0; verdict && i < verdict->count; i++) {
        const struct check *c = &verdict->list[i];

        json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:b, s:s}", "condition",
                                              c->condition, "build", c->build, "broken", c->broken,
                                              "unknown", c->unknown, "text", c->text));
    }
    return list;
}

json_t *summary_json(const struct page *page)
{
    return json_pack("{s:i, s:s, s:s, s:I, s:o, s:o, s:o, s:o}", "version", 2, "tool",
                     "stretto " STRETTO_VERSION, "percentiles",
                     "interpolated between ranks, type 7", "mark_us",
                     (json_int_t)page->scene->mark_us, "builds", builds_json(page->scene), "notes",
                     notes_json(page->scene->notes), "findings", findings_json(page), "checks",
                     checks_json(page->verdict));
}

int summary_write(const char *path, const struct page *page, struct error *err)
{
    json_t *json = summary_json(page);
    char *text = json ? json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) : NULL;
    struct outfile out;
    bool written;
    int rc;

    json_decref(json);
    if (!text)
        return error_nomem(err);
    rc = outfile_open(&out, path, err);
    if (rc == 0) {
        written = outfile_write(&out, text, strlen(text)) && outfile_write(&out, "\n", 1);
        rc = outfile_close(&out, !written, err);
    }
    free(text);
    return rc;
}
