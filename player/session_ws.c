/* What a session does on its WebSockets: open, send, close. */
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "core/ws.h"
#include "player/jar.h"
#include "player/session_state.h"

#define HEADERS_MAX 64

void channel_trace(struct channel *c, enum trace_what what, size_t step, const char *data,
                   size_t len, bool binary)
{
    const struct play *play = channel_play(c);

    if (!play->tracer)
        return;
    tracer_add(
        play->tracer,
        &(struct trace_entry){
            .what = what,
            .step = step == NO_STEP ? -1 : (long)script_at(channel_role(c)->script, step)->ordinal,
            .socket = (unsigned)(c - c->session->channels),
            .text = data,
            .text_bytes = len,
            .binary = binary,
            .bytes = len,
        },
        &c->session->values);
}

static void trace_handshake(struct channel *c, const struct trace_entry *entry)
{
    struct trace_entry full = *entry;

    full.step = (long)script_at(channel_role(c)->script, c->open_step)->ordinal;
    full.socket = (unsigned)(c - c->session->channels);
    tracer_add(channel_play(c)->tracer, &full, &c->session->values);
}

void channel_init(struct channel *c, struct session *s)
{
    c->session = s;
    c->close_step = NO_STEP;
    c->timer = (struct timer){.fire = channel_give_up, .data = c};
    c->duties = (struct timer){.fire = channel_do_duties, .data = c};
}

/* --- the handshake --- */

static bool has_header(const struct buf *text, const char *name)
{
    size_t n = strlen(name);

    for (size_t at = 0; at < text->len; at += strlen(text->data + at) + 1) {
        if (strncasecmp(text->data + at, name, n) == 0 && text->data[at + n] == ':')
            return true;
    }
    return false;
}

/* What every browser says besides, unless options or script say it otherwise. */
static void add_defaults(const struct target *target, struct buf *text)
{
    buf_addf(text, "Pragma: no-cache%cCache-Control: no-cache%c", 0, 0);
    if (!has_header(text, "User-Agent"))
        buf_addf(text, "User-Agent: " PLAY_USER_AGENT "%c", 0);
    if (!has_header(text, "Origin"))
        buf_addf(text, "Origin: http%s://%s%c", target->tls ? "s" : "", target->authority, 0);
    if (!has_header(text, "Accept-Encoding"))
        buf_addf(text, "Accept-Encoding: %s%c", request_codings(target), 0);
}

/* The headers of a handshake, as a browser sends them, one terminated string after another. */
static int write_headers(struct channel *c, const struct step *step, const char *path,
                         struct buf *text, struct error *err)
{
    const struct play *play = channel_play(c);
    struct buf cookies;
    int rc;

    rc = request_headers(play, step, &c->session->values, c->session->jar, text, err);
    if (rc == 0)
        add_defaults(&play->target, text);
    buf_init(&cookies, REQUEST_HEADERS_MAX);
    if (rc == 0 && jar_header(c->session->jar, &play->target, path, &cookies) < 0)
        rc = error_nomem(err);
    if (cookies.len)
        buf_addf(text, "Cookie: %s%c", cookies.data, 0);
    buf_release(&cookies);
    return rc == 0 && text->failed ? error_nomem(err) : rc;
}

/* Points at each of them. */
static void list_headers(const struct buf *text, const char *list[HEADERS_MAX])
{
    size_t n = 0;

    for (size_t at = 0; at < text->len && n + 1 < HEADERS_MAX; at += strlen(text->data + at) + 1)
        list[n++] = text->data + at;
    list[n] = NULL;
}

/* Where a step's handshake goes, as the server sees it.  0 or -E_NOMEM. */
static int write_path(struct channel *c, const struct step *step, struct buf *path)
{
    if (buf_adds(path, channel_play(c)->target.base) < 0)
        return -E_NOMEM;
    return values_expand(&c->session->values, step->url, strlen(step->url), path);
}

static int open_socket(struct channel *c, const struct step *step, struct buf *path,
                       struct buf *text, struct error *err)
{
    const struct play *play = channel_play(c);
    const char *headers[HEADERS_MAX];
    int rc;

