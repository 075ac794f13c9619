/* A run read in one pass says what the same run says that is read whole. */
#include "tests/core/testing.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/load.h"
#include "analyzer/stream.h"
#include "analyzer/stream_sample.h"
#include "core/run.h"
#include "fixture.h"
#include "tests/core/dialects.h"

#define MARK_US INT64_C(200000)
#define CSV_MOST ((size_t)64 << 20)

/* What one session does: `slow` stretches its waits, `last` is its last row, `fails` its end. */
struct played {
    long id;
    int64_t start_us;
    double slow;
    size_t last;
    bool fails;
};

static const struct {
    int ms;
    enum run_event event;
    enum step_type type;
    unsigned line;
} script_rows[] = {
    {0, RUN_SESSION_CREATE, STEP_REQ_HOME, 0}, {0, RUN_STEP_START, STEP_REQ_HOME, 4},
    {100, RUN_STEP_END, STEP_REQ_HOME, 4},     {110, RUN_STEP_START, STEP_REQ_GET, 5},
    {130, RUN_STEP_END, STEP_REQ_GET, 5},      {140, RUN_STEP_START, STEP_WS_OPEN, 6},
    {200, RUN_STEP_END, STEP_WS_OPEN, 6},      {210, RUN_STEP_START, STEP_WS_SEND, 7},
    {210, RUN_STEP_END, STEP_WS_SEND, 7},      {210, RUN_STEP_START, STEP_WS_RECV_INIT, 8},
    {300, RUN_STEP_END, STEP_WS_RECV_INIT, 8}, {1300, RUN_STEP_START, STEP_WS_SEND, 9},
    {1300, RUN_STEP_END, STEP_WS_SEND, 9},     {1300, RUN_STEP_START, STEP_WS_RECV, 10},
    {1700, RUN_STEP_END, STEP_WS_RECV, 10},    {1700, RUN_STEP_START, STEP_WS_RECV, 11},
    {1900, RUN_STEP_END, STEP_WS_RECV, 11},    {2400, RUN_STEP_START, STEP_WS_CLOSE, 12},
    {2400, RUN_STEP_END, STEP_WS_CLOSE, 12},   {2400, RUN_SESSION_DONE, STEP_REQ_HOME, 0},
};

#define ROWS COUNT(script_rows)

static struct run_row row_of(const struct played *p, size_t i)
{
    return (struct run_row){
        .session = p->id,
        .user = p->id % 7,
        .iteration = p->id / 7,
        .event = script_rows[i].event,
        .type = script_rows[i].type,
        .line = script_rows[i].line,
        .time_us = FIXTURE_EPOCH_MS * 1000 + p->start_us +
                   (int64_t)((double)script_rows[i].ms * 1000 * p->slow),
    };
}

static void put_row(struct buf *csv, const struct played *p, size_t i)
{
    struct run_phases phases = {
        p->id % 50, p->id % 3 ? RUN_PHASE_NONE : 30, 200, RUN_PHASE_NONE, 1000 + p->id, 5000};
    struct run_row row = row_of(p, i);

    if (row.event == RUN_STEP_END && row.line <= 6)
        row.phases = &phases;
    assert_int_equal(run_row_write(csv, &row), 0);
}

static void put_fail(struct buf *csv, const struct played *p)
{
    struct run_row row = row_of(p, p->last);

    row.event = RUN_SESSION_FAIL;
    row.time_us += 500000;
    row.comment = "no answer";
    assert_int_equal(run_row_write(csv, &row), 0);
}

/* Sessions beside each other: the next one starts when this one has told a few rows. */
static void write_sessions(const char *dir, const char *name, const struct played *all,
                           size_t count)
{
    struct buf csv;
    char file[128];

    buf_init(&csv, CSV_MOST);
    buf_adds(&csv, RUN_COLUMNS "\n");
    for (size_t from = 0; from < count; from += 5) {
        size_t to = from + 5 < count ? from + 5 : count;

        for (size_t i = 0; i < ROWS; i++) {
            for (size_t s = from; s < to; s++) {
                if (i < all[s].last)
                    put_row(&csv, &all[s], i);
                else if (i == all[s].last && all[s].fails)
                    put_fail(&csv, &all[s]);
            }
        }
    }
    snprintf(file, sizeof(file), "run/sessions/%s.csv", name);
    fixture_write(dir, "run/recording.log", fixture_script);
    fixture_write(dir, file, csv.data);
    buf_release(&csv);
}

