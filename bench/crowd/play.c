/* One heap of moments: a session's next step is due, or a step has ended.  Rows are written as
 * the moments come, so they stand in the files as a player's do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/run.h"
#include "core/units.h"
#include "core/wait.h"
#include "crowd.h"
#include "samples/make_log/prng.h"

#define CONNECTIONS 6 /* a browser's, to one host */
#define ROWS_BYTES ((size_t)256 << 10)
#define LEAST_WORK_US 150.0
#define NEVER UINT32_MAX

struct moment {
    int64_t at_us;
    uint64_t serial; /* of two at once the one that was planned first comes first */
    uint32_t slot;
    uint32_t generation; /* of the slot's session: it may have failed meanwhile */
    uint32_t step;
    bool ended;
    int64_t due_us;  /* ended: when the step was due, */
    int64_t sent_us; /* and when a connection was free */
};

struct session {
    long id;
    long user;
    long iteration;
    uint32_t generation;
    uint32_t step;   /* the next one */
    unsigned flying; /* requests under way */
    bool burst_sent; /* all of a burst are: it goes on when they have ended */
    bool stalled;    /* its next request waits for a connection, since due_us */
    int64_t due_us;
    uint32_t fails_at; /* a step, or NEVER */
};

struct crowd {
    const struct crowd_options *options;
    const struct script *script;
    struct crowd_counts *counts;
    struct error *err;
    struct prng prng;
    struct moment *heap;
    size_t count;
    size_t cap;
    uint64_t serial;
    struct session *slots;
    int64_t *free_us; /* a thread of the app */
    struct buf *rows; /* a process */
    FILE **files;
    double *work_us; /* a step: what it costs the app */
    int rc;
};

static bool before(const struct moment *a, const struct moment *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->serial < b->serial;
}

static void push(struct crowd *c, struct moment moment)
{
    size_t at = c->count;

    if (c->count == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 1024;
        struct moment *grown = realloc(c->heap, cap * sizeof(*grown));

        if (!grown) {
            c->rc = error_nomem(c->err);
            return;
        }
        c->heap = grown;
        c->cap = cap;
    }
    moment.serial = c->serial++;
    for (c->count++; at > 0 && before(&moment, &c->heap[(at - 1) / 2]); at = (at - 1) / 2)
        c->heap[at] = c->heap[(at - 1) / 2];
    c->heap[at] = moment;
}

static struct moment pop(struct crowd *c)
{
    struct moment top = c->heap[0];
    struct moment last = c->heap[--c->count];
    size_t at = 0;

    for (size_t child; (child = 2 * at + 1) < c->count; at = child) {
        if (child + 1 < c->count && before(&c->heap[child + 1], &c->heap[child]))
            child++;
        if (!before(&c->heap[child], &last))
            break;
        c->heap[at] = c->heap[child];
    }
    c->heap[at] = last;
    return top;
}

static void flush_rows(struct crowd *c, size_t process)
{
    struct buf *rows = &c->rows[process];

    if (rows->failed)
        c->rc = error_nomem(c->err);
    else if (rows->len && fwrite(rows->data, 1, rows->len, c->files[process]) != rows->len)
        c->rc = error_set(c->err, E_IO, "%s: rows cannot be written", c->options->dir);
    buf_clear(rows);
}

static void put(struct crowd *c, const struct session *s, struct run_row row)
{
    size_t process = (size_t)(s->id % c->options->processes);

    row.session = s->id;
    row.user = s->user;
    row.iteration = s->iteration;
    row.time_us += CROWD_EPOCH_US;
    run_row_write(&c->rows[process], &row);
    c->counts->rows++;
    if (c->rows[process].len > ROWS_BYTES || c->rows[process].failed)
        flush_rows(c, process);
}

static void put_step(struct crowd *c, const struct session *s, uint32_t step, enum run_event event,
                     int64_t us, const struct run_phases *phases)
{
    const struct step *of = script_at(c->script, step);

    put(c, s,
        (struct run_row){
            .event = event, .type = of->type, .time_us = us, .line = of->line, .phases = phases});
}

/* As long as the recording shows, give or take. */
static int64_t work_of(struct crowd *c, uint32_t step)
{
    return (int64_t)(c->work_us[step] * c->options->work * (0.7 + 0.6 * prng_unit(&c->prng)));
}

/* When the app has done this. */
static int64_t serve(struct crowd *c, int64_t now_us, int64_t work_us)
{
    size_t first = 0;

    if (!c->options->threads)
        return now_us + work_us;
    for (size_t i = 1; i < (size_t)c->options->threads; i++) {
        if (c->free_us[i] < c->free_us[first])
            first = i;
    }
    if (c->free_us[first] < now_us)
        c->free_us[first] = now_us;
    c->free_us[first] += work_us;
    return c->free_us[first];
}

static void plan_step(struct crowd *c, const struct session *s, int64_t at_us)
{
    push(c, (struct moment){.at_us = at_us,
                            .slot = (uint32_t)(s - c->slots),
                            .generation = s->generation,
                            .step = s->step});
}

