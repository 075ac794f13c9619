#include "analyzer/stream_sample.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/dist.h"
#include "analyzer/stats.h"
#include "core/units.h"

/* Beyond it a sample is not thinned any more: the numbers are no numbers, all the same. */
#define EVERY_MOST ((size_t)1 << 40)

void stream_sample_init(struct stream_sample *sample)
{
    *sample = (struct stream_sample){
        .every = 1, .edge_every = 1, .begin_us = INT64_MAX, .end_us = INT64_MIN};
}

static void forget(struct kept *kept)
{
    free(kept->session.reason);
    free(kept->events);
}

void stream_sample_release(struct stream_sample *sample)
{
    for (size_t i = 0; i < sample->count; i++)
        forget(&sample->list[i]);
    free(sample->list);
    free(sample->edges);
    *sample = (struct stream_sample){0};
}

static bool divides(size_t every, long id)
{
    return ((uint64_t)id & (every - 1)) == 0;
}

static void thin_sessions(struct stream_sample *sample)
{
    size_t left = 0;

    sample->every *= 2;
    for (size_t i = 0; i < sample->count; i++) {
        if (divides(sample->every, sample->list[i].session.id)) {
            sample->list[left++] = sample->list[i];
            continue;
        }
        sample->events -= sample->list[i].session.event_count;
        forget(&sample->list[i]);
    }
    sample->count = left;
}

static void thin_edges(struct stream_sample *sample)
{
    size_t left = 0;

    sample->edge_every *= 2;
    for (size_t i = 0; i < sample->edge_count; i++) {
        if (divides(sample->edge_every, sample->edges[i].id))
            sample->edges[left++] = sample->edges[i];
    }
    sample->edge_count = left;
}

static bool is_full(const struct stream_sample *sample, size_t events)
{
    return sample->count == SAMPLE_SESSIONS || sample->events + events > SAMPLE_EVENTS;
}

static int keep_session(struct stream_sample *sample, struct table *one)
{
    size_t bytes = one->event_count * sizeof(*one->events);
    struct kept kept = {one->sessions[0], NULL};

    if (!sample->list)
        sample->list = malloc(SAMPLE_SESSIONS * sizeof(*sample->list));
    kept.events = sample->list ? malloc(bytes + 1) : NULL;
    if (!kept.events)
        return -E_NOMEM;
    memcpy(kept.events, one->events, bytes);
    for (size_t i = 0; i < one->event_count; i++)
        kept.events[i].timing = NO_TIMING;
    one->sessions[0].reason = NULL;
    sample->list[sample->count++] = kept;
    sample->events += one->event_count;
    return 0;
}

static int keep_edge(struct stream_sample *sample, const struct session *s)
{
    if (sample->edge_count == sample->edge_cap) {
        size_t cap = sample->edge_cap ? sample->edge_cap * 2 : 1024;
        struct edge *grown = realloc(sample->edges, cap * sizeof(*grown));

        if (!grown)
            return -E_NOMEM;
        sample->edges = grown;
        sample->edge_cap = cap;
    }
    sample->edges[sample->edge_count++] =
        (struct edge){s->id, s->start_us, s->end_us, s->outcome == SESSION_DONE};
    return 0;
}

int stream_sample_add(struct stream_sample *sample, struct table *one)
{
    const struct session *s = &one->sessions[0];
    int rc = 0;

    if (s->start_us < sample->begin_us)
        sample->begin_us = s->start_us;
    if (s->end_us > sample->end_us)
        sample->end_us = s->end_us;
    while (sample->edge_count == SAMPLE_EDGES && sample->edge_every < EVERY_MOST)
        thin_edges(sample);
    if (divides(sample->edge_every, s->id) && sample->edge_count < SAMPLE_EDGES)
        rc = keep_edge(sample, s);
    if (rc < 0 || !divides(sample->every, s->id))
        return rc;
    while (is_full(sample, one->event_count) && sample->every < EVERY_MOST)
        thin_sessions(sample);
    if (!divides(sample->every, s->id) || is_full(sample, one->event_count))
        return 0;
    return keep_session(sample, one);
}

static int by_start(const void *pa, const void *pb)
{
    const struct session *a = &((const struct kept *)pa)->session;
    const struct session *b = &((const struct kept *)pb)->session;

    if (a->start_us != b->start_us)
        return a->start_us < b->start_us ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static void move_session(struct table *out, struct kept *kept)
{
    struct session *s = &out->sessions[out->session_count++];

    *s = kept->session;
    s->first_event = out->event_count;
    s->start_us -= out->begin_wall_us;
    s->end_us -= out->begin_wall_us;
    for (size_t i = 0; i < s->event_count; i++) {
        struct event e = kept->events[i];

        e.start_us -= out->begin_wall_us;
        if (e.end_us != EVENT_OPEN)
            e.end_us -= out->begin_wall_us;
        out->events[out->event_count++] = e;
    }
    free(kept->events);
}

int stream_sample_table(struct stream_sample *sample, struct table *out)
{
    *out = (struct table){0};
    out->sessions = malloc((sample->count + 1) * sizeof(*out->sessions));
    out->events = malloc((sample->events + 1) * sizeof(*out->events));
    if (!out->sessions || !out->events) {
        table_release(out);
        return -E_NOMEM;
    }
    if (!sample->count)
        return 0;
    out->begin_wall_us = sample->begin_us;
    out->end_us = sample->end_us - sample->begin_us;
    qsort(sample->list, sample->count, sizeof(*sample->list), by_start);
    for (size_t i = 0; i < sample->count; i++)
        move_session(out, &sample->list[i]);
    sample->count = 0;
    return 0;
}

/* Which moment of an edge is asked for. */
enum moment { MOMENT_START, MOMENT_END, MOMENT_DONE };

/* In rising order, since the first start; how many. */
static size_t collect(const struct stream_sample *sample, enum moment moment, int64_t *out)
{
    size_t count = 0;

    for (size_t i = 0; i < sample->edge_count; i++) {
        const struct edge *edge = &sample->edges[i];

        if (moment == MOMENT_DONE && !edge->done)
            continue;
        out[count++] = (moment == MOMENT_START ? edge->start_us : edge->end_us) - sample->begin_us;
    }
    sort_times(out, count);
    return count;
}

int stream_sample_active(const struct stream_sample *sample, struct active *out)
{
    size_t bytes = (sample->edge_count + 1) * sizeof(int64_t);

    *out = (struct active){.starts_us = malloc(bytes), .ends_us = malloc(bytes)};
    if (!out->starts_us || !out->ends_us) {
        active_release(out);
        return -E_NOMEM;
    }
    out->count = collect(sample, MOMENT_START, out->starts_us);
    collect(sample, MOMENT_END, out->ends_us);
    out->each = sample->edge_every;
    active_find_most(out);
    return 0;
}

int stream_sample_slopes(const struct stream_sample *sample, double *start_every_s,
                         double *end_every_s)
{
    double scale = (double)US_PER_S * (double)sample->edge_every;
    int64_t *moments = malloc((sample->edge_count + 1) * sizeof(*moments));
    size_t count;

    if (!moments)
        return -E_NOMEM;
    count = collect(sample, MOMENT_START, moments);
    *start_every_s = slope_by_rank(moments, count) / scale;
    count = collect(sample, MOMENT_DONE, moments);
    *end_every_s = slope_by_rank(moments, count) / scale;
    free(moments);
    return 0;
}