    if (!session_open_jar(c->session) || write_path(c, step, path) < 0)
        return error_nomem(err);
    rc = write_headers(c, step, path->data, text, err);
    if (rc < 0)
        return rc;
    list_headers(text, headers);
    trace_handshake(c, &(struct trace_entry){.what = TRACE_REQUEST,
                                             .method = "GET",
                                             .url = path->data + strlen(play->target.base),
                                             .headers = headers});
    c->socket =
        socket_open(c->session->stage,
                    &(struct socket_request){.path = path->data,
                                             .headers = headers,
                                             .source = sources_of(&play->sources, c->session->id)},
                    &channel_handler, c, err);
    return c->socket ? 0 : -err->code;
}

/* A reconnect goes on from the socket before. */
static int resume(struct channel *c, struct error *err)
{
    if (c == c->session->channels ||
        conversation_resume(&c->conversation, &c[-1].conversation) == 0)
        return 0;
    return error_nomem(err);
}

void channel_open(struct channel *c, size_t i, int64_t due_us)
{
    struct error err = ERROR_NONE;
    struct buf path;
    struct buf text;

    c->open_step = i;
    c->waiting_us = due_us;
    c->session->stage->tally->connections++;
    buf_init(&path, REQUEST_URL_MAX);
    buf_init(&text, REQUEST_HEADERS_MAX);
    if (resume(c, &err) == 0 &&
        open_socket(c, script_at(channel_role(c)->script, i), &path, &text, &err) == 0)
        channel_start_timer(c, channel_play(c)->options.timeout_us);
    else
        session_fail(c->session, i, FAILURE_OPEN, "%s", err.text);
    buf_release(&path);
    buf_release(&text);
}

/* The lines of a head behind its first, one terminated string after another. */
static int split_head(const char *head, size_t len, struct buf *out)
{
    const char *end = head + len;
    const char *line = memchr(head, '\n', len);

    while (line && ++line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t n = (size_t)((stop ? stop : end) - line);

        while (n && (line[n - 1] == '\r' || line[n - 1] == '\n'))
            n--;
        if (n && !memchr(line, 0, n))
            buf_addf(out, "%.*s%c", (int)n, line, 0);
        line = stop;
    }
    return out->failed ? -E_NOMEM : 0;
}

/* A handshake's answer may set cookies too. */
static int keep_cookies(struct channel *c, const struct step *step, const char *const *headers)
{
    static const char name[] = "Set-Cookie:";
    struct buf path;
    int rc = 0;

    for (; *headers && rc == 0; headers++) {
        const char *value = *headers + sizeof(name) - 1;

        if (strncasecmp(*headers, name, sizeof(name) - 1) != 0)
            continue;
        buf_init(&path, REQUEST_URL_MAX);
        rc = write_path(c, step, &path);
        if (rc == 0)
            rc =
                jar_set(c->session->jar, &channel_play(c)->target, path.data, value, strlen(value));
        buf_release(&path);
    }
    return rc;
}

bool channel_opened(struct channel *c, const char *head, size_t len)
{
    const struct step *step = script_at(channel_role(c)->script, c->open_step);
    const char *headers[HEADERS_MAX];
    struct answer answer = {.status = 101, .headers = headers, .body = ""};
    struct error err = ERROR_NONE;
    struct buf lines;
    int rc;

    buf_init(&lines, REQUEST_HEADERS_MAX);
    rc = split_head(head, len, &lines);
    list_headers(&lines, headers);
    trace_handshake(c,
                    &(struct trace_entry){.what = TRACE_ANSWER, .status = 101, .headers = headers});
    if (rc == 0)
        rc = keep_cookies(c, step, headers);
    if (rc < 0)
        error_nomem(&err);
    else
        rc = gather_answer(step, &answer, &c->session->values, &err);
    buf_release(&lines);
    if (rc < 0)
        session_fail(c->session, c->open_step, FAILURE_VALUE, "%s", err.text);
    return rc == 0;
}

/* --- sends --- */

static int send_message(struct channel *c, size_t i, const char *data, size_t len, bool binary,
                        struct error *err)
{
    int rc = socket_send(c->socket, data, len, binary, err);

    if (rc < 0)
        return rc;
    channel_trace(c, TRACE_SEND, i, data, len, binary);
    conversation_sent(&c->conversation, data, len, binary, clock_monotonic_us());
    channel_plan_duties(c);
    return 0;
}

