#include "analyzer/stream.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/rows.h"
#include "analyzer/stream_live.h"
#include "analyzer/stream_sample.h"
#include "analyzer/stream_sums.h"

struct stream {
    struct plan *plan; /* lent by the build */
    struct late late;  /* its spans on the wall clock */
    struct stream_sums sums;
    struct stream_sample sample;
};

/* What reading needs besides. */
struct reading {
    struct stream *stream;
    struct build *build;
    struct line_index index;
    struct lives lives;
    struct table one; /* the session that is over; its event room grows */
    struct session session;
    size_t event_cap;
};

static int make_room(struct reading *r, size_t events)
{
    struct event *grown;

    if (events <= r->event_cap)
        return 0;
    grown = realloc(r->one.events, events * sizeof(*grown));
    if (!grown)
        return -E_NOMEM;
    r->one.events = grown;
    r->event_cap = events;
    return 0;
}

/* Ends of something that nobody began: rows of a session that was over long ago. */
static bool is_remnant(const struct live *live)
{
    return live->session.start_us == INT64_MAX && live->mark_count > 0 && !live->ended;
}

/* The session as a table of its own, its times on the wall clock. */
static int make_table(struct reading *r, struct live *live)
{
    if (make_room(r, live->mark_count) < 0)
        return -E_NOMEM;
    r->session = live->session;
    if (r->session.start_us == INT64_MAX)
        r->session.start_us = r->session.end_us; /* it was created and nothing more */
    r->one.event_count = 0;
    r->one.sessions = &r->session;
    r->one.session_count = 1;
    r->one.timings = live->timings;
    r->one.timing_count = live->timing_count;
    marks_pair(&r->one, &r->session, live->marks, live->mark_count);
    return 0;
}

static int settle(struct reading *r, struct live *live)
{
    int rc;

    if (is_remnant(live)) {
        r->one.skipped += live->mark_count;
        lives_forget(&r->lives, live);
        return 0;
    }
    rc = make_table(r, live);
    if (rc == 0)
        rc = stream_sums_add(&r->stream->sums, &r->one);
    if (rc == 0)
        rc = stream_sample_add(&r->stream->sample, &r->one);
    live->session.reason = rc == 0 ? r->session.reason : live->session.reason;
    lives_forget(&r->lives, live);
    return rc;
}

static int settle_over(struct reading *r, bool all)
{
    struct live *live;
    int rc = 0;

    while (rc == 0 && (live = lives_over(&r->lives, all)))
        rc = settle(r, live);
    return rc;
}

static int take_row(void *user, const struct run_row *row)
{
    struct reading *r = user;
    bool is_step = row->event == RUN_STEP_START || row->event == RUN_STEP_END;
    uint32_t step = line_index_step(&r->index, row);
    bool refused;

    if (row->event == RUN_OTHER)
        return 0;
    if (is_step && step == NO_STEP) {
        r->one.skipped++;
        return 0;
    }
    if (lives_hear(&r->lives, row, step, &refused) < 0)
        return -E_NOMEM;
    r->one.skipped += refused;
    return settle_over(r, false);
}

static int read_files(struct reading *r, struct error *err)
{
    struct row_taker taker = {.take = take_row, .user = r};
    struct row_files files;
    int rc = row_files_find(&files, r->build->path, err);

    for (size_t i = 0; i < files.count && rc == 0; i++) {
        rc = rows_read(files.paths[i], &taker, err);
        if (rc == 0 && settle_over(r, true) < 0)
            rc = error_nomem(err);
    }
    row_files_release(&files);
    r->build->skipped += taker.skipped + r->one.skipped;
    return rc;
}

static int read_stream(struct build *build, struct error *err)
{
    struct reading r = {.stream = build->stream, .build = build};
    int rc;

    lives_init(&r.lives, build->script->count);
    if (line_index_init(&r.index, build->script) < 0)
        return error_nomem(err);
    rc = read_files(&r, err);
    lives_release(&r.lives);
    line_index_release(&r.index);
    free(r.one.events);
    return rc;
}

