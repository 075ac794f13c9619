#include "player/tally.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static void count_reason(struct tally *tally, uint32_t line, const char *text, uint32_t count)
{
    struct tally_reason *reason;

    for (uint32_t i = 0; i < tally->reason_count; i++) {
        reason = &tally->reasons[i];
        if (reason->line == line && strcmp(reason->text, text) == 0) {
            reason->count += count;
            return;
        }
    }
    if (tally->reason_count == TALLY_REASONS) {
        reason = &tally->reasons[TALLY_REASONS - 1];
        reason->line = 0;
        snprintf(reason->text, sizeof(reason->text), "other reasons");
        reason->count += count;
        return;
    }
    reason = &tally->reasons[tally->reason_count++];
    reason->line = line;
    reason->count = count;
    snprintf(reason->text, sizeof(reason->text), "%s", text);
}

void tally_fail(struct tally *tally, uint32_t line, const char *text)
{
    char cut[TALLY_REASON_TEXT];

    snprintf(cut, sizeof(cut), "%s", text);
    tally->failed++;
    count_reason(tally, line, cut, 1);
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
        count_reason(into, from->reasons[i].line, from->reasons[i].text, from->reasons[i].count);
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
