/* The plain questions first: may the numbers be trusted, did sessions fail, is it fast enough? */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/recommend_parts.h"
#include "analyzer/text.h"
#include "core/error.h"

const char finding_player_late[] = "player-late";

/* Fewer sessions in the steady state say little. */
#define STEADY_LEAST 5
/* A smaller share of failed sessions is not what users suffer from most. */
#define FEW_FAILED 0.01
#define REASON_MOST 200 /* bytes of why a session failed */

/* With so many sessions active pages are slow when so much of them is, against those with fewer. */
#define SLOW_ABOVE 0.5
#define SLOW_BELOW 0.1

static const char *since_words(int64_t from_us, char out[WORDS])
{
    char from[DURATION_TEXT];

    snprintf(out, WORDS, "first %s after the start", duration_format(from_us, from, sizeof(from)));
    return from_us > 0 ? out : "from the start on";
}

static int tell_late(struct findings *out, const struct evidence *e)
{
    const struct late *late = &e->build->late;
    double share = late->waits ? (double)late->waits_late / (double)late->waits : NAN;
    char words[WORDS];
    char from[WORDS];
    const char *again = e->build->stats.sessions > 1
                            ? "Play again with fewer users or more processes."
                            : "Play again on a machine that has less to do.";
    struct finding f = {.weight = FINDING_WARN, .key = finding_player_late};

    if (!late->told)
        return 0;
    late_words(late, e->build->table.end_us, words, sizeof(words));
    if (!late->count)
        return say(out, e, f,
                   "the player was late: %s; the numbers may be its own and not the app's, and are "
                   "not to be trusted. %s",
                   words, again);
    f.unit = "ratio";
    f.value = f.low = f.high = share;
    return say(
        out, e, f,
        "the player was late: %s, %s; %zu of %zu waits (%.0f %%) lie in that time and may be its "
        "own delay and not the app's: not to be trusted. %s",
        words, since_words(late->spans[0].from_us, from), late->waits_late, late->waits,
        100 * share, again);
}

struct failures {
    size_t failed;
    size_t stopped;      /* not by the app: they were under way when the run was stopped */
    int64_t first_us;    /* when the first wait began that was to fail */
    unsigned worst_line; /* of the script; 0: not told */
    size_t worst_count;
    const char *reason; /* the most frequent at that line */
};

static void note_failure(struct failures *out, size_t *at_line, size_t lines,
                         const struct session *s, int64_t from_us)
{
    size_t line = s->failed_line < lines ? s->failed_line : 0;

    if (!out->failed++ || from_us < out->first_us)
        out->first_us = from_us;
    if (++at_line[line] > out->worst_count) {
        out->worst_count = at_line[line];
        out->worst_line = (unsigned)line;
    }
}

/* Of the last thing that a session began. */
static int64_t last_start_us(const struct table *table, const struct session *s)
{
    int64_t last_us = s->start_us;

    for (size_t i = 0; i < s->event_count; i++) {
        int64_t us = table->events[s->first_event + i].start_us;

        last_us = us > last_us ? us : last_us;
    }
    return last_us;
}

