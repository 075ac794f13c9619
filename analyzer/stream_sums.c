#include "analyzer/stream_sums.h"

#include <stdlib.h>

int stream_sums_init(struct stream_sums *sums, struct plan *plan, int64_t mark_us,
                     const struct late *late)
{
    size_t steps = plan->script->count;

    *sums =
        (struct stream_sums){.plan = plan, .mark_us = mark_us, .late = late, .step_count = steps};
    sums->steps = calloc(steps + 1, sizeof(*sums->steps));
    sums->calculations = calloc(plan->calculation_count + 1, sizeof(*sums->calculations));
    if (sums->steps && sums->calculations &&
        phases_list(&sums->phases, &sums->phase_count, plan->script) == 0)
        sums->phase_waits = calloc(sums->phase_count + 1, sizeof(*sums->phase_waits));
    if (sums->phase_waits)
        return 0;
    stream_sums_release(sums);
    return -E_NOMEM;
}

static void release_step(struct step_sums *step)
{
    dist_release(&step->took);
    for (size_t i = 0; step->parts && i < TIMING_PARTS; i++)
        dist_release(&step->parts[i]);
    free(step->parts);
}

void stream_sums_release(struct stream_sums *sums)
{
    for (size_t i = 0; sums->steps && i < sums->step_count; i++)
        release_step(&sums->steps[i]);
    for (size_t i = 0; sums->calculations && i < sums->plan->calculation_count; i++)
        dist_release(&sums->calculations[i]);
    for (size_t i = 0; sums->phase_waits && i < sums->phase_count; i++)
        dist_release(&sums->phase_waits[i]);
    dist_release(&sums->page_load);
    dist_release(&sums->calculation);
    dist_release(&sums->session);
    dist_release(&sums->failed_wait);
    free(sums->steps);
    free(sums->calculations);
    free(sums->phases);
    free(sums->phase_waits);
    free(sums->scratch);
    *sums = (struct stream_sums){0};
}

static int make_scratch(struct stream_sums *sums, size_t count)
{
    struct wait *grown;

    if (count <= sums->scratch_count)
        return 0;
    grown = realloc(sums->scratch, count * sizeof(*grown));
    if (!grown)
        return -E_NOMEM;
    sums->scratch = grown;
    sums->scratch_count = count;
    return 0;
}

static int add_parts(struct step_sums *step, const struct timing *timing)
{
    int rc = 0;

    if (!step->parts)
        step->parts = calloc(TIMING_PARTS, sizeof(*step->parts));
    if (!step->parts)
        return -E_NOMEM;
    for (size_t i = 0; i < TIMING_PARTS && rc == 0; i++) {
        if (timing->parts[i] != TIMING_NONE)
            rc = dist_add(&step->parts[i], timing->parts[i]);
    }
    return rc;
}

static int add_events(struct stream_sums *sums, const struct table *one)
{
    bool failed = one->sessions[0].outcome == SESSION_FAILED;
    int rc = 0;

    sums->events += one->event_count;
    for (size_t i = 0; i < one->event_count && rc == 0; i++) {
        const struct event *e = &one->events[i];
        struct step_sums *step = &sums->steps[e->step];

        if (e->end_us == EVENT_OPEN)
            step->failed += failed;
        else
            rc = dist_add(&step->took, e->end_us - e->start_us);
        if (rc == 0 && e->timing != NO_TIMING)
            rc = add_parts(step, &one->timings[e->timing]);
    }
    return rc;
}

static int add_wait(struct stream_sums *sums, const struct table *one, const struct wait *wait)
{
    int calculation = sums->plan->calculations[wait->step];
    int64_t us = wait->end_us - wait->start_us;
    int rc;

    sums->waits_late += late_touches(sums->late, wait->start_us, wait->end_us);
    if (wait->open) {
        sums->cut_waits += one->sessions[0].outcome == SESSION_UNFINISHED;
        return one->sessions[0].outcome == SESSION_FAILED ? dist_add(&sums->failed_wait, us) : 0;
    }
    if (calculation < 0 || !wait_ended(sums->plan, one, 0, wait))
        return 0;
    rc = dist_add(&sums->calculation, us);
    return rc == 0 ? dist_add(&sums->calculations[calculation], us) : rc;
}

static int add_waits(struct stream_sums *sums, const struct table *one)
{
    size_t count = waits_of_session(sums->plan, one, 0, sums->scratch);
    int rc = 0;

    sums->waits += count;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = add_wait(sums, one, &sums->scratch[i]);
    for (size_t i = 0; i < sums->phase_count && rc == 0; i++) {
        int64_t us = phase_of_session(&sums->phases[i], sums->plan, one, 0, sums->scratch);

        rc = us < 0 ? 0 : dist_add(&sums->phase_waits[i], us);
    }
    return rc;
}

int stream_sums_add(struct stream_sums *sums, const struct table *one)
{
    const struct session *s = &one->sessions[0];
    int64_t seen_us = s->end_us - s->start_us;
    int64_t load_us = page_load_us(sums->plan, one, 0);
    int rc = make_scratch(sums, one->event_count + 1);

    sums->outcomes[s->outcome]++;
    sums->page_loads_beyond += (load_us >= 0 ? load_us : seen_us) > sums->mark_us;
    if (rc == 0)
        rc = add_events(sums, one);
    if (rc == 0)
        rc = add_waits(sums, one);
    if (rc == 0 && load_us >= 0)
        rc = dist_add(&sums->page_load, load_us);
    if (rc == 0 && s->outcome == SESSION_DONE)
        rc = dist_add(&sums->session, seen_us);
    return rc;
}

void stream_sums_stats(const struct stream_sums *sums, struct stats *out)
{
    out->done = sums->outcomes[SESSION_DONE];
    out->failed = sums->outcomes[SESSION_FAILED];
    out->unfinished = sums->outcomes[SESSION_UNFINISHED];
    out->sessions = out->done + out->failed + out->unfinished;
    out->page_load = dist_spread(&sums->page_load);
    out->calculation = dist_spread(&sums->calculation);
    out->session = dist_spread(&sums->session);
    out->failed_wait = dist_spread(&sums->failed_wait);
    out->cut_waits = sums->cut_waits;
    out->page_loads_beyond = sums->page_loads_beyond;
}

int stream_sums_steps(const struct stream_sums *sums, struct steps *out)
{
    *out = (struct steps){calloc(sums->step_count + 1, sizeof(*out->list)), sums->step_count};
    if (!out->list) {
        steps_release(out);
        return -E_NOMEM;
    }
    for (size_t i = 0; i < sums->step_count; i++) {
        const struct step_sums *step = &sums->steps[i];

        out->list[i].took = dist_spread(&step->took);
        out->list[i].failed = step->failed;
        for (size_t part = 0; step->parts && part < TIMING_PARTS; part++)
            out->list[i].parts[part] = dist_spread(&step->parts[part]);
    }
    return 0;
}

void stream_sums_take_phases(struct stream_sums *sums, struct phase **out, size_t *count)
{
    for (size_t i = 0; i < sums->phase_count; i++)
        sums->phases[i].waited = dist_spread(&sums->phase_waits[i]);
    *out = sums->phases;
    *count = sums->phase_count;
    sums->phases = NULL;
}
