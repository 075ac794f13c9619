#include "player/tally.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

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
