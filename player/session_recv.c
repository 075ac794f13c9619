/* What comes on a session's WebSockets: sets of messages, the values in them, the server's end. */
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "core/ws.h"
#include "player/session_state.h"

/* How much longer than in the recording a repeat may take, before it counts as merged into what
 * came. */
#define REPEAT_GRACE_US INT64_C(2000000)
/* Of a message in which a value was looked for in vain, this much is kept to be shown. */
#define CAME_BYTES 256
/* A frame's documents are longer than the frame: escapes. */
#define SAID_MAX ((size_t)WS_MESSAGE_MAX * 8)

struct frame {
    const char *data;
    size_t len;
    bool binary;
};

/* The step that is to blame when something happens to the socket. */
static size_t blamed_step(const struct channel *c)
{
    size_t step;

    if (!c->opened)
        return c->open_step;
    if (c->close_step != NO_STEP)
        return c->close_step;
    if (expect_pending(&c->expect, &step))
        return step;
    step = c->session->next;
    return step < channel_role(c)->script->count ? step : channel_role(c)->script->count - 1;
}

/* Has the script got all that it wants of this socket, but for closing it? */
static bool is_served(const struct channel *c)
{
    return c->opened && c->expect.opened == c->expect.sets->count && !c->expect.left;
}

/* --- values in messages --- */

static bool is_told(const struct channel *c, size_t number)
{
    return c->session->told_bits[number / 8] >> (number % 8) & 1;
}

/* What a message says, which is where values stand in it: the frame's documents, and its own text.
 * 0 or -E_NOMEM. */
static int read_said(const struct channel *c, const struct message *m, const struct frame *frame,
                     struct buf *said)
{
    if (m->text)
        return buf_adds(said, m->text);
    if (dialect_documents(channel_role(c)->dialect, frame->data, frame->len, frame->binary, false,
                          said) < 0)
        return -E_NOMEM;
    if (frame->binary || !frame->len ||
        (said->len == frame->len && memcmp(said->data, frame->data, said->len) == 0))
        return 0;
    /* and the frame as it came, for who found the place there (SockJS' envelope) */
    return buf_addc(said, '\n') < 0 ? -E_NOMEM : buf_add(said, frame->data, frame->len);
}

static int take_value(struct channel *c, const struct extraction *e, size_t number,
                      const struct buf *said)
{
    int rc = gather_message(e, said->data ? said->data : "", said->len, &c->session->values);

    if (rc == 0)
        c->session->told_bits[number / 8] |= (uint8_t)(1u << (number % 8));
    return rc == -E_MISMATCH ? 0 : rc;
}

/* Looks for what this step's extractions want.  0 or -E_NOMEM. */
static int extract_for(struct channel *c, size_t step, const struct buf *said)
{
    const struct role *role = channel_role(c);
    const struct step *at = script_at(role->script, step);
    int rc = 0;

    if (!at->extract_count)
        return 0;
    for (size_t i = 0; i < at->extract_count && rc == 0; i++)
        rc = take_value(c, &at->extracts[i], role->extractions[step] + i, said);
    free(c->came);
    c->came =
        strndup(said->data ? said->data : "", said->len < CAME_BYTES ? said->len : CAME_BYTES);
    return rc;
}

/* early: some of the message was for the set after the open one.  Gives the step that the message
 * counts for, or NO_STEP.  0 or -E_NOMEM. */
static int extract_all(struct channel *c, const struct message *m, bool early,
                       const struct buf *said, size_t *counts_for)
{
    bool found = false; /* a step that it ends goes before one that it only helps */

    for (int set = 0; set < (early ? 2 : 1); set++) {
        size_t at = 0;
        size_t step;
        bool ended;

        while (expect_concerned(&c->expect, m, set, &at, &step, &ended)) {
            if (*counts_for == NO_STEP || (ended && !found))
                *counts_for = step;
            found = found || ended;
            if (extract_for(c, step, said) < 0)
                return -E_NOMEM;
        }
    }
    return 0;
}

