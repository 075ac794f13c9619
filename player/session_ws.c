/* What a session does on its WebSockets: open, send, and wait for what the script shows. */
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "player/loop.h"
#include "player/session_state.h"

#define MESSAGE_MAX ((size_t)64 << 20)
#define HEADERS_MAX 64
/* How much longer than in the recording a repeat may take, before it counts as merged into what
 * came. */
#define REPEAT_GRACE_US INT64_C(2000000)

static const struct play *play_of(const struct channel *c)
{
    return c->session->stage->play;
}

/* The step that is to blame when something happens to the socket. */
static size_t blamed_step(const struct channel *c)
{
    size_t step;

    if (!c->opened)
        return c->open_step;
    if (expect_pending(&c->expect, &step))
        return step;
    step = c->session->next;
    return step < play_of(c)->script->count ? step : play_of(c)->script->count - 1;
}

/* Has the script got all that it wants of this socket, but for closing it? */
static bool is_served(const struct channel *c)
{
    return c->opened && c->expect.opened == c->expect.sets->count && !c->expect.left;
}

static void count_calculation(struct channel *c, size_t step, int64_t now_us)
{
    if (play_of(c)->calculations[step] >= 0)
        hist_add(&c->session->stage->tally->calculation, now_us - c->set_us);
}

/* Writes the steps that have ended.  Their rows join on to each other, so that their lengths add up
 * to what the user waited, however the answer was cut into messages. */
static void collect(struct channel *c, int64_t at_us, int64_t now_us)
{
    size_t step;
    bool any = false;

    while (expect_take_ended(&c->expect, &step)) {
        session_row(c->session, RUN_STEP_START, step, c->waiting_us);
        session_row(c->session, RUN_STEP_END, step, at_us);
        c->waiting_us = at_us;
        session_step_ended(c->session, step, now_us);
        if (!any && !c->expect.left)
            count_calculation(c, step, at_us);
        any = true;
    }
    if (!c->expect.left && c->timer)
        uv_timer_stop(c->timer);
}

static void on_timer(uv_timer_t *timer)
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
    duration_format(play_of(c)->options.timeout_us, patience, sizeof(patience));
    if (c->opened)
        session_fail(c->session, blamed_step(c), "no '%.80s' within %s", expect_missing(&c->expect),
                     patience);
    else
        session_fail(c->session, blamed_step(c), "no answer to the WebSocket handshake within %s",
                     patience);
}

static void start_timer(struct channel *c, int64_t us)
{
    uv_update_time(c->session->stage->loop);
    uv_timer_start(c->timer, on_timer, (uint64_t)(us / US_PER_MS + 1), 0);
}

/* The next set of messages is waited for from now on. */
static void open_set(struct channel *c, size_t step, int64_t now_us)
{
    if (expect_open(&c->expect) < 0) {
        session_fail(c->session, step, "out of memory");
        return;
    }
    c->set_us = c->waiting_us = c->last_us = now_us;
    collect(c, now_us, now_us);
    if (c->expect.left)
        start_timer(c, play_of(c)->options.timeout_us);
}

static void on_open(void *user)
{
    struct channel *c = user;
    int64_t now_us = clock_monotonic_us();

    if (c->session->over)
        return;
    c->opened = true;
    uv_timer_stop(c->timer);
    session_row(c->session, RUN_STEP_END, c->open_step, now_us);
    session_step_ended(c->session, c->open_step, now_us);
    open_set(c, c->open_step, now_us);
    session_advance(c->session);
}

/* How long a repeat that is still missing took in the recording, and some grace. */
static int64_t grace_us(const struct channel *c)
{
    const struct script *script = play_of(c)->script;
    size_t step = 0;

    expect_pending(&c->expect, &step);
    return script_at(script, step)->begin_us - (step ? script_at(script, step - 1)->begin_us : 0) +
           REPEAT_GRACE_US;
}

static int learn(struct values *values, const struct values *learnt)
{
    int rc = 0;

    for (size_t i = 0; i < learnt->count && rc == 0; i++)
        rc = values_set(values, learnt->items[i].name, learnt->items[i].value);
    return rc;
}

static void take_message(struct channel *c, const struct message *m)
{
    int64_t now_us = clock_monotonic_us();

    if (learn(&c->session->values, &m->learnt) < 0 || expect_message(&c->expect, m) < 0) {
        session_fail(c->session, blamed_step(c), "out of memory");
        return;
    }
    c->last_us = now_us;
    collect(c, now_us, now_us);
    if (c->expect.left && expect_only_repeats(&c->expect))
        start_timer(c, grace_us(c));
    session_advance(c->session);
}