static void begin_session(struct crowd *c, struct session *s, int64_t now_us)
{
    double lot = prng_unit(&c->prng);

    s->step = 0;
    s->flying = 0;
    s->burst_sent = false;
    s->stalled = false;
    s->fails_at = lot < c->options->fail ? prng_below(&c->prng, (uint32_t)c->script->count) : NEVER;
    c->counts->planned++;
    put(c, s, (struct run_row){.event = RUN_SESSION_CREATE, .time_us = now_us});
    plan_step(c, s, now_us);
}

static void end_session(struct crowd *c, struct session *s, struct run_row row)
{
    put(c, s, row);
    s->generation++;
    if (row.event == RUN_SESSION_DONE)
        c->counts->done++;
    else
        c->counts->failed++;
    if (row.time_us > c->counts->end_us)
        c->counts->end_us = row.time_us;
    if (!c->options->users || row.time_us >= c->options->for_us)
        return;
    s->iteration++;
    s->id = s->user + s->iteration * c->options->users;
    begin_session(c, s, row.time_us);
}

static void fail_session(struct crowd *c, struct session *s, uint32_t step, int64_t us)
{
    end_session(c, s,
                (struct run_row){.event = RUN_SESSION_FAIL,
                                 .time_us = us,
                                 .line = script_at(c->script, step)->line,
                                 .comment = "the app did not answer in time"});
}

/* From the end of one step to the next one: a message follows its predecessor at once, a person
 * thinks. */
static int64_t pause_before(const struct crowd *c, uint32_t step, int64_t since_us)
{
    const struct step *next = script_at(c->script, step);
    int64_t gap_us = next->begin_us - since_us;

    if (step_is_recv(next) || gap_us < 0)
        return 0;
    return (int64_t)((double)gap_us * c->options->think);
}

static void go_on(struct crowd *c, struct session *s, int64_t now_us, int64_t recorded_us)
{
    if (++s->step == c->script->count) {
        end_session(c, s, (struct run_row){.event = RUN_SESSION_DONE, .time_us = now_us});
        return;
    }
    plan_step(c, s, now_us + pause_before(c, s->step, recorded_us));
}

static void plan_end(struct crowd *c, struct session *s, uint32_t step, int64_t due_us,
                     int64_t sent_us, int64_t end_us)
{
    bool late = end_us - due_us > c->options->timeout_us || step == s->fails_at;

    push(c, (struct moment){late ? due_us + c->options->timeout_us : end_us, 0,
                            (uint32_t)(s - c->slots), s->generation, late ? NEVER : step, true,
                            due_us, sent_us});
    if (late)
        s->fails_at = step;
}

/* A request is on its way; the next one follows as the browser had it, while a connection is free.
 */
static void send_request(struct crowd *c, struct session *s, int64_t due_us, int64_t now_us)
{
    uint32_t step = s->step;
    const struct step *of = script_at(c->script, step);
    bool more = step + 1 < c->script->count && step_is_request(script_at(c->script, step + 1)) &&
                of->type != STEP_REQ_HOME;

    s->flying++;
    plan_end(c, s, step, due_us, now_us, serve(c, now_us, work_of(c, step)));
    s->burst_sent = !more;
    if (!more)
        return;
    s->step++;
    plan_step(c, s, now_us + pause_before(c, s->step, of->begin_us));
}

static void on_due(struct crowd *c, struct session *s, int64_t now_us)
{
    const struct step *of = script_at(c->script, s->step);

    if (!step_is_recv(of))
        put_step(c, s, s->step, RUN_STEP_START, now_us, NULL);
    if (step_is_request(of) && s->flying == CONNECTIONS) {
        s->stalled = true;
        s->due_us = now_us;
    } else if (step_is_request(of)) {
        send_request(c, s, now_us, now_us);
    } else if (of->type == STEP_WS_SEND || of->type == STEP_WS_CLOSE) {
        put_step(c, s, s->step, RUN_STEP_END, now_us + 40, NULL);
        go_on(c, s, now_us, of->begin_us);
    } else {
        plan_end(c, s, s->step, now_us, now_us, serve(c, now_us, work_of(c, s->step)));
    }
}

static struct run_phases phases_of(const struct crowd *c, const struct moment *m)
{
    const struct step *of = script_at(c->script, m->step);
    bool opens = of->type == STEP_WS_OPEN || m->step <= CONNECTIONS;
    int64_t took_us = m->at_us - m->sent_us;

    return (struct run_phases){
        .blocked_us = m->sent_us - m->due_us + 60,
        .dns_us = RUN_PHASE_NONE,
        .connect_us = opens ? 100 + took_us / 50 : RUN_PHASE_NONE,
        .tls_us = RUN_PHASE_NONE,
        .first_byte_us = took_us - took_us / 10,
        .bytes = of->type == STEP_WS_OPEN ? RUN_BYTES_NONE
                 : of->bytes              ? of->bytes
                                          : 300 + 1237 * (uint64_t)(of->line % 13),
    };
}

