#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "core/units.h"
#include "player/summary.h"
#include "player/supervisor_state.h"

#define PLAIN_SECONDS 5

static void tell_failure(struct supervisor *s, const struct tally_told *told)
{
    const struct play *play = s->play;

    screen_say(&s->screen,
               "session %" PRId64 "%s%s: line %" PRIu32 " %s; session failed, the run "
               "goes on%s",
               told->session, play->role_count > 1 ? " of " : "",
               play->role_count > 1 ? play->roles[told->role].name : "", told->line, told->text,
               ++s->told == TALLY_TOLD ? " (further failures are only counted)" : "");
}

void supervisor_tell_failures(struct supervisor *s)
{
    for (int i = 0; i < s->children.count; i++) {
        const struct tally *t = &s->play->tallies[i];
        uint32_t count = __atomic_load_n(&t->told_count, __ATOMIC_ACQUIRE);

        while (s->told < TALLY_TOLD && s->told_of[i] < count)
            tell_failure(s, &t->told[s->told_of[i]++]);
    }
}

/* How much longer the run takes at the least, were the app instant: the schedule and a script. */
static int64_t left_us(const struct play *play, int64_t elapsed_us)
{
    const struct schedule *s = &play->schedule;
    int64_t longest_us = 0;
    int64_t end_us;

    for (unsigned i = 0; i < play->role_count; i++) {
        if (play->roles[i].script->length_us > longest_us)
            longest_us = play->roles[i].script->length_us;
    }
    end_us = schedule_end_us(s) + (int64_t)((double)longest_us * play->options.think);
    return end_us > elapsed_us ? end_us - elapsed_us : 0;
}

/* Starts never go back in time: how many of them are still to come. */
static uint64_t to_start(const struct schedule *schedule, int64_t elapsed_us)
{
    long from = 0;
    long to = schedule_starts(schedule);

    while (from < to) {
        long middle = from + (to - from) / 2;

        if (schedule_start_us(schedule, middle) <= elapsed_us)
            from = middle + 1;
        else
            to = middle;
    }
    return (uint64_t)(schedule_starts(schedule) - from);
}

static struct view view_of(struct supervisor *s)
{
    const struct play *play = s->play;
    int64_t elapsed_us = s->meter.read_us - play->zero_us;
    struct view v = {
        .elapsed_us = elapsed_us,
        .left_us = left_us(play, elapsed_us),
        .stopping = supervisor_stopped(s),
        .who = play->schedule.by_users ? "users" : "sessions",
        .to_start = supervisor_stopped(s) ? 0 : to_start(&play->schedule, elapsed_us),
    };

    for (int i = 0; i < s->children.count; i++)
        v.lost += supervisor_lost(s, i);
    meter_view(&s->meter, &v);
    return v;
}

void supervisor_show(struct supervisor *s)
{
    struct view view;
    struct buf out;

    if (s->form == FORM_QUIET || (s->form == FORM_PLAIN && s->seconds % PLAIN_SECONDS != 0))
        return;
    buf_init(&out, LINES_MAX);
    view = view_of(s);
    if (s->form == FORM_LIVE && view_lines(&view, screen_columns(&s->screen), &out) == 0)
        screen_draw(&s->screen, out.data);
    if (s->form == FORM_PLAIN && view_line(&view, &out) == 0)
        screen_say(&s->screen, "%s", out.data);
    buf_release(&out);
}

/* "100 users, one every 5 s", "up to 300 users by 3 stages", "6000 sessions by 2 stages". */
static void describe_load(const struct schedule *schedule, char *out, size_t size)
{
    const char *who = schedule->by_users ? "users" : "sessions";
    char every[DURATION_TEXT];

    if (schedule->stages.count)
        snprintf(out, size, "%s%ld %s by %zu stages", schedule->by_users ? "up to " : "",
                 schedule->count, who, schedule->stages.count);
    else
        snprintf(out, size, "%ld %s, one every %s%s", schedule->count, who,
                 duration_format(schedule->every_us, every, sizeof(every)),
                 schedule->poisson ? " on average" : "");
}

void supervisor_announce(struct supervisor *s)
{
    const struct play *play = s->play;
    char load[120];
    char mix[40] = "";

    if (s->form == FORM_QUIET)
        return;
    describe_load(&play->schedule, load, sizeof(load));
    if (play->role_count > 1)
        snprintf(mix, sizeof(mix), ", a mix of %u scripts", play->role_count);
    screen_say(&s->screen, "%s%s, by %d processes, against %s (%s)", load, mix,
               play->schedule.processes, play->target.shown, play->roles[0].dialect->name);
}

void supervisor_summarize(struct supervisor *s, const struct account *a, const struct tally *all)
{
    struct buf out;
    char *line;
    char *rest;

    buf_init(&out, LINES_MAX);
    summary_lines(s->play, a, all, &s->audit, clock_monotonic_us() - s->play->zero_us, &out);
    rest = out.data;
    while ((line = strsep(&rest, "\n")) && *line)
        screen_say(&s->screen, "%s", line);
    buf_release(&out);
}

enum form supervisor_form(const struct play_options *o)
{
    const char *form = o->quiet ? "quiet" : o->progress;

    if (!form)
        return isatty(STDERR_FILENO) ? FORM_LIVE : FORM_PLAIN;
    return strcmp(form, "live") == 0    ? FORM_LIVE
           : strcmp(form, "plain") == 0 ? FORM_PLAIN
                                        : FORM_QUIET;
}
