#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include "core/units.h"
#include "player/supervisor_state.h"

/* Its sessions are in no state any more. */
static void forget_states(struct tally *tally)
{
    tally->loading = tally->waiting = tally->thinking = 0;
}

void supervisor_tell_death(struct supervisor *s, int i, int status)
{
    uint64_t lost = supervisor_lost(s, i);

    forget_states(&s->play->tallies[i]);
    if (WIFSIGNALED(status))
        screen_say(&s->screen,
                   "worker %d died by signal %d (%s): %" PRIu64 " sessions are lost with it, "
                   "the others go on",
                   i, WTERMSIG(status), strsignal(WTERMSIG(status)), lost);
    else
        screen_say(&s->screen,
                   "worker %d ended early: %" PRIu64 " sessions are lost with it, the others go on",
                   i, lost);
}

/* How long a worker may hang: while others play, a minute; then no longer than a step may take. */
static int64_t patience_us(const struct supervisor *s)
{
    int hanging = 0;

    if (s->interrupts > 1)
        return VIGIL_ABORT_US;
    for (int i = 0; i < s->children.count; i++)
        hanging += s->children.items[i].running && s->children.items[i].vigil.hangs;
    if (hanging == s->children.running && s->play->options.timeout_us < VIGIL_PATIENCE_US)
        return s->play->options.timeout_us;
    return VIGIL_PATIENCE_US;
}

static void tell_hang(struct supervisor *s, int i, int64_t patience)
{
    const struct child *child = &s->children.items[i];
    const struct tally *t = &s->play->tallies[i];
    char still[DURATION_TEXT];
    char end[DURATION_TEXT];

    screen_say(&s->screen,
               "worker %d (process %d) has not moved for %s: its %" PRIu64 " sessions stand still; "
               "is it stopped, or this machine out of memory?  After %s it is ended",
               i, (int)child->pid, duration_format(child->vigil.still_us, still, sizeof(still)),
               t->started - t->done - t->failed, duration_format(patience, end, sizeof(end)));
}

void supervisor_look_after(struct supervisor *s, int i, int64_t now_us)
{
    struct child *child = &s->children.items[i];
    int64_t beat_us = s->play->tallies[i].beat_us;
    int64_t patience = patience_us(s);
    char still[DURATION_TEXT];

    if (beat_us < child->begun_us)
        beat_us = child->begun_us;
    switch (vigil_beat(&child->vigil, beat_us, now_us, patience)) {
    case VIGIL_HANGS:
        tell_hang(s, i, patience);
        break;
    case VIGIL_MOVES:
        screen_say(&s->screen, "worker %d moves again after %s", i,
                   duration_format(child->vigil.still_us, still, sizeof(still)));
        break;
    case VIGIL_END:
        screen_say(&s->screen, "worker %d has not moved for %s: it is ended", i,
                   duration_format(child->vigil.still_us, still, sizeof(still)));
        children_kill(&s->children, i);
        break;
    default:
        break;
    }
}

void supervisor_look_at_lateness(struct supervisor *s, int i, int64_t now_us)
{
    struct vigil *vigil = &s->children.items[i].vigil;
    const struct meter_worker *w = &s->meter.workers[i];
    char text[DURATION_TEXT];

    switch (vigil_lateness(vigil, w->actions, w->late_p99_us, now_us)) {
    case VIGIL_BEHIND:
        screen_say(&s->screen,
                   "worker %d is behind: its last %" PRIu64 " actions were late by p99 %s", i,
                   w->actions, duration_format(w->late_p99_us, text, sizeof(text)));
        break;
    case VIGIL_KEEPS_UP:
        screen_say(
            &s->screen, "worker %d keeps up again after %s", i,
            duration_format(vigil->behind_until_us - vigil->behind_since_us, text, sizeof(text)));
        break;
    default:
        break;
    }
}