/* Every 11th fails somewhere, every 13th has no end, each is of another speed. */
static void make_crowd(struct played *out, size_t count, long first)
{
    for (size_t i = 0; i < count; i++) {
        long id = first + 2 * (long)i;

        out[i] =
            (struct played){id, id * 137000, 0.5 + (double)(id * 7919 % 1000) / 300, ROWS, false};
        if (id % 11 == 3)
            out[i].fails = true;
        if (id % 11 == 3 || id % 13 == 5)
            out[i].last = 2 + (size_t)id % (ROWS - 3);
    }
}

struct both {
    char *dir;
    struct build whole;
    struct build stream;
};

static void read_both(struct both *b)
{
    struct error err = ERROR_NONE;
    char path[400];

    snprintf(path, sizeof(path), "%s/run", b->dir);
    assert_int_equal(build_load(&b->whole, "run", path, &err), 0);
    assert_int_equal(build_compute(&b->whole, MARK_US, true), 0);
    assert_int_equal(build_open(&b->stream, "run", path, &err), 0);
    assert_int_equal(build_stream(&b->stream, MARK_US, &err), 0);
}

static int set_up(void **state)
{
    struct both *b = calloc(1, sizeof(*b));

    b->dir = fixture_dir();
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct both *b = *state;

    build_release(&b->whole);
    build_release(&b->stream);
    fixture_remove(b->dir);
    free(b);
    return 0;
}

static void near(const char *name, double got, double want)
{
    if (fabs(got - want) > fabs(want) * 0.01 + 1)
        fail_msg("%s: %f for %f", name, got, want);
}

static void same_spread(const char *name, const struct spread *got, const struct spread *want)
{
    if (got->count != want->count || got->min_us != want->min_us || got->max_us != want->max_us)
        fail_msg("%s: %zu from %lld to %lld, not %zu from %lld to %lld", name, got->count,
                 (long long)got->min_us, (long long)got->max_us, want->count,
                 (long long)want->min_us, (long long)want->max_us);
    near(name, (double)got->p50_us, (double)want->p50_us);
    near(name, (double)got->p90_us, (double)want->p90_us);
    near(name, (double)got->p95_us, (double)want->p95_us);
    near(name, (double)got->p99_us, (double)want->p99_us);
    near(name, (double)got->p99_9_us, (double)want->p99_9_us);
    near(name, (double)got->mean_us, (double)want->mean_us);
}

static void same_stats(const struct stats *got, const struct stats *want)
{
    assert_int_equal(got->sessions, want->sessions);
    assert_int_equal(got->done, want->done);
    assert_int_equal(got->failed, want->failed);
    assert_int_equal(got->unfinished, want->unfinished);
    assert_int_equal(got->cut_waits, want->cut_waits);
    assert_int_equal(got->page_loads_beyond, want->page_loads_beyond);
    assert_int_equal(got->ideal_us, want->ideal_us);
    same_spread("page load", &got->page_load, &want->page_load);
    same_spread("calculation", &got->calculation, &want->calculation);
    same_spread("session", &got->session, &want->session);
    same_spread("failed wait", &got->failed_wait, &want->failed_wait);
    assert_true(fabs(got->start_every_s - want->start_every_s) < 1e-9);
    assert_true(fabs(got->end_every_s - want->end_every_s) < 1e-9);
}

static void same_steps(const struct steps *got, const struct steps *want)
{
    assert_int_equal(got->count, want->count);
    for (size_t i = 0; i < want->count; i++) {
        same_spread("a step", &got->list[i].took, &want->list[i].took);
        assert_int_equal(got->list[i].failed, want->list[i].failed);
        for (int part = 0; part < TIMING_PARTS; part++)
            same_spread(timing_key((enum timing_part)part), &got->list[i].parts[part],
                        &want->list[i].parts[part]);
    }
}

static void same_metrics(struct both *b)
{
    static const double shares[] = {0, 0.1, 0.5, 0.9, 0.99, 1};

    for (int metric = 0; metric < METRICS; metric++) {
        for (size_t step = 0; step < b->whole.script->count; step++) {
            struct dist got;
            struct dist want;

            assert_int_equal(metric_dist(&got, &b->stream, (enum metric)metric, step), 0);
            assert_int_equal(metric_dist(&want, &b->whole, (enum metric)metric, step), 0);
            assert_int_equal(got.count, want.count);
            for (size_t i = 0; i < COUNT(shares); i++)
                near(metric_name((enum metric)metric), (double)dist_at(&got, shares[i]),
                     (double)dist_at(&want, shares[i]));
            dist_release(&got);
            dist_release(&want);
        }
    }
}

