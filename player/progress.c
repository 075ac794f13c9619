#include "player/progress.h"

#include <stdio.h>

#include "core/units.h"

/* A player that acts later than this at its p99 is no longer a fair witness. */
#define LATE_US INT64_C(50000)

int64_t progress_left_us(const struct play *play, int64_t elapsed_us)
{
    const struct schedule *s = &play->schedule;
    int64_t script_us = (int64_t)((double)play->roles[0].script->length_us * play->options.think);
    int64_t end_us = schedule_start_us(s, s->count - 1) + s->for_us + script_us;

    return end_us > elapsed_us ? end_us - elapsed_us : 0;
}

static const char *percentile(const struct hist *hist, double p, char out[DURATION_TEXT])
{
    return hist->count ? duration_format(hist_percentile_us(hist, p), out, DURATION_TEXT) : "-";
}

void progress_line(char *line, size_t size, const struct play *play, const struct tally *all,
                   int64_t elapsed_us)
{
    char p50[DURATION_TEXT];
    char p95[DURATION_TEXT];
    char left[DURATION_TEXT];
    long waiting = play->schedule.count - (long)all->started;
    int64_t left_us = progress_left_us(play, elapsed_us);

    snprintf(line, size,
             "%ld waiting, %lu running, %lu done, %lu failed; page load p50 %s, p95 %s; "
             "%s%s",
             waiting > 0 ? waiting : 0, (unsigned long)(all->started - all->done - all->failed),
             (unsigned long)all->done, (unsigned long)all->failed,
             percentile(&all->page_load, 0.5, p50), percentile(&all->page_load, 0.95, p95),
             left_us ? duration_format(left_us, left, sizeof(left)) : "waiting for the last ones",
             left_us ? " left" : "");
}

static void print_times(const char *name, const struct hist *hist)
{
    char p50[DURATION_TEXT];
    char p95[DURATION_TEXT];
    char max[DURATION_TEXT];

    if (!hist->count)
        return;
    fprintf(stderr, "play: %s p50 %s, p95 %s, max %s\n", name, percentile(hist, 0.5, p50),
            percentile(hist, 0.95, p95), duration_format(hist->max_us, max, sizeof(max)));
}

static void print_lateness(const struct hist *lateness)
{
    char p99[DURATION_TEXT];
    bool late = hist_percentile_us(lateness, 0.99) > LATE_US;

    if (!lateness->count)
        return;
    fprintf(stderr, "play: %s: its own lateness was p99 %s\n",
            late ? "the player did not keep up, so the waits are partly its own"
                 : "the player kept up",
            percentile(lateness, 0.99, p99));
}

static void print_failures(const struct tally *all)
{
    for (uint32_t i = 0; i < all->reason_count; i++)
        fprintf(stderr, "play: %u session%s failed at line %u %s\n", all->reasons[i].count,
                all->reasons[i].count == 1 ? "" : "s", all->reasons[i].line, all->reasons[i].text);
}

void progress_summary(const struct play *play, const struct account *a, const struct tally *all,
                      int64_t elapsed_us)
{
    char took[DURATION_TEXT];

    fprintf(stderr, "play: %lu sessions: %lu done, %lu failed, %lu lost; took %s\n",
            (unsigned long)a->planned, (unsigned long)a->done, (unsigned long)a->failed,
            (unsigned long)a->lost, duration_format(elapsed_us, took, sizeof(took)));
    if (a->not_started)
        fprintf(stderr, "play: %lu more were not started, because the run was stopped\n",
                (unsigned long)a->not_started);
    print_times("page load", &all->page_load);
    print_times("calculation", &all->calculation);
    print_lateness(&all->lateness);
    fprintf(stderr, "play: memory at most %.1f MiB in all (%d processes)\n",
            (double)all->rss_peak_kb / 1024, play->schedule.processes);
    print_failures(all);
    if (all->rows_lost)
        fprintf(stderr,
                "play: %lu rows could not be written; what is in '%s' is whole but for them\n",
                (unsigned long)all->rows_lost, play->dir);
    fprintf(stderr, "play: see it: stretto analyze %s\n", play->dir);
}