/* A step has ended: did its messages tell what the script wants of them? */
static void check_told(struct channel *c, size_t step)
{
    const struct role *role = channel_role(c);
    const struct step *at = script_at(role->script, step);
    struct error err = ERROR_NONE;

    for (size_t i = 0; i < at->extract_count; i++) {
        if (at->extracts[i].optional || is_told(c, role->extractions[step] + i) ||
            expect_is_optional(&c->expect, step))
            continue;
        gather_message_missing(&at->extracts[i], c->came, c->came ? strlen(c->came) : 0, &err);
        session_fail(c->session, step, FAILURE_VALUE, "%s", err.text);
        return;
    }
}

/* --- sets --- */

static void count_calculation(struct channel *c, size_t step, int64_t now_us)
{
    if (channel_role(c)->calculations[step] >= 0)
        hist_add(&c->session->stage->tally->calculation, now_us - c->set_us);
}

/* Writes the steps that have ended.  Their rows join on to each other, so that their lengths add up
 * to what the user waited, however the answer was cut into messages. */
static void collect(struct channel *c, int64_t at_us, int64_t now_us)
{
    size_t step;
    bool any = false;

    while (!c->session->over && expect_take_ended(&c->expect, &step)) {
        int64_t since_us = c->waiting_us;

        session_row(c->session, RUN_STEP_START, step, since_us);
        c->waiting_us = at_us;
        check_told(c, step);
        if (c->session->over)
            return;
        session_row(c->session, RUN_STEP_END, step, at_us);
        session_waited(c->session, step, at_us - since_us);
        session_step_ended(c->session, step, now_us);
        if (!any && !c->expect.left)
            count_calculation(c, step, at_us);
        any = true;
    }
    if (!c->expect.left && c->close_step == NO_STEP)
        timer_stop(c->session->stage->timers, &c->timer);
}

void channel_draw_wait(struct channel *c)
{
    size_t step;

    if (c->opened && expect_pending(&c->expect, &step))
        session_row(c->session, RUN_STEP_START, step, c->waiting_us);
}

void channel_give_up(struct timer *timer)
{
    struct channel *c = timer->data;
    char patience[DURATION_TEXT];

    if (c->session->over)
        return;
    if (c->opened && expect_only_repeats(&c->expect)) {
        expect_give_up_repeats(&c->expect);
        collect(c, c->last_us, clock_monotonic_us());
        session_advance(c->session);
        return;
    }
    duration_format(channel_play(c)->options.timeout_us, patience, sizeof(patience));
    if (!c->opened)
        session_fail(c->session, blamed_step(c), FAILURE_TIMEOUT,
                     "no answer to the WebSocket handshake within %s", patience);
    else if (c->close_step != NO_STEP)
        session_fail(c->session, c->close_step, FAILURE_TIMEOUT,
                     "the server did not close the WebSocket within %s", patience);
    else
        session_fail(c->session, blamed_step(c), FAILURE_MISSING, "no '%.80s' within %s",
                     expect_missing(&c->expect), patience);
}

void channel_start_timer(struct channel *c, int64_t us)
{
    timer_set(c->session->stage->timers, &c->timer, clock_monotonic_us() + us);
}

void channel_open_set(struct channel *c, size_t step, int64_t now_us)
{
    if (expect_open(&c->expect) < 0) {
        session_fail(c->session, step, FAILURE_MEMORY, "out of memory");
        return;
    }
    c->set_us = c->waiting_us = c->last_us = now_us;
    collect(c, now_us, now_us);
    if (c->expect.left && !c->session->over)
        channel_start_timer(c, channel_play(c)->options.timeout_us);
}

/* --- messages --- */

/* How long a repeat that is still missing took in the recording, and some grace. */
static int64_t grace_us(const struct channel *c)
{
    const struct script *script = channel_role(c)->script;
    size_t step = 0;

    expect_pending(&c->expect, &step);
    return script_at(script, step)->begin_us - (step ? script_at(script, step - 1)->begin_us : 0) +
           REPEAT_GRACE_US;
}

