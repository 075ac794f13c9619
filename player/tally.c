#include "player/tally.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static bool is_same(const struct tally_reason *a, const struct tally_reason *b)
{
    return a->role == b->role && a->line == b->line && a->kind == b->kind && a->key == b->key;
}

static void count_reason(struct tally *tally, const struct tally_reason *one)
{
    struct tally_reason *reason;

    for (uint32_t i = 0; i < tally->reason_count; i++) {
        reason = &tally->reasons[i];
        if (is_same(reason, one)) {
            reason->count += one->count;
            return;
        }
    }
    if (tally->reason_count == TALLY_REASONS) {
        reason = &tally->reasons[TALLY_REASONS - 1];
        reason->role = reason->line = 0;
        reason->kind = FAILURES;
        snprintf(reason->text, sizeof(reason->text), "other reasons");
        reason->count += one->count;
        return;
    }
    tally->reasons[tally->reason_count++] = *one;
}

void tally_hold(struct tally *tally, int64_t us)
{
    tally->held++;
    tally->held_us += us;
}

void tally_begin(struct tally *tally, unsigned role)
{
    tally->started++;
    tally->roles[role].started++;
}

void tally_done(struct tally *tally, unsigned role)
{
    tally->done++;
    tally->roles[role].done++;
}

void tally_fail(struct tally *tally, unsigned role, uint32_t line, enum failure kind,
                const char *text)
{
    struct tally_reason one = {
        .role = role, .line = line, .count = 1, .kind = kind, .key = failure_key(text)};

    snprintf(one.text, sizeof(one.text), "%s", text);
    tally->failed++;
    tally->roles[role].failed++;
    count_reason(tally, &one);
}

void tally_tell(struct tally *tally, unsigned role, uint32_t line, int64_t session,
                const char *text)
{
    struct tally_told *told = &tally->told[tally->told_count];

    if (tally->told_count == TALLY_TOLD)
        return;
    told->role = role;
    told->line = line;
    told->session = session;
    snprintf(told->text, sizeof(told->text), "%s", text);
    /* Who sees the count sees the words. */
    __atomic_store_n(&tally->told_count, tally->told_count + 1, __ATOMIC_RELEASE);
}

/* The loop's last beat is near enough for the time: asking the kernel costs more than all this. */
static void note_recent(struct tally_step *step, int64_t beat_us, int64_t wait_us)
{
    int64_t stretch = beat_us / TALLY_STRETCH_US;
    int64_t *recent = &step->recent_us[stretch & 1];

    if (stretch != step->stretch) {
        if (stretch != step->stretch + 1)
            step->recent_us[~stretch & 1] = 0;
        *recent = 0;
        step->stretch = stretch;
    }
    if (wait_us > *recent)
        *recent = wait_us;
}

int64_t tally_step_recent_us(const struct tally_step *step, int64_t now_us)
{
    int64_t age = now_us / TALLY_STRETCH_US - step->stretch;
    int64_t newer = step->recent_us[step->stretch & 1];
    int64_t older = step->recent_us[~step->stretch & 1];

    if (age > 1)
        return 0;
    return age == 1 || newer > older ? newer : older;
}

void tally_step(struct tally *tally, size_t number, int64_t wait_us)
{
    struct tally_step *step;

    if (!tally->steps)
        return;
    step = &tally->steps[number];
    note_recent(step, tally->beat_us, wait_us);
    step->count++;
    step->sum_us += wait_us;
    if (wait_us > step->max_us)
        step->max_us = wait_us;
}

void tally_stall(struct tally *tally, int64_t now_us, int64_t busy_us)
{
    struct tally_stall *slot = &tally->stalls[now_us / US_PER_S % TALLY_SECONDS];

    if (slot->second != now_us / US_PER_S)
        *slot = (struct tally_stall){.second = now_us / US_PER_S};
    if (busy_us > slot->max_us)
        slot->max_us = busy_us;
    if (busy_us > tally->stall_max_us)
        tally->stall_max_us = busy_us;
}

int64_t tally_stall_of(const struct tally *tally, int64_t second)
{
    const struct tally_stall *slot = &tally->stalls[second % TALLY_SECONDS];

    return slot->second == second ? slot->max_us : 0;
}

/* What only says how it is now or how much it was: sums. */
static void add_counters(struct tally *into, const struct tally *from)
{
    into->held += from->held;
    into->held_us += from->held_us;
    into->connections += from->connections;
    into->requests += from->requests;
    into->sends += from->sends;
    into->messages_in += from->messages_in;
    into->loading += from->loading;
    into->waiting += from->waiting;
    into->thinking += from->thinking;
    if (from->stall_max_us > into->stall_max_us)
        into->stall_max_us = from->stall_max_us;
}

static void add_roles(struct tally *into, const struct tally *from)
{
    for (unsigned i = 0; i < TALLY_ROLES; i++) {
        into->roles[i].started += from->roles[i].started;
        into->roles[i].done += from->roles[i].done;
        into->roles[i].failed += from->roles[i].failed;
    }
}

void tally_merge(struct tally *into, const struct tally *from)
{
    into->started += from->started;
    into->done += from->done;
    into->failed += from->failed;
    into->extra += from->extra;
    into->noise += from->noise;
    into->duties += from->duties;
    into->rows_lost += from->rows_lost;
    into->bytes_in += from->bytes_in;
    into->finished += from->finished;
    into->rss_peak_kb += from->rss_peak_kb;
    add_counters(into, from);
    hist_merge(&into->page_load, &from->page_load);
    hist_merge(&into->calculation, &from->calculation);
    hist_merge(&into->lateness, &from->lateness);
    add_roles(into, from);
    for (uint32_t i = 0; i < from->reason_count; i++)
        count_reason(into, &from->reasons[i]);
}

static bool comes_before(const struct tally_reason *a, const struct tally_reason *b)
{
    if ((a->kind == FAILURES) != (b->kind == FAILURES))
        return b->kind == FAILURES;
    return a->count > b->count;
}

size_t tally_top(const struct tally *tally, const struct tally_reason **top, size_t max)
{
    size_t count = 0;

    for (uint32_t i = 0; i < tally->reason_count; i++) {
        const struct tally_reason *reason = &tally->reasons[i];
        size_t at = count;

        while (at && comes_before(reason, top[at - 1]))
            at--;
        if (at == max)
            continue;
        count += count < max;
        for (size_t k = count - 1; k > at; k--)
            top[k] = top[k - 1];
        top[at] = reason;
    }
    return count;
}

static void *share(size_t bytes)
{
    void *page = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return page == MAP_FAILED ? NULL : page;
}

struct tally *tally_share(int count)
{
    return share((size_t)count * sizeof(struct tally));
}

void tally_unshare(struct tally *tallies, int count)
{
    munmap(tallies, (size_t)count * sizeof(struct tally));
}

int tally_share_steps(struct tally *tallies, int count, size_t steps)
{
    struct tally_step *all = share((size_t)count * (steps + 1) * sizeof(*all));

    if (!all)
        return -E_NOMEM;
    for (int i = 0; i < count; i++)
        tallies[i].steps = all + (size_t)i * (steps + 1);
    return 0;
}

void tally_unshare_steps(struct tally *tallies, int count, size_t steps)
{
    if (tallies[0].steps)
        munmap(tallies[0].steps, (size_t)count * (steps + 1) * sizeof(*tallies[0].steps));
    for (int i = 0; i < count; i++)
        tallies[i].steps = NULL;
}
