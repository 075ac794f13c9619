/* A process is a build, a thread a user, whose sessions come one after another; inside a session's
 * slice lie its steps.  Slices of one thread must nest: Perfetto leaves out those that overlap, and
 * requests that go side by side do.  So what overlaps goes to further threads of that user
 * ("user 3 · 2").  Async events, which may overlap, were no way out: Perfetto draws each kind of
 * them as a track for all users together. */
#include "analyzer/trace_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/bigfile.h"
#include "analyzer/lanes.h"
#include "analyzer/told.h"
#include "core/buf.h"
#include "core/json_text.h"

#define HEADS_MOST ((size_t)1 << 30)

/* One build being written. */
struct writing {
    struct bigfile *file;
    struct told told;
    struct buf heads;    /* an event of each step as far as it is always the same */
    size_t *begins;      /* a step: where its own begins there */
    struct buf middle;   /* },"pid":1,"tid": */
    struct buf scratch;  /* one event that is not a step's */
    struct lanes lanes;  /* of the user at hand */
    size_t first_thread; /* likewise */
    size_t *order;       /* sessions by user, in order of their start */
};

static int flush_scratch(struct writing *w)
{
    if (w->scratch.failed)
        return -E_NOMEM;
    bigfile_add(w->file, w->scratch.data, w->scratch.len);
    w->scratch.len = 0;
    return 0;
}

static const char *category(enum wait_kind kind)
{
    return kind == WAIT_NONE ? "no wait" : wait_kind_name(kind);
}

/* ,\n{"ph":"X","name":"Get: app.js","cat":"scripts and styles","args":{"line":5 */
static int make_heads(struct writing *w)
{
    size_t count = w->told.build->script->count;

    for (size_t i = 0; i < count; i++) {
        const struct told_step *step = &w->told.steps[i];

        w->begins[i] = w->heads.len;
        buf_adds(&w->heads, ",\n{\"ph\":\"X\",\"name\":");
        json_text_string(&w->heads, step->label, strlen(step->label));
        buf_addf(&w->heads, ",\"cat\":\"%s\",\"args\":{\"line\":%u", category(step->kind),
                 step->line);
    }
    w->begins[count] = w->heads.len;
    return w->heads.failed ? -E_NOMEM : 0;
}

static void write_place(struct writing *w, size_t lane, int64_t start_us, int64_t length_us)
{
    bigfile_add(w->file, w->middle.data, w->middle.len);
    bigfile_number(w->file, (int64_t)(w->first_thread + lane));
    bigfile_adds(w->file, ",\"ts\":");
    bigfile_number(w->file, start_us);
    bigfile_adds(w->file, ",\"dur\":");
    bigfile_number(w->file, length_us);
    bigfile_add(w->file, "}", 1);
}

static int write_step(struct writing *w, const struct session *s, size_t i)
{
    const struct event *e = &w->told.build->table.events[s->first_event + i];
    bool open = e->end_us == EVENT_OPEN;
    int64_t end_us = open ? s->end_us : e->end_us;
    int64_t waited_us = w->told.waited_us[i];
    size_t lane;

    if (lanes_step(&w->lanes, e->start_us, end_us, &lane) < 0)
        return -E_NOMEM;
    bigfile_add(w->file, w->heads.data + w->begins[e->step],
                w->begins[e->step + 1] - w->begins[e->step]);
    if (open)
        bigfile_adds(w->file, ",\"open\":true");
    if (waited_us != TOLD_NO_WAIT && waited_us != end_us - e->start_us) {
        bigfile_adds(w->file, ",\"wait_us\":");
        bigfile_number(w->file, waited_us);
    }
    write_place(w, lane, e->start_us, end_us - e->start_us);
    return 0;
}

