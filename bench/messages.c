/* What a message costs: the bytes of a script's receives pushed through the WebSocket, the dialect
 * and the sets of what is waited for, as a session does it, with no socket and no clock between.
 *
 *     bench-messages read SCRIPT [TIMES]    every receive of the script; sets open with its sends
 *     bench-messages whole SCRIPT [TIMES]   the same, each document read as a whole by jansson
 *     bench-messages send SCRIPT [TIMES]    every send: placeholders filled in, framed
 *     bench-messages noise SCRIPT [TIMES]   what Shiny says about its computing, in that dialect
 *     bench-messages echo [TIMES]           60 bytes out, 60 bytes back, the plain dialect
 *     bench-messages rows [TIMES]           two rows a message, into /dev/null
 *     bench-messages idle SCRIPT            heap that a session's socket keeps between messages
 *
 * One line: what, how often, nanoseconds of this thread's CPU each.  For instructions: valgrind
 * --tool=callgrind with few TIMES. */
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/dialect_read.h"
#include "core/script.h"
#include "core/ws.h"
#include "player/expect.h"
#include "player/rows.h"

#define ECHO_BYTES 60
#define TIMES 200

struct work {
    const struct dialect *dialect;
    struct expect_sets sets;
    struct expect expect;
    struct conversation conversation;
    struct values values;
    bool whole; /* documents, not as far as they are wanted */
    struct ws *ws;
    struct buf wire;  /* frames of the server, all of the script's */
    size_t *sends_at; /* a send of the script comes before this byte of them */
    size_t send_count;
    size_t messages;
    size_t bytes;
};

static int64_t cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void die(const char *why)
{
    fprintf(stderr, "bench-messages: %s\n", why);
    exit(1);
}

static int read_message(struct work *w, const char *data, size_t len, bool binary,
                        struct message *m)
{
    struct reader reader = {.dialect = w->dialect, .message = m};

    return w->whole ? reader_frame(&reader, data, len, binary)
                    : conversation_read(&w->conversation, data, len, binary, 1, m);
}

static void on_message(void *user, const char *data, size_t len, bool binary)
{
    struct work *w = user;
    struct message m = {0};
    size_t step;

    if (read_message(w, data, len, binary, &m) < 0)
        die("out of memory");
    if (m.kind != MESSAGE_NOISE && w->sets.count && expect_message(&w->expect, &m) < 0)
        die("out of memory");
    while (w->sets.count && expect_take_ended(&w->expect, &step))
        continue;
    message_release(&m);
    w->messages++;
    w->bytes += len;
}

static void on_close(void *user, unsigned code, const char *reason, size_t len)
{
    (void)user;
    (void)code;
    (void)reason;
    (void)len;
}

static const struct ws_handler handler = {on_message, on_close};

static void session_init(struct work *w)
{
    w->ws = ws_new(WS_CLIENT, &handler, w);
    conversation_init(&w->conversation, w->dialect);
    expect_init(&w->expect, &w->sets);
    if (!w->ws)
        die("out of memory");
}

static void session_release(struct work *w)
{
    ws_free(w->ws);
    conversation_release(&w->conversation);
    expect_release(&w->expect);
}

static void feed(struct work *w, const char *data, size_t len)
{
    struct error err = ERROR_NONE;

    if (ws_feed(w->ws, data, len, &err) < 0)
        die(err.text);
    if (ws_out(w->ws)->len)
        buf_clear(ws_out(w->ws));
}

/* A server's frames by our own code: what is measured is the reading. */
static void add_frame(struct buf *wire, const char *data, size_t len, bool binary)
{
    struct error err = ERROR_NONE;
    struct ws *server = ws_new(WS_SERVER, &handler, NULL);

    if (!server || ws_send(server, data, len, binary, &err) < 0)
        die("out of memory");
    buf_add(wire, ws_out(server)->data, ws_out(server)->len);
    ws_free(server);
}

static struct script *load(struct work *w, const char *path)
{
    struct error err = ERROR_NONE;
    struct script *script;

