#include <inttypes.h>

#include "player/supervisor_state.h"

bool supervisor_stopped(const struct supervisor *s)
{
    return s->interrupts || *s->play->aborted;
}

/* The sessions that a worker owes an answer for: those it has begun, and by sessions, where nobody
 * stopped the run, those that it would have begun had it lived. */
static uint64_t owed_by(const struct supervisor *s, int process)
{
    const struct schedule *schedule = &s->play->schedule;

    if (!s->children.items[process].died || schedule->by_users || supervisor_stopped(s))
        return s->play->tallies[process].started;
    return (uint64_t)schedule_share(schedule, process);
}

uint64_t supervisor_lost(const struct supervisor *s, int process)
{
    const struct tally *t = &s->play->tallies[process];

    return s->children.items[process].died ? owed_by(s, process) - t->done - t->failed : 0;
}

/* The same of one script of a mix. */
static uint64_t lost_of_role(const struct supervisor *s, int process, unsigned role)
{
    const struct tally_role *t = &s->play->tallies[process].roles[role];
    uint64_t owed = t->started;

    if (!s->children.items[process].died)
        return 0;
    if (!s->play->schedule.by_users && !supervisor_stopped(s))
        owed = play_owed(s->play, process, role);
    return owed - t->done - t->failed;
}

static struct account account_of_role(const struct supervisor *s, const struct tally *all,
                                      unsigned role)
{
    struct account a = {.done = all->roles[role].done, .failed = all->roles[role].failed};
    uint64_t owed = 0;

    for (int i = 0; i < s->children.count; i++) {
        a.lost += lost_of_role(s, i, role);
        owed += play_owed(s->play, i, role);
    }
    a.planned = a.done + a.failed + a.lost;
    if (!s->play->schedule.by_users)
        a.not_started = owed - a.planned;
    return a;
}

struct account supervisor_account(const struct supervisor *s, const struct tally *all,
                                  struct account roles[TALLY_ROLES])
{
    struct account a = {.done = all->done, .failed = all->failed, .roles = roles};

    for (unsigned i = 0; i < s->play->role_count; i++)
        roles[i] = account_of_role(s, all, i);
    for (int i = 0; i < s->children.count; i++)
        a.lost += supervisor_lost(s, i);
    a.planned = a.done + a.failed + a.lost;
    if (!s->play->schedule.by_users)
        a.not_started = (uint64_t)s->play->schedule.count - a.planned;
    return a;
}

/* Every session that was owed has ended in one way: what is wrong here is wrong in run.json. */
void supervisor_check_books(struct supervisor *s, const struct account *a)
{
    uint64_t owed = 0;

    for (int i = 0; i < s->children.count; i++)
        owed += owed_by(s, i);
    if (owed == a->planned && (supervisor_stopped(s) || !a->not_started))
        return;
    s->broken = true;
    screen_say(&s->screen,
               "BUG: %" PRIu64 " sessions were to be played, but %" PRIu64 " are done, failed or "
               "lost: do not trust this run, and please report it",
               owed, a->planned);
}