static int write_failure(struct writing *w, const struct session *s)
{
    buf_adds(&w->scratch, ",\n{\"ph\":\"i\",\"s\":\"t\",\"name\":\"failed\",\"cat\":\"failure\","
                          "\"args\":{\"reason\":");
    json_text_string(&w->scratch, s->reason ? s->reason : "", s->reason ? strlen(s->reason) : 0);
    buf_addf(&w->scratch, ",\"line\":%u%s%zu,\"ts\":%" PRId64 "}", s->failed_line, w->middle.data,
             w->first_thread + w->lanes.session, s->end_us);
    return flush_scratch(w);
}

static int write_session(struct writing *w, size_t session)
{
    static const char *const outcomes[] = {"done", "failed", "unfinished"};
    const struct session *s = &w->told.build->table.sessions[session];
    int rc = lanes_session(&w->lanes, s->start_us, s->end_us);

    buf_addf(&w->scratch,
             ",\n{\"ph\":\"X\",\"name\":\"session %ld\",\"cat\":\"session\",\"args\":{\"session\":"
             "%ld,\"iteration\":%ld,\"outcome\":\"%s\",\"counted\":%s",
             s->id, s->id, s->iteration, outcomes[s->outcome], s->counted ? "true" : "false");
    if (rc < 0 || flush_scratch(w) < 0)
        return -E_NOMEM;
    write_place(w, w->lanes.session, s->start_us, s->end_us - s->start_us);
    told_session(&w->told, session);
    for (size_t i = 0; i < s->event_count && rc == 0; i++)
        rc = write_step(w, s, i);
    return rc == 0 && s->outcome == SESSION_FAILED ? write_failure(w, s) : rc;
}

static int name_thread(struct writing *w, size_t build, size_t thread, const char *name)
{
    buf_addf(&w->scratch,
             ",\n{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":%zu,\"tid\":%zu,\"args\":{\"name\":"
             "\"%s\"}}"
             ",\n{\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":%zu,\"tid\":%zu,\"args\":{"
             "\"sort_index\":%zu}}",
             build + 1, thread, name, build + 1, thread, thread);
    return flush_scratch(w);
}

static int end_user(struct writing *w, size_t build, long user)
{
    int rc = 0;

    for (size_t i = 0; i < w->lanes.count && rc == 0; i++) {
        char name[64];

        if (i == 0)
            snprintf(name, sizeof(name), "user %ld", user);
        else
            snprintf(name, sizeof(name), "user %ld \u00b7 %zu", user, i + 1);
        rc = name_thread(w, build, w->first_thread + i, name);
    }
    w->first_thread += w->lanes.count;
    lanes_clear(&w->lanes);
    return rc;
}

static int by_user(const void *pa, const void *pb, void *sessions)
{
    const struct session *a = (const struct session *)sessions + *(const size_t *)pa;
    const struct session *b = (const struct session *)sessions + *(const size_t *)pb;

    if (a->user != b->user)
        return a->user < b->user ? -1 : 1;
    return (a > b) - (a < b); /* as they started */
}

static int write_users(struct writing *w, size_t build)
{
    const struct table *table = &w->told.build->table;
    int rc = 0;

    for (size_t i = 0; i < table->session_count; i++)
        w->order[i] = i;
    qsort_r(w->order, table->session_count, sizeof(*w->order), by_user, table->sessions);
    for (size_t i = 0; i < table->session_count && rc == 0; i++) {
        long user = table->sessions[w->order[i]].user;

        rc = write_session(w, w->order[i]);
        if (rc == 0 &&
            (i + 1 == table->session_count || table->sessions[w->order[i + 1]].user != user))
            rc = end_user(w, build, user);
    }
    return rc;
}

static int write_count(struct writing *w, size_t build, int64_t us, size_t active)
{
    buf_addf(&w->scratch,
             ",\n{\"ph\":\"C\",\"name\":\"active sessions\",\"pid\":%zu,\"ts\":%" PRId64
             ",\"args\":{\"sessions\":%zu}}",
             build + 1, us, active);
    return flush_scratch(w);
}