static void on_ended(struct crowd *c, struct session *s, const struct moment *m)
{
    const struct step *of = m->step == NEVER ? NULL : script_at(c->script, m->step);
    struct run_phases phases;

    if (!of) {
        if (step_is_recv(script_at(c->script, s->fails_at)))
            put_step(c, s, s->fails_at, RUN_STEP_START, m->due_us, NULL);
        fail_session(c, s, s->fails_at, m->at_us);
        return;
    }
    if (step_is_recv(of)) {
        put_step(c, s, m->step, RUN_STEP_START, m->due_us, NULL);
        put_step(c, s, m->step, RUN_STEP_END, m->at_us, NULL);
        go_on(c, s, m->at_us, of->begin_us);
        return;
    }
    phases = phases_of(c, m);
    put_step(c, s, m->step, RUN_STEP_END, m->at_us, &phases);
    if (!step_is_request(of)) {
        go_on(c, s, m->at_us, of->end_us);
        return;
    }
    s->flying--;
    if (s->stalled) {
        s->stalled = false;
        send_request(c, s, s->due_us, m->at_us);
    } else if (s->flying == 0 && s->burst_sent) {
        go_on(c, s, m->at_us, script_at(c->script, s->step)->end_us);
    }
}

/* The steps' costs: requests little, an answer what the recording shows. */
static void weigh_steps(struct crowd *c)
{
    for (size_t i = 0; i < c->script->count; i++) {
        const struct step *of = script_at(c->script, i);
        int64_t since_us = i ? script_at(c->script, i - 1)->end_us : 0;
        double us = step_is_recv(of) ? (double)(of->begin_us - since_us) : 0;

        if (of->type == STEP_REQ_HOME)
            us = (double)(of->end_us - of->begin_us) / 8;
        c->work_us[i] = us > LEAST_WORK_US ? us : LEAST_WORK_US;
    }
}

static void plan_first(struct crowd *c, long number)
{
    c->slots[number] = (struct session){.id = number, .user = number};
    push(c, (struct moment){
                .at_us = number * c->options->every_us, .slot = (uint32_t)number, .step = NEVER});
}

static void play_all(struct crowd *c)
{
    long count = c->options->users ? c->options->users : c->options->sessions;

    plan_first(c, 0);
    while (c->rc == 0 && c->count > 0) {
        struct moment m = pop(c);
        struct session *s = &c->slots[m.slot];

        if (c->options->stop_us && m.at_us > c->options->stop_us)
            break;
        if (m.generation != s->generation)
            continue;
        if (m.at_us > c->counts->end_us)
            c->counts->end_us = m.at_us;
        if (m.ended) {
            on_ended(c, s, &m);
        } else if (m.step == NEVER) {
            begin_session(c, s, m.at_us);
            if ((long)m.slot + 1 < count)
                plan_first(c, (long)m.slot + 1);
        } else {
            on_due(c, s, m.at_us);
        }
    }
}

static int open_files(struct crowd *c)
{
    for (long i = 0; i < c->options->processes; i++) {
        char path[4096];

        buf_init(&c->rows[i], 2 * ROWS_BYTES);
        snprintf(path, sizeof(path), "%s/" RUN_SESSIONS "/%ld.csv", c->options->dir, i);
        c->files[i] = fopen(path, "wb");
        if (!c->files[i])
            return error_set(c->err, E_IO, "%s: cannot be written", path);
        fprintf(c->files[i], "# a crowd that was made up: %s\n%s\n", c->options->dir, RUN_COLUMNS);
    }
    return 0;
}

static void close_files(struct crowd *c)
{
    for (long i = 0; i < c->options->processes; i++) {
        if (!c->files[i])
            continue;
        flush_rows(c, (size_t)i);
        if (fclose(c->files[i]) != 0)
            c->rc = error_set(c->err, E_IO, "%s: rows cannot be written", c->options->dir);
        buf_release(&c->rows[i]);
    }
}

int crowd_play(struct crowd_counts *out, const struct crowd_options *options,
               const struct script *script, struct error *err)
{
    size_t slots = (size_t)(options->users ? options->users : options->sessions);
    struct crowd c = {.options = options, .script = script, .counts = out, .err = err};

    *out = (struct crowd_counts){0};
    prng_init(&c.prng, (uint64_t)options->seed);
    c.slots = calloc(slots, sizeof(*c.slots));
    c.free_us = calloc((size_t)options->threads + 1, sizeof(*c.free_us));
    c.rows = calloc((size_t)options->processes, sizeof(*c.rows));
    c.files = calloc((size_t)options->processes, sizeof(FILE *));
    c.work_us = calloc(script->count + 1, sizeof(*c.work_us));
    if (!c.slots || !c.free_us || !c.rows || !c.files || !c.work_us) {
        c.rc = error_nomem(err);
    } else {
        weigh_steps(&c);
        c.rc = open_files(&c);
        play_all(&c);
        close_files(&c);
    }
    free(c.heap);
    free(c.slots);
    free(c.free_us);
    free(c.rows);
    free(c.files);
    free(c.work_us);
    return c.rc;
}
