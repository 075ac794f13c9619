#include "queue.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/draws.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/units.h"
#include "tests/core/dialects.h"

#define THREADS_MOST 16
#define VISITS_MOST 32
#define PAGE_VISITS 5
#define SMALL_US 1000
#define FIRST_LINE 4
#define EPOCH_US INT64_C(1795221212723000)
#define T "2026-11-21T00:33:3"

/* A wait of the script: one line of it, or the receive behind a send. */
struct visit {
    unsigned line;
    enum step_type type;
    int64_t pool_us;
    int64_t main_us;
    bool thinks; /* the user does, before it */
};

struct agent {
    int64_t next_us; /* when it comes to the queue that it stands before */
    int session;
    size_t visit;
    bool from_pool;
    bool gone;
};

struct play {
    const struct queue *queue;
    struct visit visits[VISITS_MOST];
    size_t visit_count;
    int64_t threads_us[THREADS_MOST]; /* when each is free */
    int64_t workers_us[THREADS_MOST];
    struct agent *agents;
    int agent_count;
    struct table_builder *builder;
    struct draws draws;
};

static void add_request(struct buf *out, const char *type, const char *url, int at_ms)
{
    buf_addf(out,
             "{\"type\":\"%s\",\"begin\":\"" T "2.%03dZ\",\"end\":\"" T
             "2.%03dZ\",\"status\":200,\"url\":\"%s\"}\n",
             type, at_ms, at_ms + 1, url);
}

static struct script *write_script(const struct queue *q)
{
    struct buf text;
    struct script *script = NULL;
    struct error err = ERROR_NONE;

    buf_init(&text, 1 << 16);
    buf_adds(&text, "# version: 1\n# target_url: http://a/\n# target_type: R/Shiny\n");
    add_request(&text, "REQ_HOME", "/", 0);
    add_request(&text, "REQ_GET", "/a.js", 10);
    add_request(&text, "REQ_GET", "/b.js", 20);
    add_request(&text, "REQ_GET", "/c.css", 30);
    buf_adds(&text, "{\"type\":\"WS_OPEN\",\"begin\":\"" T "2.040Z\",\"url\":\"/websocket/\"}\n");
    for (int i = 0; q->steps[i].input; i++) {
        buf_addf(&text,
                 "{\"type\":\"WS_SEND\",\"begin\":\"" T
                 "2.%03dZ\",\"message\":\"{\\\"method\\\":\\\"update\\\",\\\"data\\\":{\\\"%s\\\":"
                 "1}}\"}\n",
                 100 + 20 * i, q->steps[i].input);
        buf_addf(&text,
                 "{\"type\":\"WS_RECV\",\"begin\":\"" T
                 "2.%03dZ\",\"message\":\"{\\\"values\\\":{\\\"out_%s\\\":1}}\"}\n",
                 110 + 20 * i, q->steps[i].input);
    }
    if (script_parse(&script, "queue", text.data, text.len, &err) < 0) {
        error_print("queue", &err);
        abort();
    }
    buf_release(&text);
    return script;
}

static void list_visits(struct play *p)
{
    static const enum step_type page[PAGE_VISITS] = {STEP_REQ_HOME, STEP_REQ_GET, STEP_REQ_GET,
                                                     STEP_REQ_GET, STEP_WS_OPEN};
    unsigned line = FIRST_LINE;

    for (size_t i = 0; i < PAGE_VISITS; i++)
        p->visits[p->visit_count++] = (struct visit){line++, page[i], 0, SMALL_US, false};
    for (int i = 0; p->queue->steps[i].input; i++) {
        const struct queue_step *step = &p->queue->steps[i];

        line++; /* the send */
        p->visits[p->visit_count++] =
            (struct visit){line++, STEP_WS_RECV, step->pool_us, step->main_us, true};
    }
}

static double noisy(struct play *p, double us)
{
    return us * (1 + p->queue->slower) * (1 + p->queue->noise * (2 * draws_unit(&p->draws) - 1));
}

