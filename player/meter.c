#include "player/meter.h"

#include <stdlib.h>
#include <string.h>

#include "core/units.h"

#define MOMENTS (VIEW_SECONDS + 1)
#define LABEL_MAX 4096

struct step_sum {
    uint64_t count;
    int64_t sum_us;
};

struct moment {
    int64_t at_us;
    uint64_t started;
    uint64_t requests;
    uint64_t messages;
    uint64_t bytes;
    struct hist page_load;
    struct hist calculation;
    struct hist lateness;
    struct step_sum *steps; /* as the tallies number them */
};

static int processes(const struct meter *m)
{
    return m->play->schedule.processes;
}

static size_t step_count(const struct play *play)
{
    const struct role *last = &play->roles[play->role_count - 1];

    return last->first_step + last->script->count;
}

/* --- life --- */

static bool allocate_moments(struct meter *m)
{
    m->moments = calloc(MOMENTS, sizeof(*m->moments));
    for (size_t i = 0; m->moments && i < MOMENTS; i++) {
        m->moments[i].steps = calloc(step_count(m->play), sizeof(struct step_sum));
        if (!m->moments[i].steps)
            return false;
    }
    return m->moments;
}

static bool allocate(struct meter *m)
{
    size_t n = (size_t)processes(m);

    m->lateness = calloc(n, sizeof(*m->lateness));
    m->cpu_us = calloc(n, sizeof(*m->cpu_us));
    m->cpu = calloc(n, sizeof(*m->cpu));
    m->workers = calloc(n, sizeof(*m->workers));
    m->all = calloc(1, sizeof(*m->all));
    return m->lateness && m->cpu_us && m->cpu && m->workers && m->all && allocate_moments(m);
}

int meter_init(struct meter *m, const struct play *play, int64_t now_us)
{
    *m = (struct meter){.play = play};
    buf_init(&m->label, LABEL_MAX);
    if (!allocate(m))
        return -E_NOMEM;
    m->first = m->last = drops_read();
    m->read_us = m->moments[0].at_us = now_us;
    m->taken = 1;
    return 0;
}

void meter_release(struct meter *m)
{
    for (size_t i = 0; m->moments && i < MOMENTS; i++)
        free(m->moments[i].steps);
    free(m->moments);
    free(m->lateness);
    free(m->cpu_us);
    free(m->cpu);
    free(m->workers);
    free(m->all);
    buf_release(&m->label);
    *m = (struct meter){0};
}

/* --- reading --- */

static struct moment *newest(struct meter *m)
{
    return &m->moments[(m->taken - 1) % MOMENTS];
}

static const struct moment *oldest(const struct meter *m)
{
    return &m->moments[m->taken < MOMENTS ? 0 : m->taken % MOMENTS];
}

static void sum_steps(const struct play *play, struct step_sum *sums)
{
    size_t count = step_count(play);

    memset(sums, 0, count * sizeof(*sums));
    for (int p = 0; p < play->schedule.processes; p++) {
        const struct tally_step *steps = play->tallies[p].steps;

        for (size_t i = 0; steps && i < count; i++) {
            sums[i].count += steps[i].count;
            sums[i].sum_us += steps[i].sum_us;
        }
    }
}

static void take_moment(struct meter *m, int64_t now_us)
{
    const struct tally *all = m->all;
    struct moment *moment;

    m->taken++;
    moment = newest(m);
    moment->at_us = now_us;
    moment->started = all->started;
    moment->requests = all->requests;
    moment->messages = all->messages_in + all->sends;
    moment->bytes = all->bytes_in;
    moment->page_load = all->page_load;
    moment->calculation = all->calculation;
    moment->lateness = all->lateness;
    sum_steps(m->play, moment->steps);
}

/* The longest stall that has ended since the last reading, or goes on. */
static int64_t stall_of(const struct tally *tally, bool running, int64_t then_us, int64_t now_us)
{
    int64_t longest_us = 0;

    for (int64_t second = then_us / US_PER_S; second < now_us / US_PER_S; second++) {
        int64_t stall_us = tally_stall_of(tally, second);

        longest_us = stall_us > longest_us ? stall_us : longest_us;
    }
    /* A loop at rest beats ten times a second: one that is older stands still now. */
    if (running && tally->beat_us && now_us - tally->beat_us > US_PER_S / 2 &&
        now_us - tally->beat_us > longest_us)
        longest_us = now_us - tally->beat_us;
    return longest_us;
}

static void read_worker(struct meter *m, int i, const struct meter_usage *usage, int64_t now_us)
{
    const struct tally *tally = &m->play->tallies[i];
    struct meter_worker *w = &m->workers[i];
    int64_t took_us = now_us - m->read_us;

    hist_since(&m->spare, &tally->lateness, &m->lateness[i]);
    hist_merge(&m->lateness[i], &m->spare);
    w->actions = m->spare.count;
    w->late_p99_us = hist_percentile_us(&m->spare, 0.99);
    w->stall_us = stall_of(tally, usage->running, m->read_us, now_us);
    m->cpu[i] = took_us > 0 && usage->cpu_us > m->cpu_us[i]
                    ? (double)(usage->cpu_us - m->cpu_us[i]) / (double)took_us
                    : 0;
    if (usage->cpu_us > m->cpu_us[i])
        m->cpu_us[i] = usage->cpu_us;
    m->memory_kb += usage->rss_kb;
}

/* The second's own actions, of all workers together. */
static void sample_lateness(struct meter *m, struct audit_sample *s)
{
    const struct moment *before = &m->moments[(m->taken - 2) % MOMENTS];

    hist_since(&m->spare, &newest(m)->lateness, &before->lateness);
    s->actions = m->spare.count;
    s->late_p50_us = hist_percentile_us(&m->spare, 0.5);
    s->late_p99_us = hist_percentile_us(&m->spare, 0.99);
    s->late_max_us = m->spare.max_us;
}