static void on_message(void *user, const char *data, size_t len, bool binary)
{
    struct channel *c = user;
    struct tally *tally = c->session->stage->tally;
    struct message m = {0};

    if (c->session->over)
        return;
    tally->bytes_in += len;
    if (dialect_read(play_of(c)->dialect, &m, data, len, binary) < 0)
        session_fail(c->session, blamed_step(c), "out of memory");
    else if (m.kind == MESSAGE_NOISE)
        tally->noise++;
    else if (m.kind == MESSAGE_GONE && !is_served(c))
        session_fail(c->session, blamed_step(c), "%s", m.reason);
    else if (m.kind != MESSAGE_GONE)
        take_message(c, &m);
    message_release(&m);
}

static void on_lost(void *user, const struct error *why)
{
    struct channel *c = user;

    if (!is_served(c))
        session_fail(c->session, blamed_step(c), "%s", why->text);
}

static const struct socket_handler handler = {on_open, on_message, on_lost};

/* The headers of a handshake, as a browser sends them; pointers into `text`, which is filled. */
static bool collect_headers(struct channel *c, const struct step *step, const char *path,
                            struct buf *text, const char *list[HEADERS_MAX])
{
    const struct play *play = play_of(c);
    struct buf cookies;
    size_t n = 0;

    buf_init(&cookies, 65536);
    if (c->session->cookies &&
        fetch_cookies(c->session->cookies, &play->target, path, &cookies) < 0)
        text->failed = true;
    buf_addf(text, "User-Agent: " PLAY_USER_AGENT "%cOrigin: http%s://%s%c", 0,
             play->target.tls ? "s" : "", play->target.authority, 0);
    if (cookies.len)
        buf_addf(text, "Cookie: %s%c", cookies.data, 0);
    for (size_t i = 0; i < play->options.headers.count; i++)
        buf_addf(text, "%s%c", play->options.headers.items[i], 0);
    for (const char *const *h = step->headers; h && *h; h++)
        buf_addf(text, "%s%c", *h, 0);
    buf_release(&cookies);
    for (size_t at = 0; at < text->len && n + 1 < HEADERS_MAX; at += strlen(text->data + at) + 1)
        list[n++] = text->data + at;
    list[n] = NULL;
    return !text->failed;
}

void channel_open(struct channel *c, size_t i)
{
    const struct step *step = script_at(play_of(c)->script, i);
    const char *headers[HEADERS_MAX];
    struct error err = ERROR_NONE;
    struct buf path;
    struct buf text;

    c->open_step = i;
    buf_init(&path, 65536);
    buf_init(&text, 1u << 20);
    buf_adds(&path, play_of(c)->target.base);
    c->timer = loop_timer_new(c->session->stage->loop, c);
    if (!c->timer || values_expand(&c->session->values, step->url, strlen(step->url), &path) < 0 ||
        !collect_headers(c, step, path.data, &text, headers))
        error_nomem(&err);
    else
        c->socket =
            socket_open(c->session->stage->loop, play_of(c), path.data, headers, &handler, c, &err);
    if (c->socket)
        start_timer(c, play_of(c)->options.timeout_us);
    else
        session_fail(c->session, i, "%s", err.text);
    buf_release(&path);
    buf_release(&text);
}

void channel_send(struct channel *c, size_t i)
{
    const struct step *step = script_at(play_of(c)->script, i);
    struct error err = ERROR_NONE;
    struct buf message;
    int rc;

    buf_init(&message, MESSAGE_MAX);
    if (!c->socket) {
        session_fail(c->session, i, "the WebSocket is not open");
        return;
    }
    if (step->binary)
        rc = socket_send(c->socket, step->message, step->message_bytes, true, &err);
    else if (values_expand(&c->session->values, step->message, step->message_bytes, &message) < 0)
        rc = error_nomem(&err);
    else
        rc = socket_send(c->socket, message.data ? message.data : "", message.len, false, &err);
    buf_release(&message);
    if (rc < 0) {
        session_fail(c->session, i, "%s", err.code ? err.text : "the connection was lost");
    } else {
        int64_t now_us = clock_monotonic_us();

        session_row(c->session, RUN_STEP_END, i, now_us);
        session_step_ended(c->session, i, now_us);
        open_set(c, i, now_us);
    }
}

void channel_leave(struct channel *c, size_t i)
{
    int64_t now_us;

    if (c->socket)
        socket_leave(c->socket);
    now_us = clock_monotonic_us();
    session_row(c->session, RUN_STEP_END, i, now_us);
    session_step_ended(c->session, i, now_us);
}

void channel_release(struct channel *c)
{
    c->session->stage->tally->extra += c->expect.extra;
    socket_free(c->socket);
    loop_close(c->timer);
    expect_release(&c->expect);
}
