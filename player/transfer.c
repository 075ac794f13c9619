#include "player/transfer.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/decode.h"
#include "core/error.h"
#include "core/units.h"

/* Pieces of this size at most come from a connection. */
#define PIECE_MAX ((size_t)64 << 10)

const struct step *transfer_step(const struct transfer *t)
{
    return t->step == FETCH_NO_STEP ? NULL : script_at(t->fetch->role->script, t->step);
}

void transfer_free(struct transfer *t)
{
    request_release(&t->request);
    buf_release(&t->head);
    buf_release(&t->body);
    buf_release(&t->tail);
    free(t);
}

/* Longer than asked for where the recording's took longer still. */
int64_t fetch_patience_us(const struct play *play, const struct step *step)
{
    int64_t recorded_us = step ? step->end_us - step->begin_us : 0;

    return play->options.timeout_us + (recorded_us >= play->options.timeout_us ? recorded_us : 0);
}

/* Words are the same for every session that fails so: failures are grouped by them. */
void transfer_fails(struct transfer *t, enum failure kind, const char *fmt, ...)
{
    va_list args;

    if (t->why[0])
        return;
    t->kind = kind;
    va_start(args, fmt);
    vsnprintf(t->why, sizeof(t->why), fmt, args);
    va_end(args);
}

/* --- what is told --- */

/* The head's lines as a list of headers; NULL when memory is refused. */
static const char **list_headers(const struct buf *head)
{
    size_t count = 0;
    const char **list;

    for (size_t at = 0; at < head->len; at++)
        count += !head->data[at];
    list = calloc(count + 1, sizeof(*list));
    for (size_t at = 0, i = 0; list && at < head->len; at += strlen(head->data + at) + 1)
        list[i++] = head->data + at;
    return list;
}

/* The value of a header of the answer, or NULL. */
static const char *find_header(const struct transfer *t, const char *name)
{
    size_t n = strlen(name);

    for (size_t at = 0; at < t->head.len; at += strlen(t->head.data + at) + 1) {
        const char *line = t->head.data + at;

        if (strncasecmp(line, name, n) == 0 && line[n] == ':')
            return line + n + 1;
    }
    return NULL;
}

static void decode(struct transfer *t)
{
    const char *coding = t->decoded ? NULL : find_header(t, "Content-Encoding");
    struct buf plain;
    int rc;

    if (!coding || !t->body.len)
        return;
    buf_init(&plain, FETCH_BODY_MAX);
    rc = decode_body(coding, t->body.data, t->body.len, &plain);
    if (rc == -E_NOMEM)
        transfer_fails(t, FAILURE_MEMORY, "out of memory");
    else if (rc < 0)
        transfer_fails(t, FAILURE_VALUE, "the answer's body is not coded as it says:%.40s", coding);
    buf_release(&t->body);
    t->body = plain;
}

void transfer_report(struct transfer *t)
{
    const char **headers = NULL;
    struct fetch_result result;

    if (t->keep) {
        bool whole = !t->head.failed && !t->body.failed;

        decode(t);
        headers = list_headers(&t->head);
        if (!headers || !whole)
            transfer_fails(t, FAILURE_MEMORY, "out of memory");
    }
    result = (struct fetch_result){
        .step = t->step,
        .due_us = t->due_us,
        .status = t->status,
        .failure = t->why[0] ? t->why : NULL,
        .kind = t->kind,
        .kept = headers != NULL,
        .headers = headers,
        .body = t->body.data ? t->body.data : "",
        .body_bytes = t->body.len,
        .phases = t->phases,
        .request = &t->request,
    };
    t->fetch->done(t->fetch->user, &result);
    free(headers);
}

/* --- answers that are left --- */

static void say_missing(struct transfer *t)
{
    char patience[DURATION_TEXT];
    const struct leaving *l = &t->leaving;

    duration_format(leaving_wake_us(l) - l->start_us, patience, sizeof(patience));
    if (l->answered)
        transfer_fails(t, FAILURE_TIMEOUT, "no '%.80s' in the answer within %s",
                       transfer_step(t)->until, patience);
    else
        transfer_fails(t, FAILURE_TIMEOUT, "no answer within %s", patience);
}

static bool is_left(struct transfer *t, int64_t now_us)
{
    const struct fetch *f = t->fetch;

    t->leaving.alone = f->ended >= f->role->plan.steps[t->step].rank;
    switch (leaving_decide(&t->leaving, now_us)) {
    case LEAVING_GO:
        t->left = true;
        return true;
    case LEAVING_MISSING:
        say_missing(t);
        return true;
    default:
        break;
    }
    /* Past its time it stays for what others do: fetch_ended() tells. */
    t->wake_us = leaving_wake_us(&t->leaving);
    if (t->wake_us <= now_us)
        t->wake_us = INT64_MAX;
    return false;
}

bool transfer_is_over(struct transfer *t, int64_t now_us)
{
    char patience[DURATION_TEXT];

    if (t->doomed)
        return true;
    if (t->leaves)
        return is_left(t, now_us);
    if (now_us < t->wake_us)
        return false;
    duration_format(fetch_patience_us(t->fetch->play, transfer_step(t)), patience,
                    sizeof(patience));
    transfer_fails(t, FAILURE_TIMEOUT, "no whole answer within %s", patience);
    return true;
}