    if (script_load(&script, path, false, &err) < 0)
        die(err.text);
    w->dialect = dialect_of(script);
    if (expect_sets_init(&w->sets, script, 0, w->dialect) < 0)
        die("out of memory");
    w->sends_at = calloc(script->count + 1, sizeof(*w->sends_at));
    buf_init(&w->wire, SIZE_MAX / 2);
    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = script_at(script, i);

        if (step->type == STEP_WS_OPEN || step->type == STEP_WS_SEND)
            w->sends_at[w->send_count++] = w->wire.len;
        if (step_is_recv(step))
            add_frame(&w->wire, step->message, step->message_bytes, step->binary);
    }
    return script;
}

static void play_receives(struct work *w)
{
    session_init(w);
    for (size_t i = 0; i < w->send_count; i++) {
        size_t end = i + 1 < w->send_count ? w->sends_at[i + 1] : w->wire.len;

        if (i < w->sets.count && expect_open(&w->expect) < 0)
            die("out of memory");
        /* as much as a read of the socket gives */
        for (size_t at = w->sends_at[i]; at < end; at += 65536)
            feed(w, w->wire.data + at, end - at < 65536 ? end - at : 65536);
    }
    session_release(w);
}

static void play_sends(struct work *w, const struct script *script)
{
    struct error err = ERROR_NONE;

    session_init(w);
    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = script_at(script, i);
        struct buf out;

        if (step->type != STEP_WS_SEND)
            continue;
        buf_init(&out, WS_MESSAGE_MAX);
        if (dialect_expand(w->dialect, &w->values, step->message, step->message_bytes, step->binary,
                           &out) < 0 ||
            ws_send(w->ws, out.data, out.len, step->binary, &err) < 0)
            die("out of memory");
        conversation_sent(&w->conversation, out.data, out.len, step->binary, 1);
        buf_release(&out);
        buf_clear(ws_out(w->ws));
        w->messages++;
        w->bytes += step->message_bytes;
    }
    session_release(w);
}

static void play_noise(struct work *w, const struct buf *wire)
{
    for (int i = 0; i < 100; i++)
        feed(w, wire->data, wire->len);
}

static void make_noise(struct work *w, struct buf *wire)
{
    static const char *const texts[] = {
        "{\"busy\":\"busy\"}",
        "{\"recalculating\":{\"name\":\"plot\",\"status\":\"recalculating\"}}",
        "{\"progress\":{\"type\":\"binding\",\"message\":{\"id\":\"plot\"}}}",
        "{\"recalculating\":{\"name\":\"plot\",\"status\":\"recalculated\"}}",
        "{\"busy\":\"idle\"}",
    };

    buf_init(wire, SIZE_MAX / 2);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct buf text;

        buf_init(&text, 1000);
        if (strcmp(w->dialect->name, "sockjs") == 0) {
            buf_addf(&text, "a[\"%zX#0|m|", i);
            for (const char *at = texts[i]; *at; at++)
                buf_addf(&text, *at == '"' ? "\\\"" : "%c", *at);
            buf_adds(&text, "\"]");
        } else {
            buf_adds(&text, texts[i]);
        }
        add_frame(wire, text.data, text.len, false);
        buf_release(&text);
    }
}

static void play_echo(struct work *w, const char *message, const struct buf *frame)
{
    struct error err = ERROR_NONE;

    if (ws_send(w->ws, message, ECHO_BYTES, false, &err) < 0)
        die(err.text);
    conversation_sent(&w->conversation, message, ECHO_BYTES, false, 1);
    feed(w, frame->data, frame->len);
}

static void play_rows(struct rows *rows, int64_t i)
{
    struct run_row row = {
        .session = (long)(i % 10000), .user = (long)(i % 10000), .line = 140, .time_us = i * 731};

    row.event = RUN_STEP_START;
    row.type = STEP_WS_RECV;
    rows_add(rows, &row);
    row.event = RUN_STEP_END;
    rows_add(rows, &row);
}

static void tell(const char *what, const char *of, size_t messages, size_t bytes, int64_t ns)
{
    printf("%s %s: %zu messages, %zu bytes: %.0f ns each, %.0f MB/s\n", what, of, messages, bytes,
           (double)ns / (double)messages, (double)bytes * 1000 / (double)ns);
}

