#include "player/session.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "core/wait.h"
#include "player/rate.h"
#include "player/session_state.h"

/* Random states of sessions lie this far apart: any odd number with bits all over. */
#define RANDOM_STRIDE UINT64_C(0xd1342543de82ef95)

static void add_row(struct session *s, const struct run_row *what, size_t step)
{
    const struct step *at = script_at(s->role->script, step);
    struct run_row row = *what;

    row.session = s->id;
    row.user = s->user;
    row.iteration = s->iteration;
    row.type = at->type;
    row.line = row.event == RUN_STEP_START || row.event == RUN_STEP_END ? at->line : 0;
    rows_add(s->rows, &row);
}

void session_row_saying(struct session *s, enum run_event event, size_t step, int64_t time_us,
                        const char *comment)
{
    add_row(s, &(struct run_row){.event = event, .time_us = time_us, .comment = comment}, step);
}

void session_row(struct session *s, enum run_event event, size_t step, int64_t time_us)
{
    session_row_saying(s, event, step, time_us, NULL);
}

void session_row_phases(struct session *s, size_t step, int64_t time_us,
                        const struct run_phases *phases)
{
    add_row(s, &(struct run_row){.event = RUN_STEP_END, .time_us = time_us, .phases = phases},
            step);
}

void session_waited(struct session *s, size_t step, int64_t wait_us)
{
    tally_step(s->stage->tally, s->role->first_step + step, wait_us);
}

/* --- what it does now --- */

static uint64_t *counter_of(struct tally *tally, enum session_state state)
{
    switch (state) {
    case SESSION_LOADING:
        return &tally->loading;
    case SESSION_WAITING:
        return &tally->waiting;
    case SESSION_THINKING:
        return &tally->thinking;
    case SESSION_IDLE:
        break;
    }
    return NULL;
}

static void set_state(struct session *s, enum session_state state)
{
    uint64_t *counter;

    if (state == s->state)
        return;
    counter = counter_of(s->stage->tally, s->state);
    if (counter)
        (*counter)--;
    counter = counter_of(s->stage->tally, state);
    if (counter)
        (*counter)++;
    s->state = state;
}

/* The next step's time is known when nothing but think time lies before it. */
static void note_state(struct session *s)
{
    set_state(s, s->over             ? SESSION_IDLE
                 : s->page_load_left ? SESSION_LOADING
                 : s->dues.count     ? SESSION_THINKING
                                     : SESSION_WAITING);
}

/* --- the end --- */

static void on_farewell(struct timer *timer)
{
    struct session *s = timer->data;

    s->stage->on_end(s->user_data);
}

/* Whoever called us may still be inside a handler of this session: it is freed from the loop. */
static void finish(struct session *s)
{
    s->over = true;
    note_state(s);
    s->timer.fire = on_farewell;
    timer_set(s->stage->timers, &s->timer, 0);
}

/* A sentence that was cut to its size may end inside a character. */
static void trim_character(char *text)
{
    size_t len = strlen(text);
    size_t tail = 0;
    unsigned char lead;

    while (tail < 3 && tail < len && ((unsigned char)text[len - 1 - tail] & 0xc0) == 0x80)
        tail++;
    lead = tail < len ? (unsigned char)text[len - 1 - tail] : 0;
    if ((lead >= 0xc0 && tail < 1) || (lead >= 0xe0 && tail < 2) || (lead >= 0xf0 && tail < 3))
        text[len - 1 - tail] = 0;
}

void session_fail(struct session *s, size_t step, enum failure kind, const char *fmt, ...)
{
    const struct step *at = script_at(s->role->script, step);
    struct error why = ERROR_NONE;
    char text[420];
    struct buf label;
    struct buf masked;
    va_list args;

    if (s->over)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    buf_init(&label, 4096);
    dialect_label(s->role->dialect, at, &label);
    buf_init(&masked, 8192);
    logins_mask(&s->role->logins, &s->values, text, strlen(text), &masked);
    error_set(&why, E_MISMATCH, "'%.60s': %s", label.data ? label.data : "",
              masked.failed ? "out of memory"
              : masked.data ? masked.data
                            : "");
    trim_character(why.text);
    buf_release(&label);
    buf_release(&masked);
    for (unsigned i = 0; i < s->role->script->sockets; i++)
        channel_draw_wait(&s->channels[i]);
    rows_add(s->rows, &(struct run_row){
                          .session = s->id,
                          .user = s->user,
                          .iteration = s->iteration,
                          .event = RUN_SESSION_FAIL,
                          .time_us = clock_monotonic_us(),
                          .line = at->line,
                          .comment = why.text,
                      });
    tally_fail(s->stage->tally, s->role->number, at->line, kind, why.text);
    if (kind != FAILURE_STOPPED)
        tally_tell(s->stage->tally, s->role->number, at->line, s->id, why.text);
    finish(s);
}

