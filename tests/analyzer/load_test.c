#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/args.h"
#include "analyzer/load.h"
#include "fixture.h"
#include "tests/core/dialects.h"

static int set_up(void **state)
{
    *state = fixture_dir();
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    fixture_remove(*state);
    return 0;
}

static int load(struct build *build, const char *dir, const char *name, struct error *err)
{
    char path[512];

    *err = ERROR_NONE;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return build_load(build, name, path, err);
}

static void compute(struct build *build)
{
    assert_int_equal(build_compute(build, 10000000, false), 0);
}

/* One file a session, a comment first, whole milliseconds. */
static void write_shinycannon(const char *dir, const char *name, long count)
{
    char file[128];
    struct buf csv;

    snprintf(file, sizeof(file), "%s/recording.log", name);
    fixture_write(dir, file, fixture_script);
    for (long i = 0; i < count; i++) {
        buf_init(&csv, 1 << 20);
        buf_adds(&csv, "# Copyright, version, and so on\n");
        buf_adds(&csv, fixture_header);
        fixture_rows(&csv,
                     &(struct fixture_session){.id = i, .start_ms = i * 2000, .shinycannon = true});
        snprintf(file, sizeof(file), "%s/sessions/%ld_%ld_0.csv", name, i, i);
        fixture_write(dir, file, csv.data);
        buf_release(&csv);
    }
}

static void test_both_forms_agree(void **state)
{
    struct build ours;
    struct build theirs;
    struct error err;

    fixture_run(*state, "ours", 5);
    write_shinycannon(*state, "theirs", 5);
    assert_int_equal(load(&ours, *state, "ours", &err), 0);
    assert_int_equal(load(&theirs, *state, "theirs", &err), 0);
    compute(&ours);
    compute(&theirs);
    assert_int_equal(ours.stats.page_load.p50_us, 200000);
    assert_memory_equal(&ours.stats, &theirs.stats, sizeof(ours.stats));
    assert_int_equal(ours.table.event_count, theirs.table.event_count);
    assert_memory_equal(ours.table.events, theirs.table.events,
                        ours.table.event_count * sizeof(struct event));
    assert_int_equal(ours.skipped + theirs.skipped, 0);
    assert_int_equal(theirs.info.lateness_p99_us, UNKNOWN);
    build_release(&ours);
    build_release(&theirs);
}

static void test_torn_and_foreign_rows(void **state)
{
    struct build build;
    struct error err;
    struct buf csv;

    buf_init(&csv, 1 << 20);
    buf_adds(&csv,
             "session_id,worker_id,iteration,event,timestamp,input_line_number,comment,more\r\n");
    fixture_rows(&csv, &(struct fixture_session){0});
    buf_adds(&csv, "0,0,0,WS_SEND_START,1795221215000.000,9,,a column more\r\n"); /* valid */
    buf_adds(&csv, "0,0,0,SOMETHING_ELSE,1795221215000.000,0,\n"); /* valid, unread */
    buf_adds(&csv, "these,are,no,numbers,at,all,\n\n");
    buf_adds(&csv, "0,0,0,WS_SEND_END,17952212");
    fixture_write(*state, "run/recording.log", fixture_script);
    fixture_write(*state, "run/sessions/0.csv", csv.data);
    fixture_write(*state, "run/sessions/notes.txt", "no rows in here");
    buf_release(&csv);
    assert_int_equal(load(&build, *state, "run", &err), 0);
    assert_int_equal(build.skipped, 2);
    assert_int_equal(build.table.session_count, 1);
    assert_int_equal(build.table.sessions[0].outcome, SESSION_DONE);
    build_release(&build);
}

static void test_run_json(void **state)
{
    struct build build;
    struct error err;

    fixture_run(*state, "run", 1);
    fixture_write(*state, "run/run.json",
                  "{\"planned\": 7, \"done\": 1, \"failed\": 0, \"lost\": 2, \"state\": \"ended\","
                  " \"target\": \"http://a/\", \"lateness_us\": {\"p50\": 10, \"p99\": 1234}}");
    assert_int_equal(load(&build, *state, "run", &err), 0);
    assert_int_equal(build.info.planned, 7);
    assert_int_equal(build.info.lost, 2);
    assert_int_equal(build.info.lateness_p99_us, 1234);
    assert_string_equal(build.info.target, "http://a/");
    build_release(&build);
}

static void refused(const char *dir, const char *name, const char *words)
{
    struct build build;
    struct error err;

    assert_true(load(&build, dir, name, &err) < 0);
    if (!strstr(err.text, words))
        fail_msg("'%s' does not say '%s'", err.text, words);
    assert_null(strchr(err.text, '\n'));
    assert_null(build.label);
}

static void test_what_is_no_run(void **state)
{
    const char *dir = *state;

    refused(dir, "absent", "No such file");
    fixture_write(dir, "file", "");
    refused(dir, "file", "a run is a directory");
    fixture_write(dir, "bare/sessions/0.csv", fixture_header);
    refused(dir, "bare", "recording.log");
    fixture_write(dir, "broken/recording.log", "{\"type\":\"NONE\"}\n");
    refused(dir, "broken", "recording.log");
    fixture_write(dir, "half/recording.log", fixture_script);
    refused(dir, "half", "sessions/ cannot be read");
    fixture_write(dir, "empty/recording.log", fixture_script);
    fixture_write(dir, "empty/sessions/0.csv", fixture_header);
    refused(dir, "empty", "no row of any session");
    fixture_run(dir, "json", 1);
    fixture_write(dir, "json/run.json", "{\"planned\": ");
    refused(dir, "json", "run.json: line 1");
}