static void run_echo(struct work *w, long times)
{
    char message[ECHO_BYTES];
    struct buf frame;
    int64_t begin;

    memset(message, 'x', sizeof(message));
    w->dialect = dialect_find("plain");
    buf_init(&frame, 1000);
    add_frame(&frame, message, sizeof(message), false);
    session_init(w);
    begin = cpu_ns();
    for (long i = 0; i < times * 1000; i++)
        play_echo(w, message, &frame);
    tell("echo", "plain", w->messages, w->bytes, cpu_ns() - begin);
    session_release(w);
    buf_release(&frame);
}

static void run_noise(struct work *w, long times)
{
    struct buf wire;
    int64_t begin;

    make_noise(w, &wire);
    session_init(w);
    begin = cpu_ns();
    for (long i = 0; i < times; i++)
        play_noise(w, &wire);
    tell("noise", w->dialect->name, w->messages, w->bytes, cpu_ns() - begin);
    session_release(w);
    buf_release(&wire);
}

static void run_rows(long times)
{
    struct rows rows = {.fd = open("/dev/null", O_WRONLY | O_CLOEXEC), .wall_us = 1795225841539445};
    int64_t begin = cpu_ns();

    buf_init(&rows.pending, (size_t)64 << 20);
    for (int64_t i = 0; i < times * 1000; i++)
        play_rows(&rows, i);
    tell("rows", "/dev/null", (size_t)rows.added, (size_t)rows.added * 60, cpu_ns() - begin);
    rows_close(&rows);
}

/* Many sockets in the middle of their script: the heap they add. */
static void run_idle(struct work *w)
{
    enum { SESSIONS = 1000 };
    struct work *all = calloc(SESSIONS, sizeof(*all));
    size_t before = mallinfo2().uordblks;
    size_t sets = w->send_count / 2;

    for (size_t i = 0; all && i < SESSIONS; i++) {
        all[i] = *w;
        session_init(&all[i]);
        for (size_t k = 0; k < sets; k++) {
            size_t end = k + 1 < w->send_count ? w->sends_at[k + 1] : w->wire.len;

            expect_open(&all[i].expect);
            feed(&all[i], w->wire.data + w->sends_at[k], end - w->sends_at[k]);
        }
    }
    printf("idle: %zu bytes of heap a socket, with %zu of struct expect and %zu of conversation\n",
           (mallinfo2().uordblks - before) / SESSIONS, sizeof(struct expect),
           sizeof(struct conversation));
    for (size_t i = 0; all && i < SESSIONS; i++)
        session_release(&all[i]);
    free(all);
}

static void run_script(struct work *w, const struct script *script, const char *what, long times)
{
    int64_t begin = cpu_ns();

    w->whole = strcmp(what, "whole") == 0;
    for (long i = 0; i < times; i++) {
        if (strcmp(what, "send") == 0)
            play_sends(w, script);
        else
            play_receives(w);
    }
    tell(what, w->dialect->name, w->messages, w->bytes, cpu_ns() - begin);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    bool bare = strcmp(what, "echo") == 0 || strcmp(what, "rows") == 0;
    const char *last = argc > (bare ? 2 : 3) ? argv[argc - 1] : NULL;
    long times = last ? strtol(last, NULL, 10) : TIMES;
    struct error err = ERROR_NONE;
    struct work work = {0};
    struct script *script = NULL;

    if (argc < (bare ? 2 : 3))
        die("usage: read|whole|send|noise|idle SCRIPT [TIMES], echo|rows [TIMES]");
    if (dialects_init(&err) < 0)
        die(err.text);
    if (!bare)
        script = load(&work, argv[2]);
    if (strcmp(what, "echo") == 0)
        run_echo(&work, times);
    else if (strcmp(what, "rows") == 0)
        run_rows(times);
    else if (strcmp(what, "noise") == 0)
        run_noise(&work, times);
    else if (strcmp(what, "idle") == 0)
        run_idle(&work);
    else
        run_script(&work, script, what, times);
    expect_sets_release(&work.sets);
    values_release(&work.values);
    buf_release(&work.wire);
    free(work.sends_at);
    script_free(script);
    dialects_release();
    return 0;
}
