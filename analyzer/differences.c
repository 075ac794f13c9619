/* A trait of a run is told in words; where the words of all builds are the same, or a run does not
 * tell, there is no difference.  Builds of the same words are named together. */
#include "analyzer/differences.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/text.h"
#include "core/buf.h"
#include "core/units.h"

#define WORDS 160
#define NOTE_MOST (1 << 16)
#define LABEL_MOST 100 /* bytes of a build's label */

/* Shares of failed sessions that lie this far apart are no accident worth ignoring: what is missing
 * from the times of one build is in those of the other. */
#define FAILED_APART 0.01

struct telling {
    struct notes *notes;
    const struct build *builds;
    size_t count;
    const struct match *match;
    char **labels;        /* a build, without control characters */
    char (*words)[WORDS]; /* a build, of the trait at hand; "" where its run does not tell */
};

/* --- traits --- */

static void say_users(const struct build *build, char out[WORDS])
{
    const struct steady *steady = &build->steady;

    snprintf(out, WORDS, "%zu %s%s", steady->users,
             steady->users == build->table.session_count ? "session" : "user",
             steady->users == 1 ? "" : "s");
}

static void say_load(const struct build *build, char out[WORDS])
{
    const struct load_info *load = &build->info.load;
    bool users = load->mode && strcmp(load->mode, "users") == 0;
    bool random = load->arrivals && strcmp(load->arrivals, "poisson") == 0;
    char every[DURATION_TEXT];
    char length[DURATION_TEXT] = "";
    int len;

    if (load->stages) {
        snprintf(out, WORDS, "%s by stages (%s)", users ? "users" : "sessions", load->stages);
        return;
    }
    if (load->for_us > 0)
        duration_format(load->for_us, length, sizeof(length));
    len = snprintf(out, WORDS, "%lld %s%s%s", (long long)load->count, users ? "users" : "sessions",
                   *length ? " for " : "", length);
    if (load->every_us > 0)
        snprintf(out + len, WORDS - (size_t)len, ", one every %s%s",
                 duration_format(load->every_us, every, sizeof(every)), random ? " at random" : "");
}

static void say_think(const struct build *build, char out[WORDS])
{
    if (build->info.load.think_drawn)
        snprintf(out, WORDS, "%s", build->info.load.think_drawn);
    else
        snprintf(out, WORDS, "x %g", build->info.think);
}

static void say_order(const struct build *build, char out[WORDS])
{
    if (build->info.load.mode)
        snprintf(out, WORDS, "%s",
                 build->info.load.sequential ? "one after another" : "side by side as recorded");
}

static void say_timeout(const struct build *build, char out[WORDS])
{
    if (build->info.load.timeout_us >= 0)
        duration_format(build->info.load.timeout_us, out, WORDS);
}

static void say_max_rate(const struct build *build, char out[WORDS])
{
    if (build->info.load.max_rate > 0)
        snprintf(out, WORDS, "%g/s", build->info.load.max_rate);
    else
        snprintf(out, WORDS, "none");
}

/* Without its port: builds are served beside each other. */
static void say_host(const struct build *build, char out[WORDS])
{
    const char *host = build->info.target ? strstr(build->info.target, "://") : NULL;
    const char *at;
    size_t len;

    if (!host)
        return;
    host += 3;
    at = memrchr(host, '@', strcspn(host, "/?#"));
    if (at)
        host = at + 1;
    len = *host == '[' ? strcspn(host, "]") : strcspn(host, ":/?#");
    snprintf(out, WORDS, "%.*s%s", (int)(len < WORDS - 2 ? len : WORDS - 2), host,
             *host == '[' ? "]" : "");
}

static void say_failed(const struct build *build, char out[WORDS])
{
    snprintf(out, WORDS, "%zu of %zu sessions", build->stats.failed, build->stats.sessions);
}

static void say_counted(const struct build *build, char out[WORDS])
{
    if (build->steady.used)
        snprintf(out, WORDS, "the steady state, %zu of %zu", build->steady.sessions,
                 build->table.session_count);
    else
        snprintf(out, WORDS, "all %zu", build->table.session_count);
}

static void say_late(const struct build *build, char out[WORDS])
{
    snprintf(out, WORDS, "%s", build->late.told ? "late" : "on time");
}

/* --- sentences --- */

static bool all_same(const struct telling *t)
{
    const char *first = "";

    for (size_t i = 0; i < t->count; i++) {
        if (!*first)
            first = t->words[i];
        if (*t->words[i] && strcmp(t->words[i], first) != 0)
            return false;
    }
    return true;
}

/* Those from the i-th on that have its words, which are forgotten. */
static void add_builds(struct telling *t, size_t i, struct buf *out)
{
    const char *between = " (";

    for (size_t k = i; k < t->count; k++) {
        if (k > i && strcmp(t->words[k], t->words[i]) != 0)
            continue;
        buf_addf(out, "%s%s", between, t->labels[k]);
        between = ", ";
        if (k > i)
            *t->words[k] = 0;
    }
    buf_addc(out, ')');
}

/* "Time-outs differ: 30 s (a, b); 60 s (c)". */
static int add_note(struct telling *t, const char *heading)
{
    const char *between = ": ";
    struct buf text;
    int rc;

    buf_init(&text, NOTE_MOST);
    buf_adds(&text, heading);
    for (size_t i = 0; i < t->count; i++) {
        if (!*t->words[i])
            continue;
        buf_addf(&text, "%s%s", between, t->words[i]);
        add_builds(t, i, &text);
        between = "; ";
    }
    rc = text.failed ? -E_NOMEM : notes_add(t->notes, text.data);
    buf_release(&text);
    return rc;
}

