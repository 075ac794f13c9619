/* The whole program: what it says, what it leaves behind, and its exit code. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"
#include "program.h"

static void test_report(void **state)
{
    static const char *const files[] = {"report/sessions.png", "report/sessions.svg",
                                        "report/aligned.png", "report/aligned.svg",
                                        "report/summary.json"};
    struct ran *r = *state;

    assert_int_equal(run(r, "sync A=async"), 0);
    assert_string_equal(r->err, "");
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        assert_true(exists(r, files[i]));
        assert_non_null(strstr(r->out, files[i]));
    }
    assert_non_null(strstr(r->out, "\nsync "));
    assert_non_null(strstr(r->out, "\nA "));
    assert_non_null(strstr(r->out, "0.200 0.200 0.200  0.600 0.600 0.600   2.40  2.40  2.40"));
    assert_non_null(strstr(r->out, "\nsync: page load p95 "));
    assert_non_null(strstr(r->out, "\nA: page load p95 "));
    for (const char *line = r->out; *line != '\n'; line = strchr(line, '\n') + 1)
        assert_true(strcspn(line, "\n") <= 100);
}

static void test_summary(void **state)
{
    struct ran *r = *state;
    json_t *root;
    json_t *build;
    char *text;

    fixture_write(r->dir, "sync/run.json", "{\"planned\": 4, \"lateness_us\": {\"p99\": 900}}");
    assert_int_equal(run(r, "sync -o a/b/c --mark 150ms"), 0);
    text = fixture_read(r->dir, "a/b/c/summary.json");
    root = json_loads(text, 0, NULL);
    free(text);
    build = json_array_get(json_object_get(root, "builds"), 0);
#define NUMBER(object, key) json_integer_value(json_object_get(object, key))
    assert_int_equal(NUMBER(root, "mark_us"), 150000);
    assert_string_equal(json_string_value(json_object_get(build, "label")), "sync");
    assert_int_equal(NUMBER(json_object_get(build, "sessions"), "planned"), 4);
    assert_int_equal(NUMBER(json_object_get(build, "sessions"), "done"), 3);
    assert_int_equal(NUMBER(json_object_get(build, "page_load_us"), "p95"), 200000);
    assert_int_equal(NUMBER(json_object_get(build, "calculation_us"), "count"), 3);
    assert_int_equal(NUMBER(json_object_get(build, "session_us"), "max"), 2400000);
    assert_int_equal(NUMBER(build, "page_loads_beyond_mark"), 3);
    assert_int_equal(NUMBER(build, "lateness_p99_us"), 900);
    assert_true(json_real_value(json_object_get(build, "end_every_s")) == 2.0);
    json_decref(root);
}

/* Another file: other steps, but no reason to refuse. */
static void write_other_script(const char *dir)
{
    char *script = strdup(fixture_script);

    memcpy(strstr(script, "/a.js"), "/b.js", 5);
    fixture_run(dir, "other", 2);
    fixture_write(dir, "other/recording.log", script);
    free(script);
}

/* On stdout, where a sentence goes on below, indented, when its line is full. */
static bool tells(const struct ran *r, const char *words)
{
    char *text = strdup(r->out);
    bool found;

    for (char *at = text; (at = strstr(at, "\n  ")); at++)
        memmove(at, at + 2, strlen(at + 2) + 1); /* one space is left */
    found = strstr(text, words) != NULL;
    free(text);
    return found;
}

static void test_other_scripts(void **state)
{
    static const char words[] = "The scripts differ: steps are compared by what they are called; 2 "
                                "of 10 are not in every build";
    struct ran *r = *state;
    json_t *root;
    char *text;

    write_other_script(r->dir);
    assert_int_equal(run(r, "async other"), 0);
    assert_string_equal(r->err, "");
    assert_true(tells(r, words));
    text = fixture_read(r->dir, "report/summary.json");
    root = json_loads(text, 0, NULL);
    assert_string_equal(json_string_value(json_array_get(json_object_get(root, "notes"), 0)),
                        words);
    json_decref(root);
    free(text);
    text = fixture_read(r->dir, "report/sessions.svg");
    assert_non_null(strstr(text, "The scripts differ"));
    free(text);
}

