/* The files for machines: events.csv, trace.json and summary.json say the same of the same run. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "program.h"

#define COLUMNS 13
#define ROWS_MOST 200

enum column {
    BUILD,
    SESSION,
    USER,
    ITERATION,
    STEP,
    LABEL,
    KIND,
    START,
    END,
    WAIT,
    CONCURRENCY,
    PHASE,
    COUNTED,
};

/* Cells point into text. */
struct rows {
    char *text;
    char *cells[ROWS_MOST][COLUMNS];
    size_t count;
};

/* One cell, unquoted where it stands; the cell behind it, or NULL at the end of the row. */
static char *read_cell(char *at, char **end)
{
    char *to = at;
    bool quoted = *at == '"';

    if (quoted)
        at++;
    for (; quoted ? *at != '"' || at[1] == '"' : *at != ',' && *at != '\n'; at++) {
        assert_true(*at != 0);
        at += quoted && *at == '"';
        *to++ = *at;
    }
    at += quoted;
    assert_true(*at == ',' || *at == '\n');
    *end = *at == '\n' ? at + 1 : NULL;
    *to = 0;
    return at + 1;
}

static void read_rows(struct rows *rows, const struct ran *r, const char *name)
{
    char *at;

    *rows = (struct rows){.text = fixture_read(r->dir, name)};
    assert_non_null(rows->text);
    at = rows->text;
    while (*at) {
        char *end = NULL;

        assert_true(rows->count < ROWS_MOST);
        for (size_t i = 0; i < COLUMNS; i++) {
            assert_true(i == 0 || !end);
            rows->cells[rows->count][i] = at;
            at = read_cell(at, &end);
        }
        assert_non_null(end);
        at = end;
        rows->count++;
    }
}

static json_t *read_json(const struct ran *r, const char *name)
{
    char *text = fixture_read(r->dir, name);
    json_error_t where;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &where);

    if (!json)
        fail_msg("%s:%d: %s", name, where.line, where.text);
    free(text);
    return json;
}

static json_int_t number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* Two sessions that are done, and one that fails in its calculation. */
static void write_run(const struct ran *r, const char *name)
{
    char file[100];
    struct buf csv;

    buf_init(&csv, 1 << 16);
    fixture_rows(&csv, &(struct fixture_session){0});
    fixture_rows(&csv, &(struct fixture_session){.id = 1, .start_ms = 1000});
    fixture_rows(&csv, &(struct fixture_session){
                           .id = 2, .start_ms = 2000, .stop_before = 18, .fail = "no \"answer\""});
    snprintf(file, sizeof(file), "%s/recording.log", name);
    fixture_write(r->dir, file, fixture_script);
    snprintf(file, sizeof(file), "%s/sessions/0.csv", name);
    fixture_write(r->dir, file, csv.data);
    buf_release(&csv);
}

static void check_row(char *const *row, const char *const *want)
{
    for (size_t i = 0; i < COLUMNS; i++)
        assert_string_equal(row[i], want[i]);
}

static void test_events(void **state)
{
    static const char *const head[] = {"build",       "session", "user",     "iteration", "step",
                                       "label",       "kind",    "start_us", "end_us",    "wait_us",
                                       "concurrency", "phase",   "counted"};
    static const char *const home[] = {"one", "0",      "0",      "0", "4", "Homepage", "homepage",
                                       "0",   "100000", "100000", "1", "",  "true"};
    struct ran *r = *state;
    struct rows rows;

    write_run(r, "one");
    assert_int_equal(run(r, "one --files events --charts sessions"), 0);
    read_rows(&rows, r, "report/events.csv");
    assert_int_equal(rows.count, 1 + 9 + 9 + 8);
    check_row(rows.cells[0], head);
    check_row(rows.cells[1], home);
    /* Of a calculation the wait stands at its first step, all of it. */
    assert_string_equal(rows.cells[7][LABEL], "Set: n \u2192 p, t");
    assert_string_equal(rows.cells[7][END], "1700000");
    assert_string_equal(rows.cells[7][WAIT], "600000");
    assert_string_equal(rows.cells[7][CONCURRENCY], "2");
    assert_string_equal(rows.cells[8][KIND], "calculation");
    assert_string_equal(rows.cells[8][WAIT], "");
    assert_string_equal(rows.cells[9][KIND], "");
    assert_string_equal(rows.cells[9][WAIT], "");
    /* What never ended has no end, and no wait. */
    assert_string_equal(rows.cells[26][END], "");
    assert_string_equal(rows.cells[25][WAIT], "");
    free(rows.text);
}