/* --- the order of steps --- */

static int push_due(struct due_queue *q, int64_t at_us)
{
    if (q->count == q->capacity) {
        size_t capacity = q->capacity ? q->capacity * 2 : 8;
        int64_t *grown = realloc(q->at_us, capacity * sizeof(*grown));

        if (!grown)
            return -E_NOMEM;
        q->at_us = grown;
        q->capacity = capacity;
    }
    /* Steps never overtake each other, whatever the gaps say: sends keep their order. */
    if (q->count > q->head && q->at_us[q->count - 1] > at_us)
        at_us = q->at_us[q->count - 1];
    q->at_us[q->count++] = at_us;
    return 0;
}

static int64_t pop_due(struct due_queue *q)
{
    int64_t at_us = q->at_us[q->head++];

    if (q->head == q->count)
        q->head = q->count = 0;
    return at_us;
}

/* The steps whose predecessors have all ended now know when they are due.  Receives are not
 * started: they are waited for from the send on. */
static void arm(struct session *s)
{
    const struct play *play = s->stage->play;

    for (; s->armed < s->role->plan.count && s->role->plan.steps[s->armed].need <= s->ended;
         s->armed++) {
        const struct step *step = script_at(s->role->script, s->armed);
        int64_t gap_us;

        if (step_is_recv(step))
            continue;
        /* A server that closes is waited for from then on, as its messages are. */
        gap_us = step->from_server
                     ? 0
                     : role_gap_us(s->role, &play->options.thinking, play->seed, s->id, s->armed);
        if (push_due(&s->dues, s->last_end_us + gap_us) < 0) {
            session_fail(s, s->armed, FAILURE_MEMORY, "out of memory");
            return;
        }
    }
}

static bool rank_has_ended(const struct session *s, size_t rank)
{
    return s->ended_bits[rank / 8] >> (rank % 8) & 1;
}

static void count_page_load(struct session *s, size_t step, int64_t now_us)
{
    if (!s->role->plan.steps[step].page_load || !s->page_load_left)
        return;
    s->page_load_left--;
    if (!s->page_load_left)
        hist_add(&s->stage->tally->page_load, now_us - s->begin_us);
}

void session_step_ended(struct session *s, size_t step, int64_t now_us)
{
    const struct plan *plan = &s->role->plan;
    size_t rank = plan->steps[step].rank;

    if (s->over)
        return;
    s->ended_bits[rank / 8] |= (uint8_t)(1u << (rank % 8));
    s->ended_steps++;
    count_page_load(s, step, now_us);
    if (rank != s->ended)
        return;
    s->last_end_us = now_us;
    while (s->ended < plan->count && rank_has_ended(s, s->ended)) {
        s->ended++;
        arm(s);
    }
}

/* --- what happens when --- */

static void start_step(struct session *s, size_t i, int64_t due_us)
{
    const struct step *step = script_at(s->role->script, i);

    hist_add(&s->stage->tally->lateness, clock_monotonic_us() - due_us);
    session_row(s, RUN_STEP_START, i, due_us);
    if (step_is_request(step)) {
        s->stage->tally->requests++;
        session_request(s, i, due_us);
    } else if (step->type == STEP_WS_OPEN) {
        channel_open(&s->channels[step->socket], i, due_us);
    } else if (step->type == STEP_WS_SEND) {
        channel_send(&s->channels[step->socket], i);
    } else {
        channel_close(&s->channels[step->socket], i);
    }
}

static void on_timer(struct timer *timer)
{
    session_advance(timer->data);
}

static void skip_receives(struct session *s)
{
    const struct script *script = s->role->script;

    while (s->next < script->count && step_is_recv(script_at(script, s->next)))
        s->next++;
}

static void end_well(struct session *s)
{
    session_row(s, RUN_SESSION_DONE, 0, clock_monotonic_us());
    tally_done(s->stage->tally, s->role->number);
    finish(s);
}