/* As the player says it (player/worker.c): 'LABEL': stopped by the user */
static bool was_stopped(const struct session *s)
{
    const char *why = s->reason ? strstr(s->reason, "': ") : NULL;

    why = why ? why + strlen("': ") : s->reason;
    return why && strncmp(why, "stopped", strlen("stopped")) == 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Which is told most often of the sessions that failed at the worst line. */
static int find_reason(struct failures *out, const struct table *table)
{
    const char **reasons = malloc((table->session_count + 1) * sizeof(*reasons));
    size_t count = 0;
    size_t most = 0;
    size_t same = 0;

    if (!reasons)
        return -E_NOMEM;
    for (size_t i = 0; i < table->session_count; i++) {
        const struct session *s = &table->sessions[i];

        if (s->outcome == SESSION_FAILED && s->failed_line == out->worst_line && s->reason &&
            !was_stopped(s))
            reasons[count++] = s->reason;
    }
    qsort(reasons, count, sizeof(*reasons), by_text);
    for (size_t i = 0; i < count; i++) {
        same = i > 0 && strcmp(reasons[i], reasons[i - 1]) == 0 ? same + 1 : 1;
        if (same > most) {
            most = same;
            out->reason = reasons[i];
        }
    }
    free(reasons);
    return 0;
}

static int find_failures(struct failures *out, const struct build *build)
{
    const struct script *script = build->script;
    const struct table *table = &build->table;
    size_t lines = script->count ? script_at(script, script->count - 1)->line + 1 : 1;
    size_t *at_line = calloc(lines, sizeof(*at_line));

    *out = (struct failures){.reason = ""};
    if (!at_line)
        return -E_NOMEM;
    for (size_t i = 0; i < table->session_count; i++) {
        const struct session *s = &table->sessions[i];

        if (s->outcome == SESSION_FAILED && was_stopped(s))
            out->stopped++;
        else if (s->outcome == SESSION_FAILED)
            note_failure(out, at_line, lines, s, last_start_us(table, s));
    }
    free(at_line);
    return find_reason(out, table);
}

static int tell_stopped(struct findings *out, const struct evidence *e, size_t stopped)
{
    if (!stopped)
        return 0;
    return say(out, e, (struct finding){.weight = FINDING_NOTE, .key = "stopped"},
               "%zu of %zu sessions were under way when the run was stopped, and count as failed.",
               stopped, e->build->stats.sessions);
}

/* " Most often (3) at line 5 of the script: 'Homepage': the app did not answer in time." */
static int most_words(const struct failures *failures, char *out, size_t size)
{
    char *reason = text_short(failures->reason, REASON_MOST);

    *out = 0;
    if (!reason)
        return -E_NOMEM;
    if (failures->worst_line && *reason)
        snprintf(out, size, " Most often (%zu) at line %u of the script: %s.",
                 failures->worst_count, failures->worst_line, reason);
    else if (failures->worst_line)
        snprintf(out, size, " Most often (%zu) at line %u of the script.", failures->worst_count,
                 failures->worst_line);
    free(reason);
    return 0;
}

static struct finding failed_share(size_t failed, size_t sessions)
{
    double share = (double)failed / (double)sessions;

    return (struct finding){.weight = share < FEW_FAILED ? FINDING_WARN : FINDING_BAD,
                            .key = "failed",
                            .unit = "ratio",
                            .value = share,
                            .low = share,
                            .high = share};
}

static int tell_failed(struct findings *out, const struct evidence *e,
                       const struct failures *failures)
{
    const struct spread *failed_wait = &e->build->stats.failed_wait;
    size_t sessions = e->build->stats.sessions;
    size_t active = active_at(&e->build->active, failures->first_us);
    char at[DURATION_TEXT];
    char given_up[WORDS] = "";
    char most[2 * REASON_MOST];

    if (most_words(failures, most, sizeof(most)) < 0)
        return -E_NOMEM;
    if (failed_wait->count && !failures->stopped)
        snprintf(given_up, sizeof(given_up), " %zu wait%s had no answer, given up after p50 %s.",
                 failed_wait->count, failed_wait->count == 1 ? "" : "s",
                 duration_format(failed_wait->p50_us, at, sizeof(at)));
    return say(
        out, e, failed_share(failures->failed, sessions),
        "%zu of %zu sessions failed; the first one's last step began %s after the start, with "
        "%zu session%s active.%s%s",
        failures->failed, sessions, duration_format(failures->first_us, at, sizeof(at)), active,
        active == 1 ? "" : "s", most, given_up);
}

static int tell_failures(struct findings *out, const struct evidence *e)
{
    const struct stats *stats = &e->build->stats;
    struct failures failures;
    int rc;

    if (!stats->failed)
        return 0;
    if (e->build->stream)
        return say(out, e, failed_share(stats->failed, stats->sessions),
                   "%zu of %zu sessions failed.", stats->failed, stats->sessions);
    rc = find_failures(&failures, e->build);
    if (rc == 0 && failures.failed)
        rc = tell_failed(out, e, &failures);
    return rc < 0 ? rc : tell_stopped(out, e, failures.stopped);
}

/* From how many active sessions on are pages slow? */
struct limit {
    size_t active; /* 0: that does not tell slow from fast */
    double above;  /* share of those that are slow, with as many or more */
    double below;
};

/* slow, all: of page loads that began with so many active, 0 to most. */
static struct limit find_limit(const size_t *slow, const size_t *all, size_t most)
{
    size_t all_slow = 0;
    size_t count = 0;
    size_t below = 0;
    size_t below_slow = 0;
    size_t best = SIZE_MAX;
    struct limit limit = {0};

    for (size_t i = 0; i <= most; i++) {
        all_slow += slow[i];
        count += all[i];
    }
    for (size_t i = 1; i <= most; i++) {
        size_t wrong;

        below += all[i - 1];
        below_slow += slow[i - 1];
        if (below == 0 || below == count)
            continue;
        wrong = below_slow + (count - below) - (all_slow - below_slow);
        if (wrong >= best)
            continue;
        best = wrong;
        limit = (struct limit){i, (double)(all_slow - below_slow) / (double)(count - below),
                               (double)below_slow / (double)below};
    }
    if (limit.above < SLOW_ABOVE || limit.below > SLOW_BELOW)
        limit.active = 0;
    return limit;
}

static int limit_of(struct limit *out, const struct evidence *e)
{
    const struct build *build = e->build;
    size_t most = build->active.most;
    size_t *slow = calloc(2 * (most + 1), sizeof(*slow));
    size_t *all = slow ? slow + most + 1 : NULL;

    *out = (struct limit){0};
    if (!slow)
        return -E_NOMEM;
    for (size_t i = 0; i < build->table.session_count; i++) {
        const struct session *s = &build->table.sessions[i];
        int64_t us = page_load_us(&build->plan, &build->table, i);
        size_t active = active_at(&build->active, s->start_us);

        if (us < 0 || !s->counted || active > most)
            continue;
        all[active]++;
        slow[active] += us > e->scene->mark_us;
    }
    *out = find_limit(slow, all, most);
    free(slow);
    return 0;
}

static const char *calculation_words(const struct evidence *e, char out[WORDS])
{
    char p95[DURATION_TEXT];

    *out = 0;
    if (e->calculation.count)
        snprintf(out, WORDS, ", calculation p95 %s",
                 duration_format(e->build->stats.calculation.p95_us, p95, sizeof(p95)));
    return out;
}

static int tell_slow(struct findings *out, const struct evidence *e, struct finding f,
                     const char *numbers)
{
    const struct stats *stats = &e->build->stats;
    double share = (double)stats->page_loads_beyond / (double)stats->sessions;
    char mark[DURATION_TEXT];
    char from[WORDS] = "";
    struct limit limit;
    int rc = limit_of(&limit, e);

    if (rc < 0)
        return rc;
    f.weight = FINDING_BAD;
    if (limit.active)
        snprintf(from, sizeof(from),
                 " With %zu or more sessions active %.0f %% did, with fewer %.0f %%.", limit.active,
                 100 * limit.above, 100 * limit.below);
    return say(out, e, f, "%s: too slow, %.0f %% of page loads took longer than %s.%s", numbers,
               100 * share, duration_format(e->scene->mark_us, mark, sizeof(mark)), from);
}

/* Who failed, or was cut off, before the page was there is in none of the numbers. */
static const char *ended_words(const struct evidence *e, char out[WORDS])
{
    const struct stats *stats = &e->build->stats;
    size_t lost = stats->failed_wait.count + stats->cut_waits;

    *out = 0;
    if (lost && evidence_lost_many(e))
        snprintf(out, WORDS, " (of waits that ended; %zu did not)", lost);
    return out;
}

static int tell_speed(struct findings *out, const struct evidence *e)
{
    struct interval p95;
    char time[DURATION_TEXT];
    char interval[WORDS];
    char calculation[WORDS];
    char mark[DURATION_TEXT];
    char ended[WORDS];
    char numbers[4 * WORDS];
    struct finding f = {.weight = FINDING_GOOD, .key = "page-load", .unit = "s"};
    size_t beyond = e->build->stats.page_loads_beyond;

    if (!e->page_load.count)
        return 0;
    p95 = bootstrap_percentile(&e->page_load, AT_P95);
    f.value = p95.value / US_PER_S;
    f.low = p95.low / US_PER_S;
    f.high = p95.high / US_PER_S;
    snprintf(numbers, sizeof(numbers), "page load p95 is %s%s%s%s", time_words(f.value, time),
             interval_words(e, f.low, f.high, interval), calculation_words(e, calculation),
             ended_words(e, ended));
    if (*ended)
        f.weight = FINDING_WARN;
    duration_format(e->scene->mark_us, mark, sizeof(mark));
    if (evidence_is_fast(e))
        return say(out, e, f, "%s: fast enough, %s page load took longer than %s.", numbers,
                   beyond ? "almost no" : "no", mark);
    if (beyond > 0.05 * (double)e->build->stats.sessions)
        return tell_slow(out, e, f, numbers);
    f.weight = FINDING_WARN;
    return say(out, e, f, "%s: pages come within %s, but users wait long for what they ask for.",
               numbers, mark);
}

static int tell_few(struct findings *out, const struct evidence *e)
{
    const struct steady *steady = &e->build->steady;

    if (!steady->used || steady->sessions >= STEADY_LEAST)
        return 0;
    return say(out, e, (struct finding){.weight = FINDING_WARN, .key = "few-sessions"},
               "only %zu of %zu sessions lie in the steady state, too few to rely on their "
               "numbers: play longer (--for), or count all of them (--all).",
               steady->sessions, e->build->stats.sessions);
}

int recommend_speed(struct findings *out, const struct evidence *e)
{
    int rc = tell_late(out, e);

    if (rc == 0)
        rc = tell_few(out, e);
    if (rc == 0)
        rc = tell_failures(out, e);
    return rc < 0 ? rc : tell_speed(out, e);
}