/* Has the last thing come with these bytes?  It may have begun in those before: the end of them is
 * kept. */
static void look_for_mark(struct transfer *t, const char *data, size_t len)
{
    const char *until = transfer_step(t)->until;
    size_t n = strlen(until);

    buf_add(&t->tail, data, len);
    if (t->tail.len < n)
        return;
    if (memmem(t->tail.data, t->tail.len, until, n))
        t->leaving.marked = true;
    buf_drop(&t->tail, t->tail.len - n + 1);
}

/* A body that is coded is decoded anew with every piece: streams hardly ever are. */
static void look_for_coded_mark(struct transfer *t, const char *coding, const char *data,
                                size_t len)
{
    const char *until = transfer_step(t)->until;
    struct buf plain;

    buf_init(&plain, FETCH_BODY_MAX);
    buf_add(&t->tail, data, len);
    if (decode_body(coding, t->tail.data, t->tail.len, &plain) == 0 && plain.len &&
        memmem(plain.data, plain.len, until, strlen(until)))
        t->leaving.marked = true;
    buf_release(&plain);
}

/* --- what comes back --- */

bool transfer_take(struct transfer *t, const char *data, size_t len)
{
    const char *coding;

    t->phases.bytes += len;
    if (t->keep && t->body.len < FETCH_BODY_MAX) { /* beyond its bound nobody looks */
        size_t room = FETCH_BODY_MAX - t->body.len;

        buf_add(&t->body, data, len < room ? len : room);
    }
    if (!t->leaving.until)
        return true;
    coding = t->decoded ? NULL : find_header(t, "Content-Encoding");
    if (coding)
        look_for_coded_mark(t, coding, data, len);
    else
        look_for_mark(t, data, len);
    t->left = leaving_decide(&t->leaving, clock_monotonic_us()) == LEAVING_GO;
    return !t->left;
}

/* A header that was folded is one line again. */
static void add_line(struct buf *head, const char *line, size_t len)
{
    const char *end = line + len;

    for (;;) {
        const char *feed = memchr(line, '\n', (size_t)(end - line));
        const char *stop = feed ? feed : end;

        while (stop > line && strchr(" \t\r", stop[-1]))
            stop--;
        buf_add(head, line, (size_t)(stop - line));
        if (!feed)
            break;
        for (line = feed; line < end && strchr(" \t\r\n", *line);)
            line++;
        buf_addc(head, ' ');
    }
    buf_addc(head, 0);
}

void transfer_take_line(struct transfer *t, const char *line, size_t len)
{
    if (len > 5 && memcmp(line, "HTTP/", 5) == 0)
        buf_clear(&t->head); /* the head of another answer: a 1xx may come before the real one */
    else if ((t->keep || t->leaving.until) && len && !memchr(line, 0, len))
        add_line(&t->head, line, len);
}

void transfer_take_head_end(struct transfer *t, int status)
{
    t->status = status;
    if (!t->leaves || status < 200)
        return;
    t->leaving.answered = true;
    t->wake_us = leaving_wake_us(&t->leaving);
    fetch_plan_wake(t);
}

/* --- what is asked --- */

/* Does anybody want to look into the answer? */
static bool is_wanted(const struct transfer *t)
{
    const struct step *step = transfer_step(t);

    return t->fetch->play->options.trace ||
           (step && (step->extract_count || step->poll || t->request.wanted));
}

/* An answer that the browser left gets its own clock. */
static void prepare_leaving(struct transfer *t)
{
    const struct step *step = transfer_step(t);
    const struct play *play = t->fetch->play;

    if (!step || !step->left)
        return;
    t->leaves = true;
    t->leaving = (struct leaving){
        .start_us = t->due_us,
        .length_us = (int64_t)((double)(step->end_us - step->begin_us) * play->options.think),
        .patience_us = play->options.timeout_us,
        .until = step->until != NULL,
    };
    t->wake_us = leaving_wake_us(&t->leaving);
}

struct transfer *transfer_new(struct fetch *f, size_t step, struct request *request, int64_t due_us)
{
    struct transfer *t = calloc(1, sizeof(*t));

    if (!t) {
        request_release(request);
        return NULL;
    }
    t->fetch = f;
    t->step = step;
    t->due_us = due_us;
    t->request = *request;
    *request = (struct request){0};
    buf_init(&t->head, FETCH_HEAD_MAX);
    buf_init(&t->body, FETCH_BODY_MAX);
    buf_init(&t->tail, FETCH_BODY_MAX + PIECE_MAX);
    t->phases = (struct run_phases){.blocked_us = RUN_PHASE_NONE,
                                    .dns_us = RUN_PHASE_NONE,
                                    .connect_us = RUN_PHASE_NONE,
                                    .tls_us = RUN_PHASE_NONE,
                                    .first_byte_us = RUN_PHASE_NONE};
    t->keep = is_wanted(t);
    t->wake_us = clock_monotonic_us() + fetch_patience_us(f->play, transfer_step(t));
    prepare_leaving(t);
    return t;
}