static int fill_and_send(struct channel *c, size_t i, struct error *err)
{
    const struct step *step = script_at(channel_role(c)->script, i);
    struct buf message;
    int rc;

    if (!c->socket)
        return error_set(err, E_NET, "the WebSocket is not open");
    buf_init(&message, WS_MESSAGE_MAX);
    if (dialect_expand(channel_role(c)->dialect, &c->session->values, step->message,
                       step->message_bytes, step->binary, &message) < 0)
        rc = error_nomem(err);
    else
        rc = send_message(c, i, message.data ? message.data : "", message.len, step->binary, err);
    buf_release(&message);
    return rc;
}

void channel_send(struct channel *c, size_t i)
{
    struct error err = ERROR_NONE;
    int64_t now_us;

    if (fill_and_send(c, i, &err) < 0) {
        session_fail(c->session, i, FAILURE_CLOSED, "%s",
                     err.code ? err.text : "the connection was lost");
        return;
    }
    now_us = clock_monotonic_us();
    c->session->stage->tally->sends++;
    session_row(c->session, RUN_STEP_END, i, now_us);
    session_step_ended(c->session, i, now_us);
    if (!script_at(channel_role(c)->script, i)->partial)
        channel_open_set(c, i, now_us);
}

/* --- the end --- */

/* 1005 and 1006 stand for "no code came". */
static unsigned told_code(unsigned code)
{
    return code == WS_CLOSE_NONE || code == WS_CLOSE_ABNORMAL ? 0 : code;
}

static const char *name_code(unsigned code, char text[16])
{
    if (!code)
        return "none";
    snprintf(text, 16, "%u", code);
    return text;
}

/* The server has closed, as the script has it. */
static void end_server_close(struct channel *c, size_t i)
{
    const struct step *step = script_at(channel_role(c)->script, i);
    unsigned want = told_code(step->code);
    unsigned got = told_code(c->code);
    int64_t now_us = clock_monotonic_us();
    char comment[80] = "";
    char first[16];
    char second[16];

    if (want != got)
        snprintf(comment, sizeof(comment), "the server's close code was %s, in the recording %s",
                 name_code(got, first), name_code(want, second));
    c->close_step = NO_STEP;
    timer_stop(c->session->stage->timers, &c->timer);
    session_row_saying(c->session, RUN_STEP_END, i, now_us, comment);
    session_step_ended(c->session, i, now_us);
}

/* What a client says that does not only go away: the server may then forget it at once. */
static void say_farewell(struct channel *c)
{
    struct duty duty = {0};
    struct error err = ERROR_NONE;

    buf_init(&duty.data, WS_MESSAGE_MAX);
    for (size_t i = 0;
         conversation_farewell(&c->conversation, i, &c->session->values, &duty) > 0 &&
         socket_send(c->socket, duty.data.data, duty.data.len, duty.binary, &err) == 0;
         i++) {
        channel_trace(c, TRACE_SEND, NO_STEP, duty.data.data, duty.data.len, duty.binary);
        buf_clear(&duty.data);
    }
    buf_release(&duty.data);
}

/* As a browser whose tab is closed: a close frame, and, by --leave clean, the framework's own word
 * before it. */
static void go(struct channel *c)
{
    if (c->socket && c->opened && !c->closed) {
        if (channel_play(c)->leave_clean)
            say_farewell(c);
        socket_leave(c->socket);
    }
    c->closed = true;
}

static void leave(struct channel *c, size_t i)
{
    int64_t now_us;

    go(c);
    channel_plan_duties(c);
    now_us = clock_monotonic_us();
    session_row(c->session, RUN_STEP_END, i, now_us);
    session_step_ended(c->session, i, now_us);
}

void channel_close(struct channel *c, size_t i)
{
    if (!script_at(channel_role(c)->script, i)->from_server) {
        leave(c, i);
    } else if (!c->socket) {
        session_fail(c->session, i, FAILURE_CLOSED, "the WebSocket is not open");
    } else if (c->closed) {
        end_server_close(c, i);
    } else {
        c->close_step = i;
        channel_start_timer(c, channel_play(c)->options.timeout_us);
    }
}

void channel_release(struct channel *c)
{
    c->session->stage->tally->extra += c->expect.extra;
    c->session->over = true; /* whatever the last words bring */
    go(c);
    socket_free(c->socket);
    timer_stop(c->session->stage->timers, &c->timer);
    timer_stop(c->session->stage->timers, &c->duties);
    expect_release(&c->expect);
    conversation_release(&c->conversation);
    free(c->came);
}