/* Whenever it changes; a session that ends where another begins changes nothing. */
static int write_counts(struct writing *w, size_t build)
{
    const struct active *active = &w->told.build->active;
    size_t started = 0;
    size_t ended = 0;
    int rc = 0;

    while (ended < active->count && rc == 0) {
        bool starts =
            started < active->count && active->starts_us[started] <= active->ends_us[ended];
        int64_t us = starts ? active->starts_us[started] : active->ends_us[ended];
        size_t before = started - ended;

        while (started < active->count && active->starts_us[started] == us)
            started++;
        while (ended < active->count && active->ends_us[ended] == us)
            ended++;
        if (started - ended != before)
            rc = write_count(w, build, us, started - ended);
    }
    return rc;
}

/* Time in which the player was late, on a thread of its own. */
static int write_late(struct writing *w, size_t build)
{
    const struct late *late = &w->told.build->late;

    for (size_t i = 0; i < late->count; i++) {
        char words[96];

        late_span_words(&late->spans[i], words, sizeof(words));
        buf_addf(&w->scratch,
                 ",\n{\"ph\":\"X\",\"name\":\"late: %s\",\"cat\":\"player\",\"args\":{", words);
        if (flush_scratch(w) < 0)
            return -E_NOMEM;
        write_place(w, 0, late->spans[i].from_us, late->spans[i].to_us - late->spans[i].from_us);
    }
    return late->count ? name_thread(w, build, w->first_thread++, "the player was late") : 0;
}

static int name_process(struct writing *w, size_t build)
{
    const char *label = w->told.build->label;

    buf_addf(&w->scratch,
             "%s{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%zu,\"args\":{\"name\":",
             build ? ",\n" : "", build + 1);
    json_text_string(&w->scratch, label, strlen(label));
    buf_addf(&w->scratch,
             "}},\n{\"ph\":\"M\",\"name\":\"process_sort_index\",\"pid\":%zu,\"args\":{"
             "\"sort_index\":%zu}}",
             build + 1, build);
    buf_addf(&w->middle, "},\"pid\":%zu,\"tid\":", build + 1);
    return w->middle.failed ? -E_NOMEM : flush_scratch(w);
}

static int prepare(struct writing *w, const struct scene *scene, size_t build)
{
    int rc = told_init(&w->told, scene, build);

    buf_init(&w->heads, HEADS_MOST);
    buf_init(&w->middle, HEADS_MOST);
    buf_init(&w->scratch, HEADS_MOST);
    if (rc < 0)
        return rc;
    w->begins = malloc((w->told.build->script->count + 1) * sizeof(*w->begins));
    w->order = malloc((w->told.build->table.session_count + 1) * sizeof(*w->order));
    w->first_thread = 1;
    return w->begins && w->order ? make_heads(w) : -E_NOMEM;
}

static int write_build(struct bigfile *file, const struct scene *scene, size_t build)
{
    struct writing w = {.file = file};
    int rc = prepare(&w, scene, build);

    if (rc == 0)
        rc = name_process(&w, build);
    if (rc == 0)
        rc = write_counts(&w, build);
    if (rc == 0)
        rc = write_late(&w, build);
    if (rc == 0)
        rc = write_users(&w, build);
    free(w.begins);
    free(w.order);
    buf_release(&w.heads);
    buf_release(&w.middle);
    buf_release(&w.scratch);
    lanes_release(&w.lanes);
    told_release(&w.told);
    return rc;
}

int trace_write(const char *path, const struct scene *scene, struct error *err)
{
    struct bigfile file;
    int closed;
    int rc = bigfile_open(&file, path, err);

    if (rc < 0)
        return rc;
    bigfile_adds(&file, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
    for (size_t i = 0; i < scene->count && rc == 0; i++)
        rc = write_build(&file, scene, i);
    bigfile_adds(&file, "\n]}\n");
    if (rc < 0)
        error_nomem(err);
    closed = bigfile_close(&file, rc < 0, err);
    return rc < 0 ? rc : closed;
}
