#include "analyzer/runinfo.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/units.h"

#define STAGES_MOST (1 << 20)
#define WHOLE_MOST 9e15 /* beyond it a double has no whole numbers */

static int64_t whole(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (json_is_integer(value))
        return json_integer_value(value);
    if (json_is_real(value) && json_real_value(value) > -WHOLE_MOST &&
        json_real_value(value) < WHOLE_MOST)
        return (int64_t)json_real_value(value);
    return UNKNOWN;
}

/* NULL, and 0, where the file does not tell. */
static int read_text(char **out, const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));

    *out = value ? strdup(value) : NULL;
    return value && !*out ? -E_NOMEM : 0;
}

/* NULL, and 0, where there is no such file. */
static int read_json(json_t **out, const char *path, struct error *err)
{
    json_error_t why;
    FILE *file = fopen(path, "rb");

    *out = NULL;
    if (!file && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (!file)
        return error_set(err, E_IO, "%s: %s", path, strerror(errno));
    *out = json_loadf(file, 0, &why);
    fclose(file);
    if (!*out)
        return error_set(err, E_FORMAT, "%s: line %d: %s", path, why.line, why.text);
    return 0;
}

static int by_from(const void *pa, const void *pb)
{
    const struct late_span *a = pa;
    const struct late_span *b = pb;

    return (a->from_us > b->from_us) - (a->from_us < b->from_us);
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* A second after another is one time: what touches is joined. */
static size_t join_spans(struct late_span *spans, size_t count)
{
    size_t kept = 0;

    qsort(spans, count, sizeof(*spans), by_from);
    for (size_t i = 0; i < count; i++) {
        struct late_span *last = kept ? &spans[kept - 1] : NULL;

        if (!last || spans[i].from_us > last->to_us) {
            spans[kept++] = spans[i];
            continue;
        }
        last->to_us = larger(last->to_us, spans[i].to_us);
        last->p99_us = larger(last->p99_us, spans[i].p99_us);
        last->stall_us = larger(last->stall_us, spans[i].stall_us);
    }
    return kept;
}

static int fill_untrusted(struct audit *audit, const json_t *list)
{
    size_t count = json_array_size(list);

    audit->untrusted = malloc((count + 1) * sizeof(*audit->untrusted));
    if (!audit->untrusted)
        return -E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        const json_t *span = json_array_get(list, i);
        struct late_span read = {whole(span, "from_us"), whole(span, "to_us"),
                                 larger(whole(span, "p99_us"), 0),
                                 larger(whole(span, "stall_us"), 0)};

        if (read.from_us >= 0 && read.to_us > read.from_us)
            audit->untrusted[audit->untrusted_count++] = read;
    }
    audit->untrusted_count = join_spans(audit->untrusted, audit->untrusted_count);
    return 0;
}

static int fill_audit(struct audit *audit, const json_t *object)
{
    const json_t *kept_up = json_object_get(object, "kept_up");
    int rc;

    if (!json_is_object(object))
        return 0;
    audit->present = true;
    audit->late_limit_us = whole(object, "late_limit_us");
    audit->late_p99_us = whole(object, "late_p99_us");
    rc = fill_untrusted(audit, json_object_get(object, "untrusted"));
    audit->kept_up = json_is_boolean(kept_up) ? json_is_true(kept_up) : !audit->untrusted_count;
    return rc;
}

static int read_stages(char **out, const json_t *list)
{
    struct buf text;
    size_t i;
    const json_t *stage;

    *out = NULL;
    if (!json_array_size(list))
        return 0;
    buf_init(&text, STAGES_MOST);
    json_array_foreach(list, i, stage)
    {
        const json_t *rate = json_object_get(stage, "per_second");
        char length[DURATION_TEXT];

        buf_addf(&text, "%s%s to %g%s", i ? ", " : "",
                 duration_format(whole(stage, "length_us"), length, sizeof(length)),
                 json_number_value(rate ? rate : json_object_get(stage, "users")),
                 rate ? "/s" : "");
    }
    *out = text.len ? buf_take(&text) : NULL;
    buf_release(&text);
    return *out ? 0 : -E_NOMEM;
}

static int fill_load(struct load_info *load, const json_t *schedule)
{
    load->count = whole(schedule, "count");
    load->every_us = whole(schedule, "every_us");
    load->for_us = whole(schedule, "for_us");
    load->timeout_us = whole(schedule, "timeout_us");
    load->max_rate = json_number_value(json_object_get(schedule, "max_rate"));
    load->sequential = json_is_true(json_object_get(schedule, "sequential"));
    if (read_text(&load->mode, schedule, "mode") < 0 ||
        read_text(&load->arrivals, schedule, "arrivals") < 0 ||
        read_text(&load->think_drawn, schedule, "think_drawn") < 0)
        return -E_NOMEM;
    return read_stages(&load->stages, json_object_get(schedule, "stages"));
}

static int fill(struct run_info *info, const json_t *root)
{
    const json_t *schedule = json_object_get(root, "schedule");
    const json_t *think = json_object_get(schedule, "think");
    const json_t *lateness = json_object_get(root, "lateness_us");

    info->planned = whole(root, "planned");
    info->done = whole(root, "done");
    info->failed = whole(root, "failed");
    info->lost = whole(root, "lost");
    info->zero_wall_us = whole(root, "zero_wall_us");
    info->lateness_p50_us = whole(lateness, "p50");
    info->lateness_p95_us = whole(lateness, "p95");
    info->lateness_p99_us = whole(lateness, "p99");
    info->lateness_max_us = whole(lateness, "max");
    info->think =
        json_is_number(think) && json_number_value(think) >= 0 ? json_number_value(think) : 1;
    if (read_text(&info->target, root, "target") < 0 ||
        read_text(&info->state, root, "state") < 0 ||
        read_text(&info->aborted, root, "aborted") < 0 || fill_load(&info->load, schedule) < 0)
        return -E_NOMEM;
    return fill_audit(&info->audit, json_object_get(root, "audit"));
}

int run_info_load(struct run_info *info, const char *path, struct error *err)
{
    json_t *root;
    int rc;

    *info = (struct run_info){
        .planned = UNKNOWN,
        .done = UNKNOWN,
        .failed = UNKNOWN,
        .lost = UNKNOWN,
        .zero_wall_us = UNKNOWN,
        .lateness_p50_us = UNKNOWN,
        .lateness_p95_us = UNKNOWN,
        .lateness_p99_us = UNKNOWN,
        .lateness_max_us = UNKNOWN,
        .think = 1,
        .load = {.count = UNKNOWN, .every_us = UNKNOWN, .for_us = UNKNOWN, .timeout_us = UNKNOWN}};
    rc = read_json(&root, path, err);
    if (rc < 0 || !root)
        return rc;
    if (fill(info, root) < 0)
        rc = error_nomem(err);
    json_decref(root);
    return rc;
}

void run_info_release(struct run_info *info)
{
    free(info->target);
    free(info->state);
    free(info->aborted);
    free(info->load.mode);
    free(info->load.arrivals);
    free(info->load.think_drawn);
    free(info->load.stages);
    free(info->audit.untrusted);
    *info = (struct run_info){0};
}

/* A directory right below, never one somewhere else. */
static bool is_name(const char *name)
{
    return name && *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int fill_mix(struct mix *mix, const json_t *list, const char *path, struct error *err)
{
    size_t count = json_array_size(list);

    if (!count)
        return error_set(err, E_FORMAT, "%s: \"mix\" names no script", path);
    mix->names = calloc(count, sizeof(*mix->names));
    for (size_t i = 0; mix->names && i < count; i++) {
        const char *name = json_string_value(json_array_get(list, i));

        if (!is_name(name))
            return error_set(err, E_FORMAT,
                             "%s: \"mix\" names '%s', which is no directory below it", path,
                             name ? name : "");
        mix->names[i] = strdup(name);
        if (!mix->names[i])
            return error_nomem(err);
        mix->count++;
    }
    return mix->names ? 0 : error_nomem(err);
}

int mix_load(struct mix *mix, const char *path, struct error *err)
{
    const json_t *list;
    json_t *root;
    int rc;

    *mix = (struct mix){0};
    rc = read_json(&root, path, err);
    list = json_object_get(root, "mix");
    if (rc == 0 && list && !json_is_null(list))
        rc = fill_mix(mix, list, path, err);
    json_decref(root);
    if (rc < 0)
        mix_release(mix);
    return rc;
}

void mix_release(struct mix *mix)
{
    for (size_t i = 0; i < mix->count; i++)
        free(mix->names[i]);
    free(mix->names);
    *mix = (struct mix){0};
}