/* What --max-rate holds: what the script says to the server; not a close. */
static bool is_rated(const struct step *step)
{
    return step_is_request(step) || step->type == STEP_WS_OPEN || step->type == STEP_WS_SEND;
}

/* When the next step, which is due, may be done; a step that is held takes its time once. */
static int64_t may_start_us(struct session *s, int64_t due_us, int64_t now_us)
{
    bool rated = is_rated(script_at(s->role->script, s->next));

    if (due_us < s->held_us)
        due_us = s->held_us;
    if (due_us <= now_us && rated && !s->held) {
        int64_t at_us = rate_take(s->stage->rate, now_us);

        if (at_us > now_us) {
            tally_hold(s->stage->tally, at_us - due_us);
            s->held = true;
            due_us = s->held_us = at_us;
        }
    }
    return due_us;
}

static void start_due(struct session *s)
{
    while (!s->over && s->dues.count) {
        int64_t now_us = clock_monotonic_us();
        int64_t due_us = s->dues.at_us[s->dues.head];

        skip_receives(s);
        if (due_us <= now_us)
            due_us = may_start_us(s, due_us, now_us);
        if (due_us > now_us) {
            timer_set(s->stage->timers, &s->timer, due_us);
            return;
        }
        pop_due(&s->dues);
        s->held = false;
        s->next++;
        start_step(s, s->next - 1, due_us);
    }
}

void session_advance(struct session *s)
{
    start_due(s);
    if (!s->over && s->aside)
        fetch_ended(s->aside, s->ended);
    if (!s->over && s->ended_steps == s->role->plan.count)
        end_well(s);
    note_state(s);
}

/* --- life --- */

static bool allocate(struct session *s)
{
    unsigned sockets = s->role->script->sockets;

    s->channels = calloc(sockets ? sockets : 1, sizeof(*s->channels));
    for (unsigned i = 0; s->channels && i < sockets; i++) {
        channel_init(&s->channels[i], s);
        conversation_init(&s->channels[i].conversation, s->role->dialect);
        expect_init(&s->channels[i].expect, &s->role->sets[i]);
    }
    s->ended_bits = calloc(s->role->plan.count / 8 + 1, 1);
    s->told_bits = calloc(s->role->extractions_count / 8 + 1, 1);
    s->timer = (struct timer){.fire = on_timer, .data = s};
    return s->channels && s->ended_bits && s->told_bits;
}

struct session *session_new(const struct stage *stage, const struct role *role, long id, long user,
                            long iteration, void *session_user)
{
    struct session *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->stage = stage;
    s->role = role;
    s->rows = &stage->rows[role->number];
    s->user_data = session_user;
    s->id = id;
    s->user = user;
    s->iteration = iteration;
    s->page_load_left = s->role->plan.page_load_steps;
    s->values.makers = &s->role->makers;
    s->values.random = stage->play->seed ^ ((uint64_t)id * RANDOM_STRIDE);
    if (allocate(s) && logins_fill(&s->role->logins, user, &s->values) == 0 &&
        data_fill(&s->role->data, user, id, &s->values) == 0)
        return s;
    session_free(s);
    return NULL;
}

void session_start(struct session *s, int64_t due_us)
{
    s->begin_us = due_us;
    s->last_end_us = due_us;
    tally_begin(s->stage->tally, s->role->number);
    tracer_begin(s->stage->play->tracer, due_us);
    session_row(s, RUN_SESSION_CREATE, 0, due_us);
    arm(s);
    session_advance(s);
}

void session_stop(struct session *s, const char *why)
{
    size_t step = s->next < s->role->script->count ? s->next : s->role->script->count - 1;

    session_fail(s, step, FAILURE_STOPPED, "%s", why);
}

void session_free(struct session *s)
{
    if (!s)
        return;
    fetch_free(s->fetch);
    fetch_free(s->aside);
    session_polls_release(s);
    for (unsigned i = 0; s->channels && i < s->role->script->sockets; i++)
        channel_release(&s->channels[i]);
    jar_free(s->jar);
    timer_stop(s->stage->timers, &s->timer);
    values_release(&s->values);
    free(s->channels);
    free(s->ended_bits);
    free(s->told_bits);
    free(s->dues.at_us);
    free(s);
}