/* The numbers are of all sessions; what is of each wait is of the sample. */
static int fill_build(struct build *build)
{
    struct stream *stream = build->stream;
    int rc = stream_sample_table(&stream->sample, &build->table);

    if (rc == 0)
        rc = stream_sample_active(&stream->sample, &build->active);
    if (rc == 0)
        rc = stream_sample_slopes(&stream->sample, &build->stats.start_every_s,
                                  &build->stats.end_every_s);
    if (rc == 0)
        rc = stream_sums_steps(&stream->sums, &build->steps);
    if (rc == 0)
        rc = late_compute(&build->late, &build->info, &build->plan, &build->table);
    if (rc == 0)
        rc =
            observations_compute(&build->observations, &build->plan, &build->table, &build->active);
    if (rc < 0)
        return rc;
    stream_sums_stats(&stream->sums, &build->stats);
    stream_sums_take_phases(&stream->sums, &build->phases, &build->phase_count);
    build->late.waits = build->late.count ? stream->sums.waits : 0;
    build->late.waits_late = stream->sums.waits_late;
    build->steady.sessions = build->stats.sessions;
    return 0;
}

static int find_ideal(struct build *build)
{
    struct wait *waits = malloc((build->script->count + 1) * sizeof(*waits));

    if (!waits)
        return -E_NOMEM;
    waits_of_script(&build->plan, waits, &build->stats.ideal_us);
    free(waits);
    return 0;
}

int build_thin(struct build *build, size_t every)
{
    struct table *table = &build->table;
    size_t sessions = 0;
    size_t events = 0;

    for (size_t i = 0; i < table->session_count; i++) {
        struct session s = table->sessions[i];

        if ((uint64_t)s.id & (every - 1)) {
            free(s.reason);
            continue;
        }
        memmove(table->events + events, table->events + s.first_event,
                s.event_count * sizeof(*table->events));
        s.first_event = events;
        events += s.event_count;
        table->sessions[sessions++] = s;
    }
    table->session_count = sessions;
    table->event_count = events;
    build->stream->sample.every = every;
    observations_release(&build->observations);
    return observations_compute(&build->observations, &build->plan, table, &build->active);
}

static int begin_stream(struct build *build, int64_t mark_us)
{
    /* All that the clock can show, so that spans stay where they are. */
    const struct table all_time = {.end_us = INT64_MAX};
    struct stream *stream = calloc(1, sizeof(*stream));

    build->stream = stream;
    if (!stream)
        return -E_NOMEM;
    stream->plan = &build->plan;
    stream_sample_init(&stream->sample);
    if (late_compute(&stream->late, &build->info, &build->plan, &all_time) < 0)
        return -E_NOMEM;
    return stream_sums_init(&stream->sums, &build->plan, mark_us, &stream->late);
}

int build_stream(struct build *build, int64_t mark_us, struct error *err)
{
    int rc;

    if (begin_stream(build, mark_us) < 0)
        return error_nomem(err);
    rc = read_stream(build, err);
    if (rc < 0)
        return rc;
    if (fill_build(build) < 0 || find_ideal(build) < 0)
        return error_nomem(err);
    return build_check_rows(build, err);
}

void stream_free(struct stream *stream)
{
    if (!stream)
        return;
    late_release(&stream->late);
    if (stream->sums.plan)
        stream_sums_release(&stream->sums);
    stream_sample_release(&stream->sample);
    free(stream);
}

int stream_dist(struct dist *out, const struct stream *stream, enum metric metric, size_t step)
{
    int calculation = metric == METRIC_STEP ? calculation_at(stream->plan, step) : -1;

    *out = (struct dist){0};
    switch (metric) {
    case METRIC_PAGE_LOAD:
        return dist_copy(out, &stream->sums.page_load);
    case METRIC_CALCULATION:
        return dist_copy(out, &stream->sums.calculation);
    case METRIC_SESSION:
        return dist_copy(out, &stream->sums.session);
    case METRIC_STEP:
        return dist_copy(out, calculation < 0 ? &stream->sums.steps[step].took
                                              : &stream->sums.calculations[calculation]);
    default:
        return 0;
    }
}

size_t stream_every(const struct stream *stream)
{
    return stream ? stream->sample.every : 1;
}

uint64_t build_events(const struct build *build)
{
    return build->stream ? build->stream->sums.events : build->table.event_count;
}