/* Two users in turn, a session of 2.4 s every 2 s: everybody is there from 2 s to 8.4 + 2 s. */
static void test_steady_state(void **state)
{
    struct ran *r = *state;

    fixture_run_by_users(r->dir, "crowd", 6, 2);
    assert_int_equal(run(r, "crowd"), 0);
    assert_non_null(strstr(
        r->out, "crowd: steady state: 4 of 6 sessions, from 2 s to 10.4 s after the start\n"));
    assert_non_null(strstr(r->out, "only 4 of 6 sessions lie in the steady state"));
    assert_int_equal(run(r, "crowd --all --overwrite"), 0);
    assert_null(strstr(r->out, "steady state"));
}

static void write_mix(const char *dir)
{
    fixture_write(dir, "mix/run.json", "{\"mix\": [\"browse\", \"buy\"]}");
    fixture_run(dir, "mix/browse", 2);
    fixture_run(dir, "mix/buy", 1);
}

/* A picture of it has a panel a script, whatever stands beside it. */
static void test_mix(void **state)
{
    struct ran *r = *state;
    char *svg;

    write_mix(r->dir);
    assert_int_equal(run(r, "sync mix old=mix"), 0);
    assert_string_equal(r->err, "");
    svg = fixture_read(r->dir, "report/sessions.svg");
    assert_non_null(strstr(svg, "data-label=\"mix/browse\""));
    assert_non_null(strstr(svg, "data-label=\"mix/buy\""));
    assert_non_null(strstr(svg, "data-label=\"old/browse\""));
    assert_non_null(strstr(svg, "data-label=\"old/buy\""));
    free(svg);
    assert_non_null(strstr(r->out, "\nmix/browse        2      0 "));
    assert_non_null(strstr(r->out, "\nmix/buy           1      0 "));
}

static void test_mix_without_a_part(void **state)
{
    struct ran *r = *state;

    fixture_write(r->dir, "mix/run.json", "{\"mix\": [\"browse\", \"pay\"]}");
    fixture_run(r->dir, "mix/browse", 1);
    assert_int_equal(run(r, "mix"), 1);
    said(r, "mix: the mix has a part 'pay', and its directory mix/pay is not there");
    assert_false(exists(r, "report"));
}

/* From 1.5 s to 2.5 s: in the first session's calculation, and in the second's first four waits. */
static void test_late_player(void **state)
{
    struct ran *r = *state;
    json_t *root;
    json_t *audit;
    json_t *span;
    char *text;

    fixture_write(
        r->dir, "sync/run.json",
        "{\"audit\": {\"late_limit_us\": 20000, \"late_p99_us\": 31000, \"kept_up\": false,"
        " \"untrusted\": [{\"from_us\": 1795221214223000, \"to_us\": 1795221215223000,"
        " \"p99_us\": 38000}]}}");
    assert_int_equal(run(r, "sync async"), 0);
    for (const char *line = r->out; *line != '\n'; line = strchr(line, '\n') + 1)
        assert_true(strcspn(line, "\n") <= 100);
    assert_non_null(strstr(r->out, "         -   33%\n"));
    assert_non_null(strstr(r->out, "         -    0%\n"));
    assert_non_null(strstr(r->out,
                           "\nsync: the player was late: 1 s of 6.4 s, p99 38 ms, first 1.5 s "
                           "after the start; "));
    assert_non_null(strstr(r->out, "5 of 15 waits"));
    text = fixture_read(r->dir, "report/summary.json");
    root = json_loads(text, 0, NULL);
    free(text);
    audit = json_object_get(json_array_get(json_object_get(root, "builds"), 0), "audit");
    span = json_array_get(json_object_get(audit, "untrusted"), 0);
    assert_true(json_is_false(json_object_get(audit, "kept_up")));
    assert_int_equal(NUMBER(audit, "late_limit_us"), 20000);
    assert_int_equal(NUMBER(audit, "untrusted_us"), 1000000);
    assert_int_equal(NUMBER(audit, "waits_untrusted"), 5);
    assert_int_equal(NUMBER(span, "from_us"), 1500000);
    assert_int_equal(NUMBER(span, "to_us"), 2500000);
    assert_int_equal(NUMBER(span, "p99_us"), 38000);
    audit = json_object_get(json_array_get(json_object_get(root, "builds"), 1), "audit");
    assert_true(json_is_null(audit));
    json_decref(root);
}