struct sum {
    json_int_t count;
    json_int_t most;
    json_int_t all;
};

/* Of the rows of a line (0: each) and a kind (NULL: each) the waits, or how long the steps took. */
static struct sum sum_up(const struct rows *rows, long line, const char *kind)
{
    struct sum sum = {0};

    for (size_t i = 1; i < rows->count; i++) {
        char *const *row = rows->cells[i];
        json_int_t us;

        if ((line && atol(row[STEP]) != line) || (kind && strcmp(row[KIND], kind) != 0) ||
            !*row[kind ? WAIT : END])
            continue;
        us = kind ? atol(row[WAIT]) : atol(row[END]) - atol(row[START]);
        sum.count++;
        sum.all += us;
        sum.most = us > sum.most ? us : sum.most;
    }
    return sum;
}

static void check_spread(const json_t *spread, struct sum sum)
{
    assert_int_equal(number(spread, "count"), sum.count);
    if (sum.count == 0)
        return;
    assert_int_equal(number(spread, "max"), sum.most);
    assert_int_equal(number(spread, "mean"), (2 * sum.all + sum.count) / (2 * sum.count));
}

static void test_events_add_up(void **state)
{
    struct ran *r = *state;
    struct rows rows;
    json_t *root;
    json_t *build;
    json_t *step;
    size_t i;

    write_run(r, "one");
    assert_int_equal(run(r, "one --charts sessions"), 0);
    read_rows(&rows, r, "report/events.csv");
    root = read_json(r, "report/summary.json");
    build = json_array_get(json_object_get(root, "builds"), 0);
    assert_int_equal(number(build, "events"), rows.count - 1);
    check_spread(json_object_get(build, "calculation_us"), sum_up(&rows, 0, "calculation"));
    json_array_foreach(json_object_get(build, "steps"), i, step)
    {
        check_spread(json_object_get(step, "took_us"), sum_up(&rows, number(step, "line"), NULL));
        for (size_t k = 1; k < rows.count; k++) {
            if (atol(rows.cells[k][STEP]) == number(step, "line"))
                assert_string_equal(rows.cells[k][LABEL], text_of(step, "label"));
        }
    }
    json_decref(root);
    free(rows.text);
}

static void test_hostile_label(void **state)
{
    struct ran *r = *state;
    struct rows rows;
    json_t *trace;

    assert_int_equal(run(r, "=cmd|\"b,\x1b\xff=sync --charts sessions"), 0);
    read_rows(&rows, r, "report/events.csv");
    assert_string_equal(rows.cells[1][BUILD], "'=cmd|\"b, \xef\xbf\xbd");
    free(rows.text);
    trace = read_json(r, "report/trace.json");
    json_decref(trace);
}

/* Do slices of one thread lie apart or inside one another? */
static void check_nesting(const json_t *events)
{
    size_t count = json_array_size(events);

    for (size_t i = 0; i < count; i++) {
        const json_t *a = json_array_get(events, i);

        for (size_t k = 0; k < i; k++) {
            const json_t *b = json_array_get(events, k);
            json_int_t a_end = number(a, "ts") + number(a, "dur");
            json_int_t b_end = number(b, "ts") + number(b, "dur");

            if (strcmp(text_of(a, "ph"), "X") != 0 || strcmp(text_of(b, "ph"), "X") != 0 ||
                number(a, "pid") != number(b, "pid") || number(a, "tid") != number(b, "tid"))
                continue;
            assert_true(a_end <= number(b, "ts") || b_end <= number(a, "ts") ||
                        (number(b, "ts") <= number(a, "ts") && a_end <= b_end));
        }
    }
}

static size_t count_events(const json_t *events, const char *ph, const char *cat)
{
    size_t count = 0;
    json_t *event;
    size_t i;

    json_array_foreach(events, i, event)
    {
        count += strcmp(text_of(event, "ph"), ph) == 0 &&
                 (!cat || strcmp(text_of(event, "cat"), cat) == 0);
    }
    return count;
}

static const json_t *find_event(const json_t *events, const char *ph, const char *name)
{
    json_t *event;
    size_t i;

    json_array_foreach(events, i, event)
    {
        if (strcmp(text_of(event, "ph"), ph) == 0 && strcmp(text_of(event, "name"), name) == 0)
            return event;
    }
    fail_msg("no event %s", name);
    return NULL;
}

