/* Requests that are repeated until the answer has what the script wants: the result of a job. */
#include <stdlib.h>

#include "core/condition.h"
#include "core/units.h"
#include "player/session_state.h"

/* A job is not asked for more often than that, whatever the script says. */
#define POLL_EVERY_MIN_US INT64_C(100000)

struct session_poll {
    struct session *session;
    struct session_poll *next;
    struct timer timer;
    size_t step;
    int64_t due_us; /* of the step */
};

static void free_poll(struct session_poll *p)
{
    timer_stop(p->session->stage->timers, &p->timer);
    free(p);
}

void session_polls_release(struct session *s)
{
    while (s->polls) {
        struct session_poll *p = s->polls;

        s->polls = p->next;
        free_poll(p);
    }
}

static void on_time(struct timer *timer)
{
    struct session_poll *p = timer->data;
    struct session *s = p->session;
    struct session_poll **at = &s->polls;
    size_t step = p->step;
    int64_t due_us = p->due_us;

    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    free_poll(p);
    if (!s->over)
        session_request_again(s, step, due_us);
}

static void ask_later(struct session *s, size_t step, int64_t due_us)
{
    int64_t every_us = script_at(s->role->script, step)->poll_every_us;
    struct session_poll *p = calloc(1, sizeof(*p));

    if (!p) {
        session_fail(s, step, FAILURE_MEMORY, "out of memory");
        return;
    }
    p->timer = (struct timer){.fire = on_time, .data = p};
    p->session = s;
    p->step = step;
    p->due_us = due_us;
    p->next = s->polls;
    s->polls = p;
    if (every_us < POLL_EVERY_MIN_US)
        every_us = POLL_EVERY_MIN_US;
    timer_set(s->stage->timers, &p->timer, clock_monotonic_us() + every_us);
}

bool session_poll(struct session *s, const struct fetch_result *result)
{
    const struct play *play = s->stage->play;
    const struct step *step = script_at(s->role->script, result->step);
    int64_t patience_us = fetch_patience_us(play, step);
    int fits = condition_fits(step->poll, result->body, result->body_bytes);
    char patience[DURATION_TEXT];

    if (fits < 0)
        session_fail(s, result->step, FAILURE_MEMORY, "out of memory");
    else if (!fits && clock_monotonic_us() - result->due_us >= patience_us)
        session_fail(s, result->step, FAILURE_TIMEOUT, "%s %s: no answer that has %s within %s",
                     step->method, step->url, step->poll,
                     duration_format(patience_us, patience, sizeof(patience)));
    else if (!fits)
        ask_later(s, result->step, result->due_us);
    return fits > 0;
}