/* Columns behind `comment`: told on the terminal and in the summary; older runs have neither. */
static void test_timings(void **state)
{
    struct ran *r = *state;
    json_t *root;
    json_t *steps;
    json_t *timings;
    char *text;

    assert_int_equal(run(r, "sync"), 0);
    assert_null(strstr(r->out, "the slowest of"));
    fixture_write(r->dir, "async/sessions/1.csv",
                  "7,7,0,REQ_HOME_START,1795221212723.000,4,,,,,,,\n"
                  "7,7,0,REQ_HOME_END,1795221212823.000,4,,1500,,700,,95000,12345\n");
    assert_int_equal(run(r, "async --overwrite"), 0);
    assert_non_null(
        strstr(r->out, "\nasync: the slowest of 1 requests, and p95 of each part (ms)\n"));
    assert_non_null(strstr(r->out, "  blocked  connect 1st byte       kB\n"));
    assert_non_null(strstr(r->out,
                           "\nHomepage                        4      100      100     1.50     "
                           "0.70     95.0     12.3\n"));
    text = fixture_read(r->dir, "report/summary.json");
    root = json_loads(text, 0, NULL);
    free(text);
    steps = json_object_get(json_array_get(json_object_get(root, "builds"), 0), "steps");
    assert_int_equal(json_array_size(steps), 9);
    assert_string_equal(json_string_value(json_object_get(json_array_get(steps, 0), "label")),
                        "Homepage");
    timings = json_object_get(json_array_get(steps, 0), "timings");
    assert_int_equal(NUMBER(json_object_get(timings, "blocked_us"), "p50"), 1500);
    assert_int_equal(NUMBER(json_object_get(timings, "first_byte_us"), "p95"), 95000);
    assert_int_equal(NUMBER(json_object_get(timings, "bytes"), "max"), 12345);
    assert_null(json_object_get(timings, "tls_us"));
    assert_int_equal(NUMBER(json_object_get(json_array_get(steps, 0), "took_us"), "count"), 3);
    assert_null(json_object_get(json_array_get(steps, 1), "timings"));
    json_decref(root);
}

/* A calculation whose answer never came is one failed wait, and no calculation. */
static void test_failed_waits(void **state)
{
    struct ran *r = *state;
    json_t *root;
    json_t *build;
    struct buf csv;
    char *text;

    buf_init(&csv, 1 << 16);
    fixture_rows(&csv, &(struct fixture_session){0});
    fixture_rows(&csv, &(struct fixture_session){.id = 1, .stop_before = 16, .fail = "no answer"});
    fixture_rows(&csv, &(struct fixture_session){.id = 2, .stop_before = 17});
    fixture_write(r->dir, "sync/sessions/0.csv", csv.data);
    buf_release(&csv);
    assert_int_equal(run(r, "sync"), 0);
    assert_non_null(strstr(r->out, "\nsync: 1 of 3 sessions failed; the first one"));
    assert_non_null(strstr(r->out, "1 wait had no answer"));
    text = fixture_read(r->dir, "report/summary.json");
    root = json_loads(text, 0, NULL);
    free(text);
    build = json_array_get(json_object_get(root, "builds"), 0);
    assert_int_equal(NUMBER(json_object_get(build, "calculation_us"), "count"), 1);
    assert_int_equal(NUMBER(json_object_get(build, "failed_waits_us"), "count"), 1);
    assert_int_equal(NUMBER(json_object_get(build, "failed_waits_us"), "max"), 500000);
    assert_int_equal(NUMBER(build, "cut_waits"), 1);
    json_decref(root);
}

static void test_nothing_finished(void **state)
{
    struct ran *r = *state;
    struct buf csv;

    buf_init(&csv, 1 << 16);
    fixture_rows(&csv, &(struct fixture_session){.stop_before = 1});
    fixture_write(r->dir, "none/recording.log", fixture_script);
    fixture_write(r->dir, "none/sessions/0.csv", csv.data);
    buf_release(&csv);
    assert_int_equal(run(r, "none"), 0);
    assert_non_null(strstr(r->out, "    -     -     - "));
    assert_true(exists(r, "report/aligned.png"));
}

static void test_odd_labels(void **state)
{
    struct ran *r = *state;

    assert_int_equal(run(r, "<b>&\xf0\x9f\x90\x8b\"'=sync \xff\x1b[31m=async --width=700"), 0);
    assert_null(strchr(r->out, 0x1b));
    assert_non_null(strstr(r->out, "<b>&\xf0\x9f\x90\x8b\"'"));
}

static void test_torn_row_is_told_once(void **state)
{
    struct ran *r = *state;

    fixture_write(r->dir, "sync/sessions/1.csv", "1,2,3\n1,2,3");
    assert_int_equal(run(r, "sync"), 0);
    said(r, "sync: 2 rows were torn or of another script: skipped");
}