static void check_first_calculation(const json_t *events)
{
    const json_t *event = find_event(events, "X", "Set: n \u2192 p, t");
    const json_t *args = json_object_get(event, "args");

    assert_int_equal(number(event, "ts"), 1300000);
    assert_int_equal(number(event, "dur"), 400000);
    assert_int_equal(number(args, "line"), 10);
    assert_int_equal(number(args, "wait_us"), 600000);
    assert_string_equal(text_of(event, "cat"), "calculation");
}

static void test_trace(void **state)
{
    struct ran *r = *state;
    const json_t *failure;
    const json_t *events;
    json_t *root;

    write_run(r, "one");
    assert_int_equal(run(r, "one sync --files trace --charts sessions"), 0);
    root = read_json(r, "report/trace.json");
    events = json_object_get(root, "traceEvents");
    check_nesting(events);
    assert_int_equal(count_events(events, "X", "session"), 3 + 3);
    assert_int_equal(count_events(events, "X", NULL), 3 + 9 + 9 + 8 + 3 * (1 + 9));
    assert_int_equal(count_events(events, "i", "failure"), 1);
    failure = find_event(events, "i", "failed");
    assert_string_equal(text_of(json_object_get(failure, "args"), "reason"), "no \"answer\"");
    assert_int_equal(number(failure, "ts"), 2000000 + 2200000);
    check_first_calculation(events);
    assert_string_equal(
        text_of(json_object_get(find_event(events, "M", "process_name"), "args"), "name"), "one");
    json_decref(root);
}

/* It rises and falls, and ends at none. */
static void test_trace_counts_sessions(void **state)
{
    static const int want[][2] = {{0, 1},       {1000000, 2}, {2000000, 3},
                                  {2400000, 2}, {3400000, 1}, {4200000, 0}};
    struct ran *r = *state;
    json_t *root;
    json_t *event;
    size_t next = 0;
    size_t i;

    write_run(r, "one");
    assert_int_equal(run(r, "one --files trace --charts sessions"), 0);
    root = read_json(r, "report/trace.json");
    json_array_foreach(json_object_get(root, "traceEvents"), i, event)
    {
        if (strcmp(text_of(event, "ph"), "C") != 0)
            continue;
        assert_true(next < 6);
        assert_int_equal(number(event, "ts"), want[next][0]);
        assert_int_equal(number(json_object_get(event, "args"), "sessions"), want[next][1]);
        next++;
    }
    assert_int_equal(next, 6);
    json_decref(root);
}

/* docs/analyze.md names each key that the file has, in backticks or in quotes. */
static void check_documented(const char *docs, const json_t *json)
{
    const char *key;
    json_t *value;
    size_t i;

    json_array_foreach(json, i, value) check_documented(docs, value);
    json_object_foreach((json_t *)(uintptr_t)json, key, value)
    {
        char ticked[80];
        char quoted[80];

        snprintf(ticked, sizeof(ticked), "`%s`", key);
        snprintf(quoted, sizeof(quoted), "\"%s\"", key);
        if (!strstr(docs, ticked) && !strstr(docs, quoted))
            fail_msg("docs/analyze.md does not tell what %s is", key);
        check_documented(docs, value);
    }
}

static void test_summary_is_documented(void **state)
{
    struct ran *r = *state;
    char *docs = fixture_read(getenv("STRETTO_SOURCE"), "docs/analyze.md");
    json_t *root;

    assert_non_null(docs);
    fixture_write(r->dir, "sync/run.json",
                  "{\"lateness_us\": {\"p99\": 900}, \"audit\": {\"late_limit_us\": 20000,"
                  "\"late_p99_us\": 31000, \"kept_up\": false, \"untrusted\": [{\"from_us\":"
                  " 1795221214223000, \"to_us\": 1795221215223000, \"p99_us\": 38000}]}}");
    write_run(r, "one");
    assert_int_equal(run(r, "sync one --charts sessions --fail-if failed>0"), 1);
    root = read_json(r, "report/summary.json");
    assert_int_equal(number(root, "version"), 2);
    assert_int_equal(json_array_size(json_object_get(root, "checks")), 2);
    check_documented(docs, root);
    json_decref(root);
    free(docs);
}

int main(void)
{
#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, program_set_up, program_tear_down)
    const struct CMUnitTest tests[] = {
        IN_DIR(test_events), IN_DIR(test_events_add_up),         IN_DIR(test_hostile_label),
        IN_DIR(test_trace),  IN_DIR(test_trace_counts_sessions), IN_DIR(test_summary_is_documented),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