static void parsed(const char *operand, const char *label, const char *path)
{
    struct run_arg arg;
    struct error err = ERROR_NONE;

    assert_int_equal(run_arg_parse(&arg, operand, &err), 0);
    assert_string_equal(arg.label, label);
    assert_string_equal(arg.path, path);
    run_arg_release(&arg);
}

static void test_labels(void **state)
{
    const char *dir = *state;
    char operand[600];
    char path[520];
    struct run_arg arg;
    struct error err = ERROR_NONE;

    parsed("runs/sync/", "sync", "runs/sync/");
    parsed(".", ".", ".");
    parsed("/", "/", "/");
    parsed("sync=runs/1", "sync", "runs/1");
    fixture_write(dir, "a=b/x", "");
    snprintf(path, sizeof(path), "%s/a=b", dir);
    parsed(path, "a=b", path);
    snprintf(operand, sizeof(operand), "x=y=%s", path);
    parsed(operand, "x=y", path);
    assert_int_equal(run_arg_parse(&arg, "=runs/1", &err), -E_USAGE);
    assert_null(arg.label);
    err = ERROR_NONE;
    assert_int_equal(run_arg_parse(&arg, "sync=", &err), -E_USAGE);
}

static void write_mix(const char *dir, const char *name, const char *json)
{
    char file[128];

    snprintf(file, sizeof(file), "%s/run.json", name);
    fixture_write(dir, file, json);
    for (int i = 0; i < 2; i++) {
        snprintf(file, sizeof(file), "%s/%s", name, i ? "buy" : "browse");
        fixture_run(dir, file, 1);
    }
}

static const struct {
    const char *name;
    const char *operand; /* %s is the directory */
    const char *json;
    const char *labels; /* what it stands for, in order; NULL: it is refused */
    const char *refusal;
} mixes[] = {
    {"a mix", "%s/mix", "{\"mix\": [\"browse\", \"buy\"]}", "mix/browse mix/buy ", NULL},
    {"its slash is not the label's", "%s/mix/", "{\"mix\": [\"buy\"]}", "mix/buy ", NULL},
    {"with a label", "old=%s/mix", "{\"mix\": [\"buy\", \"browse\"]}", "old/buy old/browse ", NULL},
    {"one part of it", "%s/mix/buy", "{\"mix\": [\"browse\", \"buy\"]}", "buy ", NULL},
    {"no mix", "%s/mix", "{\"mix\": null}", "mix ", NULL},
    {"a part is missing", "%s/mix", "{\"mix\": [\"browse\", \"pay\"]}", NULL,
     "the mix has a part 'pay', and its directory"},
    {"empty", "%s/mix", "{\"mix\": []}", NULL, "\"mix\" names no script"},
    {"no list", "%s/mix", "{\"mix\": 3}", NULL, "\"mix\" names no script"},
    {"a number", "%s/mix", "{\"mix\": [3]}", NULL, "names ''"},
    {"somewhere else", "%s/mix", "{\"mix\": [\"../run\"]}", NULL, "no directory below it"},
    {"itself", "%s/mix", "{\"mix\": [\".\"]}", NULL, "no directory below it"},
    {"torn", "%s/mix", "{\"mix\": [", NULL, "run.json: line 1"},
};

static void expect_labels(const struct run_args *args, const char *labels)
{
    char got[128] = "";

    for (size_t i = 0; i < args->count; i++)
        snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s ", args->list[i].label);
    assert_string_equal(got, labels);
}

static void test_mixes(void **state)
{
    const char *dir = *state;

    for (size_t i = 0; i < sizeof(mixes) / sizeof(mixes[0]); i++) {
        struct run_args args = {0};
        struct error err = ERROR_NONE;
        const char *at = strstr(mixes[i].operand, "%s");
        char operand[600];
        int rc;

        print_message("%s\n", mixes[i].name);
        write_mix(dir, "mix", mixes[i].json);
        snprintf(operand, sizeof(operand), "%.*s%s%s", (int)(at - mixes[i].operand),
                 mixes[i].operand, dir, at + 2);
        rc = run_args_add(&args, operand, &err);
        assert_int_equal(rc == 0, mixes[i].labels != NULL);
        if (mixes[i].labels)
            expect_labels(&args, mixes[i].labels);
        else if (!strstr(err.text, mixes[i].refusal))
            fail_msg("'%s' does not say '%s'", err.text, mixes[i].refusal);
        run_args_release(&args);
    }
}

int main(void)
{
#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        IN_DIR(test_both_forms_agree), IN_DIR(test_torn_and_foreign_rows),
        IN_DIR(test_run_json),         IN_DIR(test_what_is_no_run),
        IN_DIR(test_labels),           IN_DIR(test_mixes),
    };

    shipped("plain");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