static void same_table(const struct table *got, const struct table *want)
{
    assert_int_equal(got->session_count, want->session_count);
    assert_int_equal(got->event_count, want->event_count);
    assert_int_equal(got->begin_wall_us, want->begin_wall_us);
    assert_int_equal(got->end_us, want->end_us);
    for (size_t i = 0; i < want->session_count; i++) {
        const struct session *a = &got->sessions[i];
        const struct session *b = &want->sessions[i];

        assert_int_equal(a->id, b->id);
        assert_int_equal(a->start_us, b->start_us);
        assert_int_equal(a->end_us, b->end_us);
        assert_int_equal(a->outcome, b->outcome);
        assert_int_equal(a->event_count, b->event_count);
        for (size_t e = 0; e < a->event_count; e++) {
            assert_int_equal(got->events[a->first_event + e].start_us,
                             want->events[b->first_event + e].start_us);
            assert_int_equal(got->events[a->first_event + e].end_us,
                             want->events[b->first_event + e].end_us);
        }
    }
}

static void test_both_ways_agree(void **state)
{
    struct both *b = *state;
    struct played crowd[1000];

    for (long file = 0; file < 2; file++) {
        make_crowd(crowd, COUNT(crowd), file);
        write_sessions(b->dir, file ? "1" : "0", crowd, COUNT(crowd));
    }
    read_both(b);
    assert_true(b->whole.stats.failed > 100 && b->whole.stats.unfinished > 100);
    same_stats(&b->stream.stats, &b->whole.stats);
    same_steps(&b->stream.steps, &b->whole.steps);
    same_metrics(b);
    same_table(&b->stream.table, &b->whole.table);
    assert_int_equal(build_events(&b->stream), build_events(&b->whole));
    assert_int_equal(b->stream.active.most, b->whole.active.most);
    assert_int_equal(b->stream.observations.all_count, b->whole.observations.all_count);
    assert_int_equal(b->stream.skipped, 0);
    assert_int_equal(stream_every(b->stream.stream), 1);
}

/* Phases that the script marks, and spans in which the player was late. */
static void test_phases_and_late_time(void **state)
{
    struct both *b = *state;
    struct played crowd[300];
    char *marked = strdup(fixture_script);
    char *at = strstr(marked, "{\"type\":\"WS_SEND\"");
    struct buf script;

    buf_init(&script, 1 << 20);
    buf_add(&script, marked, (size_t)(at - marked));
    buf_addf(&script, "{\"mark\":\"click\",%s", at + 1);
    make_crowd(crowd, COUNT(crowd), 0);
    write_sessions(b->dir, "0", crowd, COUNT(crowd));
    fixture_write(b->dir, "run/recording.log", script.data);
    fixture_write(b->dir, "run/run.json",
                  "{\"state\": \"done\", \"audit\": {\"kept_up\": false, \"untrusted\": ["
                  "{\"from_us\": 1795221213723000, \"to_us\": 1795221223723000, \"p99_us\": 1},"
                  "{\"from_us\": 1795221233723000, \"to_us\": 1795221243723000, \"p99_us\": 1}]}}");
    read_both(b);
    assert_int_equal(b->whole.phase_count, 1);
    assert_int_equal(b->stream.phase_count, 1);
    assert_int_equal(b->stream.phases[0].reached, b->whole.phases[0].reached);
    same_spread("phase", &b->stream.phases[0].waited, &b->whole.phases[0].waited);
    assert_true(b->whole.late.waits_late > 10);
    assert_int_equal(b->stream.late.waits, b->whole.late.waits);
    assert_int_equal(b->stream.late.waits_late, b->whole.late.waits_late);
    assert_int_equal(b->stream.late.us, b->whole.late.us);
    buf_release(&script);
    free(marked);
}

