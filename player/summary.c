#include "player/summary.h"

#include <inttypes.h>

#include "core/units.h"

static void add_duration(struct buf *out, int64_t us)
{
    char text[DURATION_TEXT];

    buf_adds(out, duration_format(us, text, sizeof(text)));
}

static void add_times(struct buf *out, const char *name, const struct hist *hist)
{
    if (!hist->count)
        return;
    buf_addf(out, "%s p50 ", name);
    add_duration(out, hist_percentile_us(hist, 0.5));
    buf_adds(out, ", p95 ");
    add_duration(out, hist_percentile_us(hist, 0.95));
    buf_adds(out, ", p99 ");
    add_duration(out, hist_percentile_us(hist, 0.99));
    buf_adds(out, ", max ");
    add_duration(out, hist->max_us);
    buf_addc(out, '\n');
}

static void add_account(struct buf *out, const struct account *a)
{
    buf_addf(out, "%" PRIu64 " sessions: %" PRIu64 " done, %" PRIu64 " failed, %" PRIu64 " lost",
             a->planned, a->done, a->failed, a->lost);
}

static void add_counts(struct buf *out, const struct play *play, const struct account *a,
                       int64_t elapsed_us)
{
    add_account(out, a);
    buf_adds(out, "; took ");
    add_duration(out, elapsed_us);
    buf_addc(out, '\n');
    for (unsigned i = 0; a->roles && play->role_count > 1 && i < play->role_count; i++) {
        buf_addf(out, "of %s, ", play->roles[i].name);
        add_account(out, &a->roles[i]);
        buf_addc(out, '\n');
    }
    if (a->not_started)
        buf_addf(out, "%" PRIu64 " more were not started, because the run was %s\n", a->not_started,
                 *play->aborted ? "aborted" : "stopped");
    if (*play->aborted)
        buf_addf(out, "aborted: %s\n", play->aborted);
}

static void add_held(struct buf *out, const struct play *play, const struct tally *all)
{
    if (play->options.max_rate <= 0)
        return;
    buf_addf(out, "%" PRIu64 " requests and sends were held by --max-rate %g", all->held,
             play->options.max_rate);
    if (all->held) {
        buf_adds(out, ", by ");
        add_duration(out, all->held_us / (int64_t)all->held);
        buf_adds(out, " on average");
    }
    buf_addc(out, '\n');
}

static void add_reason(struct buf *out, const struct play *play, const struct tally_reason *r)
{
    buf_addf(out, "%" PRIu32 " session%s failed", r->count, r->count == 1 ? "" : "s");
    if (r->kind == FAILURES) {
        buf_adds(out, " in other ways");
    } else {
        if (play->role_count > 1)
            buf_addf(out, " in %s", play->roles[r->role].name);
        if (r->line)
            buf_addf(out, " at line %" PRIu32 " %s", r->line, r->text);
        else
            buf_addf(out, ": %s", r->text);
    }
    buf_addf(out, "; look at: %s\n", failure_advice((enum failure)r->kind));
}

int summary_failures(const struct play *play, const struct tally *all, struct buf *out)
{
    const struct tally_reason *top[TALLY_REASONS];
    size_t count = tally_top(all, top, TALLY_REASONS);
    size_t ways = 0;
    uint64_t rest = 0;
    uint64_t stopped = 0;

    for (size_t i = 0; i < count; i++) {
        if (top[i]->kind == FAILURE_STOPPED)
            stopped += top[i]->count;
        else if (ways++ < SUMMARY_FAILURES)
            add_reason(out, play, top[i]);
        else
            rest += top[i]->count;
    }
    if (rest)
        buf_addf(out, "%" PRIu64 " more failed in %zu more ways: run.json has them ('failures')\n",
                 rest, ways - SUMMARY_FAILURES);
    if (stopped)
        buf_addf(out, "%" PRIu64 " session%s failed because the run was stopped before their end\n",
                 stopped, stopped == 1 ? "" : "s");
    return out->failed ? -E_NOMEM : 0;
}

static void add_drops(struct buf *out, const struct audit *audit)
{
    if (audit->drops)
        buf_addf(out,
                 "this machine's kernel dropped %" PRIu64 " pieces of traffic meanwhile, because "
                 "somebody did not read or accept them in time\n",
                 audit->drops);
}

int summary_lines(const struct play *play, const struct account *account, const struct tally *all,
                  const struct audit *audit, int64_t elapsed_us, struct buf *out)
{
    add_counts(out, play, account, elapsed_us);
    add_held(out, play, all);
    add_times(out, "page load", &all->page_load);
    add_times(out, "calculation", &all->calculation);
    buf_addf(out, "memory at most %.1f MiB in all (%d processes)\n",
             (double)all->rss_peak_kb / 1024, play->schedule.processes);
    summary_failures(play, all, out);
    if (all->rows_lost)
        buf_addf(out,
                 "%" PRIu64 " rows could not be written; what is in '%s' is whole but for "
                 "them\n",
                 all->rows_lost, play->dir);
    add_drops(out, audit);
    if (all->lateness.count || !audit_kept_up(audit))
        audit_tell(audit, out);
    return buf_addf(out, "see it: stretto analyze %s\n", play->dir);
}
