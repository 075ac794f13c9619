/* Does the app keep up with those who come, and how many would it bear? */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/recommend_parts.h"

/* Busy for more than this share of the time: near its limit. */
#define NEAR_LIMIT 0.8
/* Users of a closed loop wait for one another when waits are so many times what they are alone. */
#define WAITING_MUCH 2

static struct finding about_limit(const struct service *s, enum finding_weight weight,
                                  const char *key)
{
    struct finding f = {.weight = weight, .key = key};

    if (s->limit < LIMIT_SEEN || !isfinite(s->every_s))
        return f;
    f.unit = "s";
    f.value = s->every_s;
    f.low = s->low_s;
    f.high = isfinite(s->high_s) ? s->high_s : s->low_s;
    return f;
}

static int tell_behind(struct findings *out, const struct evidence *e)
{
    const struct service *s = &e->service;
    struct finding f = about_limit(s, FINDING_BAD, "falls-behind");
    char arrive[DURATION_TEXT];
    char every[DURATION_TEXT];
    char longer[DURATION_TEXT];
    char interval[WORDS];

    time_words(s->arrive_s, arrive);
    if (!f.unit)
        return say(out, e, f,
                   "it falls behind: one session every %s arrives, and each second that passes "
                   "makes a session %s longer. What it would bear cannot be told from this run: "
                   "play a longer one.",
                   arrive, time_words(s->longer, longer));
    time_words(s->every_s, every);
    interval_words(e, s->low_s, s->high_s, interval);
    if (s->every_s > s->arrive_s)
        return say(out, e, f,
                   "it falls behind: one session every %s arrives, one every %s%s is served; the "
                   "rest queue, and wait the longer the later they come. It would keep up with one "
                   "every %s.",
                   arrive, every, interval, every);
    f.weight = FINDING_WARN;
    f.key = "keeps-up";
    return say(
        out, e, f,
        "it keeps up with one session every %s only just: sessions queue, and wait longer at "
        "the end of the run than at its beginning. One every %s%s is the most.",
        arrive, every, interval);
}

static int tell_kept_up(struct findings *out, const struct evidence *e)
{
    const struct service *s = &e->service;
    struct finding f = about_limit(s, FINDING_GOOD, "keeps-up");
    char arrive[DURATION_TEXT];
    char every[DURATION_TEXT];
    char interval[WORDS];

    time_words(s->arrive_s, arrive);
    if (s->limit == LIMIT_SEEN && evidence_is_fast(e))
        f.unit = NULL;
    if (f.unit && s->limit == LIMIT_SEEN) {
        f.weight = FINDING_WARN;
        return say(out, e, f,
                   "it keeps up with one session every %s, but sessions queue: each waits %.1f "
                   "times as long as it would alone. While they queue one every %s%s is served.",
                   arrive, s->waited_s / s->own_s, time_words(s->every_s, every),
                   interval_words(e, s->low_s, s->high_s, interval));
    }
    if (!f.unit)
        return say(out, e, f,
                   "it keeps up with one session every %s. It would bear that at least: its limit "
                   "was not reached.",
                   arrive);
    if (s->busy > NEAR_LIMIT)
        f.weight = FINDING_WARN;
    return say(out, e, f,
               "it keeps up with one session every %s. It does one thing at a time and had "
               "something to do %.0f %% of the time, so it would bear about one every %s%s.",
               arrive, 100 * s->busy, time_words(s->every_s, every),
               interval_words(e, s->low_s, s->high_s, interval));
}

/* As the run says, or as many as were seen: of a large run the table has not all. */
static size_t count_users(const struct build *build)
{
    const struct load_info *load = &build->info.load;
    size_t count = 0;

    for (size_t i = 0; i < build->table.session_count; i++)
        count += build->table.sessions[i].iteration == 0;
    if (load->mode && strcmp(load->mode, "users") == 0 && load->count > (int64_t)count)
        return (size_t)load->count;
    return count;
}

/* Users who come again when they are done: nobody falls behind, all wait longer. */
static int tell_users(struct findings *out, const struct evidence *e)
{
    const struct service *s = &e->service;
    bool waiting = s->waited_s > WAITING_MUCH * s->own_s;
    struct finding f = {.weight = waiting ? FINDING_WARN : FINDING_GOOD, .key = "throughput"};
    char every[DURATION_TEXT];
    char waited[DURATION_TEXT];
    char own[DURATION_TEXT];

    f.unit = "1/s";
    f.value = f.low = f.high = 1 / s->arrive_s;
    return say(out, e, f,
               "%zu users, each coming again when done, had one session served every %s; in each "
               "they waited %s, of which %s would be if they were alone. %s",
               count_users(e->build), time_words(s->arrive_s, every),
               time_words(s->waited_s, waited), time_words(s->own_s, own),
               waiting ? "They wait for one another: more users would rather wait longer than get "
                         "more done."
                       : "They hardly wait for one another: it would bear more users.");
}

static int tell_unknown(struct findings *out, const struct evidence *e)
{
    const struct stats *stats = &e->build->stats;
    char arrive[DURATION_TEXT];

    return say(out, e, (struct finding){.weight = FINDING_NOTE, .key = "limit-unknown"},
               "whether it would keep up with one session every %s cannot be told: only %zu of %zu "
               "sessions went on to their end, and who leaves early makes room for the others.",
               time_words(e->service.arrive_s, arrive), stats->done, stats->sessions);
}

int recommend_rate(struct findings *out, const struct evidence *e)
{
    const struct service *s = &e->service;

    if (s->limit == LIMIT_NONE || !(s->arrive_s > 0))
        return 0;
    if (s->by_users)
        return evidence_lost_many(e) ? 0 : tell_users(out, e);
    /* Who failed made room, and it falls behind all the same; who was cut off only seems to queue.
     */
    if (evidence_lost_many(e) && (!s->falls_behind || e->build->stats.unfinished))
        return tell_unknown(out, e);
    return s->falls_behind ? tell_behind(out, e) : tell_kept_up(out, e);
}
