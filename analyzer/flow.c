#include "analyzer/flow.h"

#include <stdlib.h>

#include "core/units.h"

#define STARTS_EACH 10     /* in an interval; with fewer the lines would only jump */
#define INTERVALS_LEAST 12 /* but with fewer of them there would be no lines */
#define DAY_US (86400 * US_PER_S)

static const int64_t lengths[] = {
    1 * US_PER_MS,   2 * US_PER_MS,   5 * US_PER_MS,   10 * US_PER_MS,  20 * US_PER_MS,
    50 * US_PER_MS,  100 * US_PER_MS, 200 * US_PER_MS, 500 * US_PER_MS, 1 * US_PER_S,
    2 * US_PER_S,    5 * US_PER_S,    10 * US_PER_S,   15 * US_PER_S,   30 * US_PER_S,
    60 * US_PER_S,   120 * US_PER_S,  300 * US_PER_S,  600 * US_PER_S,  900 * US_PER_S,
    1800 * US_PER_S, 3600 * US_PER_S, 7200 * US_PER_S, 21600 * US_PER_S};

int64_t flow_every_us(int64_t span_us, size_t sessions, size_t most)
{
    int64_t least_us = span_us / (int64_t)(most ? most : 1);
    int64_t calm_us = span_us / INTERVALS_LEAST;

    if (sessions && span_us / (int64_t)sessions < calm_us / STARTS_EACH)
        calm_us = span_us / (int64_t)sessions * STARTS_EACH;
    if (calm_us > least_us)
        least_us = calm_us;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        if (lengths[i] >= least_us)
            return lengths[i];
    }
    return (least_us / DAY_US + 1) * DAY_US;
}

static void count(struct flow *flow, enum flow_what what, int64_t us)
{
    size_t i = us > 0 ? (size_t)(us / flow->every_us) : 0;

    flow->counts[what][i < flow->count ? i : flow->count - 1]++;
    flow->totals[what]++;
}

static void count_sessions(struct flow *flow, const struct table *table)
{
    for (size_t i = 0; i < table->session_count; i++) {
        const struct session *s = &table->sessions[i];

        count(flow, FLOW_STARTED, s->start_us);
        if (s->outcome == SESSION_DONE)
            count(flow, FLOW_FINISHED, s->end_us);
        else if (s->outcome == SESSION_FAILED)
            count(flow, FLOW_FAILED, s->end_us);
    }
}

/* FLOW_KINDS: neither. */
static enum flow_what what_is(const struct step *step)
{
    if (step_is_request(step))
        return FLOW_REQUESTS;
    return step->type == STEP_WS_SEND || step_is_recv(step) ? FLOW_MESSAGES : FLOW_KINDS;
}

static int count_events(struct flow *flow, const struct table *table, const struct script *script)
{
    enum flow_what *whats = malloc((script->count + 1) * sizeof(*whats));

    if (!whats)
        return -E_NOMEM;
    for (size_t i = 0; i < script->count; i++)
        whats[i] = what_is(script_at(script, i));
    for (size_t i = 0; i < table->event_count; i++) {
        const struct event *e = &table->events[i];

        if (e->end_us != EVENT_OPEN && whats[e->step] != FLOW_KINDS)
            count(flow, whats[e->step], e->end_us);
    }
    free(whats);
    return 0;
}

int flow_compute(struct flow *out, const struct table *table, const struct script *script,
                 int64_t every_us)
{
    int rc = 0;

    *out = (struct flow){.every_us = every_us, .count = (size_t)(table->end_us / every_us) + 1};
    for (int what = 0; what < FLOW_KINDS && rc == 0; what++) {
        out->counts[what] = calloc(out->count, sizeof(*out->counts[what]));
        rc = out->counts[what] ? 0 : -E_NOMEM;
    }
    if (rc == 0) {
        count_sessions(out, table);
        rc = count_events(out, table, script);
    }
    if (rc < 0)
        flow_release(out);
    return rc;
}

void flow_release(struct flow *flow)
{
    for (int what = 0; what < FLOW_KINDS; what++)
        free(flow->counts[what]);
    *flow = (struct flow){0};
}

double flow_rate(const struct flow *flow, enum flow_what what, size_t i)
{
    return flow->counts[what][i] * (double)US_PER_S / (double)flow->every_us;
}

double flow_most(const struct flow *flow, enum flow_what what)
{
    double most = 0;

    for (size_t i = 0; i < flow->count; i++) {
        if (flow_rate(flow, what, i) > most)
            most = flow_rate(flow, what, i);
    }
    return most;
}
