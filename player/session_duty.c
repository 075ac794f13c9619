/* What the client of a framework owes beside the script: ACKs, heartbeats, acknowledgements.  They
 * make no rows and delay no step; the run counts them. */
#include "core/units.h"
#include "core/ws.h"
#include "player/session_state.h"

/* More than these wait for the next turn of the loop. */
#define DUTIES_AT_ONCE 100

static void do_duty(struct channel *c, struct duty *duty)
{
    struct error err = ERROR_NONE;

    c->session->stage->tally->duties++;
    if (duty->method) {
        session_duty_request(c->session, duty);
        return;
    }
    channel_trace(c, TRACE_SEND, NO_STEP, duty->data.data, duty->data.len, duty->binary);
    /* A socket that is lost says so by itself. */
    socket_send(c->socket, duty->data.data ? duty->data.data : "", duty->data.len, duty->binary,
                &err);
}

void channel_do_duties(struct timer *timer)
{
    struct channel *c = timer->data;
    int rc = 1;

    for (int n = 0; n < DUTIES_AT_ONCE && rc > 0 && !c->session->over && !c->closed; n++) {
        struct duty duty = {0};

        buf_init(&duty.data, WS_MESSAGE_MAX);
        rc = conversation_duty(&c->conversation, clock_monotonic_us(), &c->session->values, &duty);
        if (rc > 0)
            do_duty(c, &duty);
        buf_release(&duty.data);
    }
    channel_plan_duties(c);
}

void channel_plan_duties(struct channel *c)
{
    int64_t due_us = conversation_due_us(&c->conversation);

    if (due_us == INT64_MAX || c->closed || c->session->over)
        timer_stop(c->session->stage->timers, &c->duties);
    else if (!c->duties.running || c->duties.at_us != due_us)
        timer_set(c->session->stage->timers, &c->duties, due_us);
}