static int take_parts(struct channel *c, const struct message *m, const struct frame *frame,
                      size_t *counts_for)
{
    unsigned long extra = c->expect.extra;
    struct buf said;
    int rc;

    if (gather_needed(&m->learnt, &channel_role(c)->needs, &c->session->values) < 0 ||
        expect_message(&c->expect, m) < 0)
        return -E_NOMEM;
    buf_init(&said, SAID_MAX);
    rc = channel_role(c)->extractions_count ? read_said(c, m, frame, &said) : 0;
    if (rc == 0)
        rc = extract_all(c, m, c->expect.extra > extra, &said, counts_for);
    buf_release(&said);
    return rc;
}

/* Gives the step that the message counts for. */
static size_t take_message(struct channel *c, const struct message *m, const struct frame *frame)
{
    size_t counts_for = NO_STEP;

    if (take_parts(c, m, frame, &counts_for) < 0)
        session_fail(c->session, blamed_step(c), FAILURE_MEMORY, "out of memory");
    return counts_for;
}

/* Nobody waits for it, but it may tell a value. */
static void take_noise(struct channel *c, const struct message *m)
{
    c->session->stage->tally->noise++;
    if (gather_needed(&m->learnt, &channel_role(c)->needs, &c->session->values) < 0)
        session_fail(c->session, blamed_step(c), FAILURE_MEMORY, "out of memory");
}

static void settle(struct channel *c)
{
    int64_t now_us = clock_monotonic_us();

    if (c->session->over)
        return;
    c->last_us = now_us;
    collect(c, now_us, now_us);
    if (c->expect.left && expect_only_repeats(&c->expect))
        channel_start_timer(c, grace_us(c));
    session_advance(c->session);
}

static void on_message(void *user, const char *data, size_t len, bool binary)
{
    struct channel *c = user;
    struct tally *tally = c->session->stage->tally;
    struct message m = {0};
    size_t counts_for = NO_STEP;

    if (c->session->over)
        return;
    tally->bytes_in += len;
    tally->messages_in++;
    if (conversation_read(&c->conversation, data, len, binary, clock_monotonic_us(), &m) < 0)
        session_fail(c->session, blamed_step(c), FAILURE_MEMORY, "out of memory");
    else if (m.kind == MESSAGE_NOISE)
        take_noise(c, &m);
    else if (m.kind != MESSAGE_GONE)
        counts_for = take_message(c, &m, &(struct frame){data, len, binary});
    channel_trace(c, TRACE_RECV, counts_for, data, len, binary);
    if (m.kind == MESSAGE_GONE && !is_served(c))
        session_fail(c->session, blamed_step(c), FAILURE_GONE, "%s", m.reason);
    else if (m.kind != MESSAGE_NOISE)
        settle(c);
    message_release(&m);
    channel_plan_duties(c);
}

/* --- the server's end --- */

static void on_lost(void *user, const struct error *why, unsigned code)
{
    struct channel *c = user;

    c->closed = true;
    c->code = code;
    channel_plan_duties(c);
    if (c->session->over)
        return;
    if (c->close_step != NO_STEP) {
        channel_close(c, c->close_step);
        session_advance(c->session);
    } else if (!is_served(c)) {
        session_fail(c->session, blamed_step(c), c->opened ? FAILURE_CLOSED : FAILURE_OPEN, "%s",
                     why->text);
    }
}

static void on_open(void *user, const char *head, size_t len, const struct run_phases *phases)
{
    struct channel *c = user;
    struct run_phases its = *phases;
    int64_t now_us = clock_monotonic_us();

    if (c->session->over)
        return;
    c->opened = true;
    timer_stop(c->session->stage->timers, &c->timer);
    if (!channel_opened(c, head, len))
        return;
    its.blocked_us = now_us - c->waiting_us - phases->connect_us - phases->first_byte_us -
                     (phases->tls_us > 0 ? phases->tls_us : 0);
    session_row_phases(c->session, c->open_step, now_us, &its);
    session_waited(c->session, c->open_step, now_us - c->waiting_us);
    session_step_ended(c->session, c->open_step, now_us);
    channel_open_set(c, c->open_step, now_us);
    session_advance(c->session);
    channel_plan_duties(c);
}

const struct socket_handler channel_handler = {on_open, on_message, on_lost};