/* Of more sessions than pictures have room for, some stay; the numbers are of all. */
static void test_a_sample_is_kept(void **state)
{
    struct both *b = *state;
    size_t count = SAMPLE_SESSIONS + 2000;
    struct played *crowd = malloc(count * sizeof(*crowd));

    for (size_t i = 0; i < count; i++)
        crowd[i] = (struct played){(long)i, (int64_t)i * 1000, 1, ROWS, false};
    write_sessions(b->dir, "0", crowd, count);
    read_both(b);
    same_stats(&b->stream.stats, &b->whole.stats);
    assert_int_equal(stream_every(b->stream.stream), 2);
    assert_int_equal(b->stream.table.session_count, count / 2);
    for (size_t i = 0; i < b->stream.table.session_count; i++)
        assert_int_equal(b->stream.table.sessions[i].id, 2 * i);
    assert_int_equal(b->stream.active.most, b->whole.active.most);
    assert_int_equal(build_thin(&b->stream, 8), 0);
    assert_int_equal(stream_every(b->stream.stream), 8);
    assert_int_equal(b->stream.table.session_count, count / 8);
    assert_int_equal(b->stream.table.event_count, count / 8 * 9);
    assert_int_equal(b->stream.table.sessions[3].id, 24);
    assert_int_equal(b->stream.table.events[b->stream.table.sessions[3].first_event].start_us,
                     24000);
    free(crowd);
}

/* Rows behind the session's end, within the grace and beyond it. */
static void test_rows_behind_the_end(void **state)
{
    static const struct played one = {1, 0, 1, ROWS, false};
    struct both *b = *state;
    struct buf csv;

    buf_init(&csv, CSV_MOST);
    buf_adds(&csv, RUN_COLUMNS "\n");
    put_row(&csv, &one, ROWS - 1); /* the end stands first */
    for (size_t i = ROWS - 1; i-- > 3;)
        put_row(&csv, &one, i);
    for (long other = 0; other < STREAM_GRACE - 20; other++)
        put_row(&csv, &(struct played){2, other, 1, ROWS, false}, 0);
    for (size_t i = 0; i < 3; i++)
        put_row(&csv, &one, i);
    for (long other = 0; other < 40; other++)
        put_row(&csv, &(struct played){2, other, 1, ROWS, false}, 0);
    put_row(&csv, &one, 2); /* an end of something that began long ago */
    fixture_write(b->dir, "run/recording.log", fixture_script);
    fixture_write(b->dir, "run/sessions/0.csv", csv.data);
    buf_release(&csv);
    read_both(b);
    assert_int_equal(b->stream.stats.done, 1);
    assert_int_equal(b->stream.stats.sessions, 2);
    assert_int_equal(b->stream.skipped, 1);
    assert_int_equal(b->whole.skipped, 1);
    same_spread("session", &b->stream.stats.session, &b->whole.stats.session);
    assert_int_equal(build_events(&b->stream), 9);
}

/* A session that goes on for ever does not take all memory. */
static void test_rows_without_end(void **state)
{
    static const struct played one = {1, 0, 1, ROWS, false};
    struct both *b = *state;
    struct buf csv;

    buf_init(&csv, CSV_MOST);
    for (size_t i = 0; i < 50000; i++)
        put_row(&csv, &one, 1 + i % 2);
    fixture_write(b->dir, "run/recording.log", fixture_script);
    fixture_write(b->dir, "run/sessions/0.csv", csv.data);
    buf_release(&csv);
    read_both(b);
    assert_true(b->stream.skipped > 49000);
    assert_int_equal(b->stream.stats.sessions, 1);
    assert_int_equal(b->stream.stats.unfinished, 1);
    assert_int_equal(b->whole.table.event_count, 25000);
}

static void test_nothing_played(void **state)
{
    struct both *b = *state;
    struct error err = ERROR_NONE;
    char path[400];

    fixture_write(b->dir, "run/recording.log", fixture_script);
    fixture_write(b->dir, "run/sessions/0.csv", fixture_header);
    snprintf(path, sizeof(path), "%s/run", b->dir);
    assert_int_equal(build_open(&b->stream, "run", path, &err), 0);
    assert_int_equal(build_stream(&b->stream, MARK_US, &err), -E_FORMAT);
    assert_non_null(strstr(err.text, "no row of any session"));
}

int main(void)
{
#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        IN_DIR(test_both_ways_agree),  IN_DIR(test_phases_and_late_time),
        IN_DIR(test_a_sample_is_kept), IN_DIR(test_rows_behind_the_end),
        IN_DIR(test_rows_without_end), IN_DIR(test_nothing_played),
    };

    shipped("plain");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