static const struct {
    const char *name;
    const char *words;
    int code;
    const char *says;
} refusals[] = {
    {"no run named", "", 2, "at least one run's directory"},
    {"unknown option", "sync --charts all", 2, "--charts"},
    {"mark without a unit", "sync --mark 10", 2, "--mark"},
    {"mark of nothing", "sync --mark 0", 2, "--mark"},
    {"too narrow", "sync --width 10", 2, "--width takes 600"},
    {"too wide", "sync --width 100000", 2, "--width takes 600"},
    {"two of one name", "sync other=async sync=async", 2, "two runs are called 'sync'"},
    {"label without a run", "sync=", 2, "a run's directory is missing"},
    {"empty label", "=sync", 2, "is empty"},
    {"no such run", "nowhere", 1, "nowhere: No such file or directory"},
    {"not a run", "sync/sessions", 1, "recording.log"},
    {"a report is there", "sync -o full", 1, "'full' exists already"},
    {"below a file", "sync -o full/file/x", 1, "cannot make the directory 'full/file/x'"},
    {"where nobody may write", "sync -o /proc/nothing", 1,
     "cannot make the directory '/proc/nothing'"},
};

static void test_refusals(void **state)
{
    struct ran *r = *state;

    fixture_write(r->dir, "full/file", "");
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        int code = run(r, refusals[i].words);

        if (code != refusals[i].code)
            fail_msg("%s: exit code %d: %s", refusals[i].name, code, r->err);
        said(r, refusals[i].says);
        assert_false(exists(r, "report"));
    }
}

static void test_overwrite(void **state)
{
    struct ran *r = *state;
    char *text;

    fixture_write(r->dir, "report/summary.json", "old");
    fixture_write(r->dir, "report/mine.txt", "mine");
    fixture_write(r->dir, "report/concurrency.png", "of other runs");
    fixture_run(r->dir, "one", 1);
    assert_int_equal(run(r, "one --overwrite"), 0);
    assert_null(strstr(r->out, "concurrency")); /* a single session tells nothing of it */
    assert_false(exists(r, "report/concurrency.png"));
    text = fixture_read(r->dir, "report/summary.json");
    assert_int_equal(text[0], '{');
    free(text);
    assert_true(exists(r, "report/mine.txt"));
}

static void test_file_may_not_grow(void **state)
{
    struct ran *r = *state;

    r->most_bytes = 4096;
    assert_int_equal(run(r, "sync"), 1);
    said(r, "report/sessions.svg: cannot write: File too large");
    assert_false(exists(r, "report/sessions.svg"));
    assert_false(exists(r, "report/sessions.svg.part"));
}

static void test_full_disk(void **state)
{
    struct ran *r = *state;
    char path[512];

    fixture_write(r->dir, "report/aligned.svg", "old");
    snprintf(path, sizeof(path), "%s/report/aligned.svg.part", r->dir);
    assert_int_equal(symlink("/dev/full", path), 0);
    assert_int_equal(run(r, "sync --overwrite"), 1);
    said(r, "report/aligned.svg: cannot write: No space left on device");
    assert_true(exists(r, "report/sessions.png")); /* what was written before stays */
}

static void test_stdout_full(void **state)
{
    struct ran *r = *state;

    r->stdout = "/dev/full";
    assert_int_equal(run(r, "sync"), 1);
    said(r, "cannot print the table: No space left on device");
}

static void test_help(void **state)
{
    struct ran *r = *state;

    assert_int_equal(run(r, "--help"), 0);
    assert_non_null(strstr(r->out, "--mark TIME"));
    assert_int_equal(run(r, "--version"), 0);
}

int main(void)
{
#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, program_set_up, program_tear_down)
    const struct CMUnitTest tests[] = {
        IN_DIR(test_report),           IN_DIR(test_summary),     IN_DIR(test_other_scripts),
        IN_DIR(test_steady_state),     IN_DIR(test_mix),         IN_DIR(test_mix_without_a_part),
        IN_DIR(test_late_player),      IN_DIR(test_timings),     IN_DIR(test_failed_waits),
        IN_DIR(test_nothing_finished), IN_DIR(test_odd_labels),  IN_DIR(test_torn_row_is_told_once),
        IN_DIR(test_refusals),         IN_DIR(test_overwrite),   IN_DIR(test_file_may_not_grow),
        IN_DIR(test_full_disk),        IN_DIR(test_stdout_full), IN_DIR(test_help),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