static void add_row(struct play *p, const struct agent *a, enum run_event event, int64_t us)
{
    const struct visit *v = &p->visits[a->visit];
    int users = p->queue->users ? p->queue->users : p->queue->sessions;
    struct run_row row = {a->session,
                          a->session % users,
                          a->session / users,
                          event,
                          v->type,
                          EPOCH_US + us,
                          event == RUN_SESSION_DONE ? 0 : v->line,
                          "",
                          NULL};

    if (table_add(p->builder, &row) < 0)
        abort();
}

/* Who is free first serves; when it is done. */
static int64_t serve(struct play *p, int64_t *free_us, int count, int64_t now_us, int64_t cost_us)
{
    int best = 0;

    for (int i = 1; i < count; i++) {
        if (free_us[i] < free_us[best])
            best = i;
    }
    if (free_us[best] < now_us)
        free_us[best] = now_us;
    free_us[best] += (int64_t)noisy(p, (double)cost_us);
    return free_us[best];
}

static void begin_visit(struct play *p, struct agent *a)
{
    if (p->visits[a->visit].thinks)
        a->next_us += (int64_t)noisy(p, (double)p->queue->think_us);
    add_row(p, a, RUN_STEP_START, a->next_us);
    a->from_pool = false;
}

static void end_visit(struct play *p, struct agent *a)
{
    add_row(p, a, RUN_STEP_END, a->next_us);
    if (++a->visit < p->visit_count) {
        begin_visit(p, a);
        return;
    }
    a->visit--;
    add_row(p, a, RUN_SESSION_DONE, a->next_us);
    a->visit = 0;
    a->session += p->queue->users;
    a->gone = !p->queue->users || a->session >= p->queue->sessions;
    if (!a->gone)
        begin_visit(p, a);
}

static void step_agent(struct play *p, struct agent *a)
{
    const struct visit *v = &p->visits[a->visit];

    if (v->pool_us && !a->from_pool) {
        a->next_us = serve(p, p->workers_us, p->queue->workers, a->next_us, v->pool_us);
        a->from_pool = true;
        return;
    }
    a->next_us = serve(p, p->threads_us, p->queue->threads, a->next_us, v->main_us);
    end_visit(p, a);
}

static struct agent *next_agent(struct play *p)
{
    struct agent *next = NULL;

    for (int i = 0; i < p->agent_count; i++) {
        struct agent *a = &p->agents[i];

        if (!a->gone && (!next || a->next_us < next->next_us))
            next = a;
    }
    return next;
}

static void place_agents(struct play *p)
{
    const struct queue *q = p->queue;
    int64_t at_us = 0;

    p->agent_count = q->users ? q->users : q->sessions;
    p->agents = calloc((size_t)p->agent_count, sizeof(*p->agents));
    for (int i = 0; i < p->agent_count; i++) {
        p->agents[i] = (struct agent){.next_us = at_us, .session = i};
        begin_visit(p, &p->agents[i]);
        at_us +=
            q->poisson ? (int64_t)(-log(draws_unit(&p->draws)) * (double)q->every_us) : q->every_us;
    }
}

void queue_run(struct build *out, const char *label, const struct queue *queue)
{
    struct play p = {.queue = queue, .draws = draws_from(queue->seed)};

    *out = (struct build){.label = strdup(label), .path = strdup(label)};
    out->info.lateness_p99_us = 500;
    out->script = write_script(queue);
    out->dialect = dialect_of(out->script);
    p.builder = table_builder_new(out->script);
    list_visits(&p);
    place_agents(&p);
    for (struct agent *a; (a = next_agent(&p));)
        step_agent(&p, a);
    if (table_finish(p.builder, &out->table) < 0 || plan_init(&out->plan, out->script) < 0 ||
        build_compute(out, 10 * US_PER_S, false) < 0)
        abort();
    table_builder_free(p.builder);
    free(p.agents);
}
