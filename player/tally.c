#include "player/tally.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "core/units.h"

static bool is_same(const struct tally_reason *a, const struct tally_reason *b)
{
    return a->role == b->role && a->line == b->line && a->kind == b->kind &&
           strcmp(a->text, b->text) == 0;
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
        reason->line = 0;
        snprintf(reason->text, sizeof(reason->text), "other reasons");
        reason->count += one->count;
        return;
    }
    tally->reasons[tally->reason_count++] = *one;
}

void tally_fail(struct tally *tally, unsigned role, uint32_t line, enum failure kind,
                const char *text)
{
    struct tally_reason one = {.role = role, .line = line, .count = 1, .kind = kind};

    snprintf(one.text, sizeof(one.text), "%s", text);
    tally->failed++;
    count_reason(tally, &one);
}

void tally_step(struct tally *tally, size_t number, int64_t wait_us)
{
    struct tally_step *step;

    if (!tally->steps)
        return;
    step = &tally->steps[number];
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
    for (uint32_t i = 0; i < from->reason_count; i++)
        count_reason(into, &from->reasons[i]);
}

struct tally *tally_share(int count)
{
    void *page = mmap(NULL, (size_t)count * sizeof(struct tally), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return page == MAP_FAILED ? NULL : page;
}

void tally_unshare(struct tally *tallies, int count)
{
    munmap(tallies, (size_t)count * sizeof(struct tally));
}