static int tell_trait(struct telling *t, const char *heading,
                      void (*say)(const struct build *, char *))
{
    for (size_t i = 0; i < t->count; i++) {
        *t->words[i] = 0;
        say(&t->builds[i], t->words[i]);
    }
    return all_same(t) ? 0 : add_note(t, heading);
}

/* The scripts of a mix are other ones on purpose. */
static bool is_one_mix(const struct telling *t)
{
    for (size_t i = 0; i < t->count; i++) {
        int64_t zero_us = t->builds[i].info.zero_wall_us;

        if (zero_us <= 0 || zero_us != t->builds[0].info.zero_wall_us)
            return false;
    }
    return true;
}

static int tell_scripts(struct telling *t)
{
    const struct match *match = t->match;
    size_t missing = 0;

    if (match->alike || is_one_mix(t))
        return 0;
    for (size_t i = 0; i < match->count; i++) {
        for (size_t b = 0; b < match->builds; b++) {
            if (match->list[i].steps[b] == MATCH_NONE) {
                missing++;
                break;
            }
        }
    }
    if (!missing)
        return notes_add(t->notes, "The scripts differ in their order: steps are compared by what "
                                   "they are called");
    return notes_addf(t->notes,
                      "The scripts differ: steps are compared by what they are called; %zu of %zu "
                      "%s not in every build",
                      missing, match->count, missing == 1 ? "is" : "are");
}

/* Of one build: a run that is not all there. */
static int tell_end(struct telling *t, size_t i)
{
    const struct run_info *info = &t->builds[i].info;
    int rc = 0;

    if (info->aborted)
        rc = notes_addf(t->notes, "%s was aborted: %s", t->labels[i], info->aborted);
    else if (info->state && strcmp(info->state, "stopped") == 0)
        rc = notes_addf(t->notes, "%s was stopped before its end", t->labels[i]);
    else if (info->state && strcmp(info->state, "running") == 0)
        rc = notes_addf(t->notes, "%s is not at its end: its player still plays, or died",
                        t->labels[i]);
    if (rc == 0 && info->lost > 0)
        rc = notes_addf(t->notes, "%s lost %lld session%s with a process of the player that died",
                        t->labels[i], (long long)info->lost, info->lost == 1 ? "" : "s");
    return rc;
}

static double failed_share(const struct stats *stats)
{
    return stats->sessions ? (double)stats->failed / (double)stats->sessions : 0;
}

static int tell_failures(struct telling *t)
{
    double least = 1;
    double most = 0;

    for (size_t i = 0; i < t->count; i++) {
        double share = failed_share(&t->builds[i].stats);

        least = share < least ? share : least;
        most = share > most ? share : most;
    }
    if (most - least < FAILED_APART)
        return 0;
    return tell_trait(t, "Failures differ", say_failed);
}

static int tell_load(struct telling *t)
{
    bool told = true;

    for (size_t i = 0; i < t->count; i++)
        told = told && t->builds[i].info.load.mode;
    return tell_trait(t, "The load differs", told ? say_load : say_users);
}

/* Where it is used in some builds only; a build that has none is told even if it is alone. */
static int tell_steady(struct telling *t)
{
    size_t used = 0;
    int rc = 0;

    for (size_t i = 0; i < t->count; i++)
        used += t->builds[i].steady.used;
    if (used && used < t->count)
        return tell_trait(t, "Not the same sessions count", say_counted);
    for (size_t i = 0; i < t->count && rc == 0; i++) {
        if (t->builds[i].steady.missed)
            rc = notes_addf(t->notes,
                            "%s: no session lies wholly in the time in which every user was there; "
                            "all %zu count",
                            t->labels[i], t->builds[i].table.session_count);
    }
    return rc;
}

static int tell_all(struct telling *t)
{
    static const struct {
        const char *heading;
        void (*say)(const struct build *, char *);
    } traits[] = {
        {"Think times differ", say_think},
        {"Requests differ in their order", say_order},
        {"Time-outs differ", say_timeout},
        {"The most requests a second differ", say_max_rate},
        {"The targets are on different hosts", say_host},
    };
    int rc = tell_scripts(t);

    if (rc == 0)
        rc = tell_load(t);
    if (rc == 0)
        rc = tell_trait(t, "The player did not keep up in every build", say_late);
    for (size_t i = 0; i < t->count && rc == 0; i++)
        rc = tell_end(t, i);
    if (rc == 0)
        rc = tell_failures(t);
    if (rc == 0)
        rc = tell_steady(t);
    for (size_t i = 0; i < sizeof(traits) / sizeof(traits[0]) && rc == 0; i++)
        rc = tell_trait(t, traits[i].heading, traits[i].say);
    return rc;
}

static int make_labels(struct telling *t)
{
    t->labels = calloc(t->count + 1, sizeof(*t->labels));
    t->words = calloc(t->count + 1, sizeof(*t->words));
    if (!t->labels || !t->words)
        return -E_NOMEM;
    for (size_t i = 0; i < t->count; i++) {
        t->labels[i] = text_short(t->builds[i].label, LABEL_MOST);
        if (!t->labels[i])
            return -E_NOMEM;
    }
    return 0;
}

int differences_tell(struct notes *notes, const struct build *builds, size_t count,
                     const struct match *match)
{
    struct telling t = {.notes = notes, .builds = builds, .count = count, .match = match};
    int rc = make_labels(&t);

    if (rc == 0)
        rc = tell_all(&t);
    for (size_t i = 0; t.labels && i < count; i++)
        free(t.labels[i]);
    free(t.labels);
    free(t.words);
    return rc;
}