static void sample_workers(struct meter *m, struct audit_sample *s)
{
    s->workers = processes(m);
    s->cpu = m->cpu;
    for (int i = 0; i < s->workers; i++) {
        if (m->workers[i].stall_us > s->stall_us) {
            s->stall_us = m->workers[i].stall_us;
            s->stalled = i;
        }
    }
}

void meter_read(struct meter *m, const struct meter_usage *usage, int64_t now_us,
                struct audit_sample *s)
{
    struct drops drops = drops_read();

    *s = (struct audit_sample){.from_us = m->read_us + m->play->wall_us,
                               .to_us = now_us + m->play->wall_us,
                               .elapsed_us = now_us - m->play->zero_us,
                               .drops = drops.dropped - m->last.dropped};
    m->last = drops;
    m->memory_kb = 0;
    memset(m->all, 0, sizeof(*m->all));
    for (int i = 0; i < processes(m); i++) {
        read_worker(m, i, &usage[i], now_us);
        tally_merge(m->all, &m->play->tallies[i]);
    }
    take_moment(m, now_us);
    sample_lateness(m, s);
    sample_workers(m, s);
    m->read_us = now_us;
}

/* --- showing --- */

static struct view_times times_of(const struct hist *hist)
{
    return (struct view_times){
        .count = hist->count,
        .p50_us = hist_percentile_us(hist, 0.5),
        .p95_us = hist_percentile_us(hist, 0.95),
        .p99_us = hist_percentile_us(hist, 0.99),
    };
}

static struct view_times times_between(struct meter *m, const struct hist *now,
                                       const struct hist *then)
{
    hist_since(&m->spare, now, then);
    return times_of(&m->spare);
}

static double rate(uint64_t now, uint64_t then, int64_t took_us)
{
    return took_us > 0 ? (double)(now - then) * (double)US_PER_S / (double)took_us : 0;
}

static const struct role *role_of(const struct play *play, size_t number)
{
    const struct role *role = &play->roles[0];

    for (unsigned i = 1; i < play->role_count && play->roles[i].first_step <= number; i++)
        role = &play->roles[i];
    return role;
}

static int64_t recent_us(const struct meter *m, size_t number)
{
    int64_t longest_us = 0;

    for (int i = 0; i < processes(m); i++) {
        const struct tally_step *steps = m->play->tallies[i].steps;
        int64_t us = steps ? tally_step_recent_us(&steps[number], m->read_us) : 0;

        longest_us = us > longest_us ? us : longest_us;
    }
    return longest_us;
}

static void describe_step(struct meter *m, size_t number, int64_t mean_us, struct view_step *out)
{
    const struct role *role = role_of(m->play, number);
    const struct step *step = script_at(role->script, number - role->first_step);
    int64_t max_us = recent_us(m, number);

    buf_clear(&m->label);
    if (dialect_label(role->dialect, step, &m->label) < 0 || !m->label.data)
        return;
    *out = (struct view_step){.role = m->play->role_count > 1 ? role->name : NULL,
                              .label = m->label.data,
                              .line = step->line,
                              .mean_us = mean_us,
                              .max_us = max_us > mean_us ? max_us : mean_us};
}

/* The step with the longest mean wait between the two moments. */
static void find_slowest(struct meter *m, const struct moment *then, struct view_step *out)
{
    const struct moment *now = newest(m);
    size_t slowest = 0;
    int64_t mean_us = -1;

    for (size_t i = 0; i < step_count(m->play); i++) {
        int64_t count = (int64_t)(now->steps[i].count - then->steps[i].count);
        int64_t mean = count > 0 ? (now->steps[i].sum_us - then->steps[i].sum_us) / count : -1;

        if (mean > mean_us) {
            mean_us = mean;
            slowest = i;
        }
    }
    if (mean_us >= 0)
        describe_step(m, slowest, mean_us, out);
}

static void find_failures(const struct meter *m, struct view *v)
{
    const struct tally_reason *top[VIEW_TOP];

    v->failure_count = tally_top(m->all, top, VIEW_TOP);
    v->more_failures = m->all->reason_count - v->failure_count;
    for (size_t i = 0; i < v->failure_count; i++) {
        const struct role *role = &m->play->roles[top[i]->role];

        v->failures[i] = (struct view_failure){
            .sessions = top[i]->count,
            .role = m->play->role_count > 1 ? role->name : NULL,
            .line = top[i]->line,
            .text = top[i]->text,
        };
    }
}

void meter_view(struct meter *m, struct view *v)
{
    const struct moment *now = newest(m);
    const struct moment *then = oldest(m);
    int64_t took_us = now->at_us - then->at_us;

    v->loading = m->all->loading;
    v->waiting = m->all->waiting;
    v->thinking = m->all->thinking;
    v->done = m->all->done;
    v->failed = m->all->failed;
    v->starts = rate(now->started, then->started, took_us);
    v->requests = rate(now->requests, then->requests, took_us);
    v->messages = rate(now->messages, then->messages, took_us);
    v->bytes = rate(now->bytes, then->bytes, took_us);
    v->page_load_now = times_between(m, &now->page_load, &then->page_load);
    v->calculation_now = times_between(m, &now->calculation, &then->calculation);
    v->late_now = times_between(m, &now->lateness, &then->lateness);
    v->page_load = times_of(&now->page_load);
    v->calculation = times_of(&now->calculation);
    v->workers = processes(m);
    v->cpu = m->cpu;
    v->memory_kb = m->memory_kb;
    find_slowest(m, then, &v->slowest);
    find_failures(m, v);
}
