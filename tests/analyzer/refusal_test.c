/* Memory is refused at every place in turn, from the command line's words to the numbers: each says
 * so, and leaves nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/args.h"
#include "analyzer/charts.h"
#include "analyzer/differences.h"
#include "analyzer/load.h"
#include "analyzer/match.h"
#include "analyzer/stream.h"
#include "analyzer/recommend.h"
#include "fixture.h"
#include "queue.h"
#include "tests/core/dialects.h"
#include "tests/core/refusal.h"

static int read_words(void *user)
{
    struct run_args args = {0};
    struct error err = ERROR_NONE;
    int rc = run_args_add(&args, user, &err);

    run_args_release(&args);
    return rc;
}

static int load_and_compute(void *user)
{
    struct build build;
    struct error err = ERROR_NONE;
    int rc = build_load(&build, "run", user, &err);

    if (rc == 0)
        rc = build_compute(&build, 1000000, false);
    build_release(&build);
    return rc;
}

struct sheet_of {
    const struct chart_kind *kind;
    struct scene scene;
};

static int prepare_sheet(void *user)
{
    const struct sheet_of *want = user;
    struct sheet sheet;
    struct error err = ERROR_NONE;
    int rc = want->kind->prepare(want->kind, &want->scene, &sheet, &err);

    sheet_release(&sheet);
    return rc;
}

static int stream(void *user)
{
    struct build build;
    struct error err = ERROR_NONE;
    int rc = build_open(&build, "run", user, &err);

    if (rc == 0)
        rc = build_stream(&build, 1000000, &err);
    build_release(&build);
    return rc;
}

static void write_runs(const char *dir)
{
    fixture_write(dir, "mix/run.json", "{\"mix\": [\"browse\", \"buy\"]}");
    fixture_run(dir, "mix/browse", 1);
    fixture_run(dir, "mix/buy", 2);
    fixture_write(dir, "mix/buy/run.json",
                  "{\"target\": \"http://a/\", \"state\": \"done\", \"audit\": {\"untrusted\": ["
                  "{\"from_us\": 1795221212723000, \"to_us\": 1795221213723000}]}}");
    fixture_write(dir, "mix/buy/sessions/1.csv",
                  "7,7,0,REQ_HOME_START,1795221212723.000,4,,,,,,,\n"
                  "7,7,0,REQ_HOME_END,1795221212724.000,4,,10,20,30,,40,50\n"
                  "7,7,0,REQ_GET_START,1795221212725.000,5,,,,,,,\n"
                  "7,7,0,PLAYBACK_FAIL,1795221212726.000,5,\"gone\",,,,,,\n");
}

static void test_refusals(void **state)
{
    char *dir = fixture_dir();
    char path[512];

    (void)state;
    write_runs(dir);
    snprintf(path, sizeof(path), "m=%s/mix", dir);
    assert_true(refuse_in_turn("a mix", read_words, path) > 5);
    snprintf(path, sizeof(path), "%s/mix/buy", dir);
    assert_true(refuse_in_turn("a run", load_and_compute, path) > 10);
    assert_true(refuse_in_turn("a run in one pass", stream, path) > 20);
    fixture_remove(dir);
}

struct two {
    struct build builds[2];
};

static int compare_two(void *user)
{
    struct two *two = user;
    struct match match = {0};
    struct notes notes = {0};
    struct notes few = {0};
    int rc = match_compute(&match, two->builds, 2);

    if (rc == 0)
        rc = differences_tell(&notes, two->builds, 2, &match);
    if (rc == 0)
        rc = notes_shorten(&few, &notes, 2);
    notes_release(&few);
    notes_release(&notes);
    match_release(&match);
    return rc;
}

/* Of other scripts, and other users. */
static void test_comparison(void **state)
{
    char *dir = fixture_dir();
    char *script = strdup(fixture_script);
    struct two two;

    (void)state;
    memcpy(strstr(script, "/a.js"), "/b.js", 5);
    fixture_run(dir, "one", 3);
    fixture_run_by_users(dir, "other", 6, 2);
    fixture_write(dir, "one/run.json",
                  "{\"state\": \"stopped\", \"schedule\": {\"mode\": \"users\", \"stages\": "
                  "[{\"length_us\": 1, \"users\": 2}], \"think_drawn\": \"x\"}}");
    fixture_write(dir, "other/recording.log", script);
    for (size_t i = 0; i < 2; i++) {
        struct error err = ERROR_NONE;
        char path[512];

        snprintf(path, sizeof(path), "%s/%s", dir, i ? "other" : "one");
        assert_true(refuse_in_turn("a run", load_and_compute, path) > 10);
        assert_int_equal(build_load(&two.builds[i], path, path, &err), 0);
        assert_int_equal(build_compute(&two.builds[i], 1000000, false), 0);
    }
    assert_true(refuse_in_turn("a comparison", compare_two, &two) > 100);
    for (size_t i = 0; i < 2; i++)
        build_release(&two.builds[i]);
    free(script);
    fixture_remove(dir);
}

/* Sessions that overlap, and one that failed: something for every chart. */
static void load_crowd(struct build *build, const char *dir)
{
    struct error err = ERROR_NONE;
    struct buf csv;
    char path[512];

    buf_init(&csv, 1 << 20);
    for (long i = 0; i < 30; i++)
        fixture_rows(&csv, &(struct fixture_session){.id = i, .start_ms = i * i * 10});
    fixture_rows(&csv, &(struct fixture_session){
                           .id = 30, .start_ms = 9900, .stop_before = 16, .fail = "gone"});
    fixture_write(dir, "crowd/recording.log", fixture_script);
    fixture_write(dir, "crowd/sessions/0.csv", csv.data);
    buf_release(&csv);
    snprintf(path, sizeof(path), "%s/crowd", dir);
    assert_int_equal(build_load(build, "crowd", path, &err), 0);
    assert_int_equal(build_compute(build, 1000000, true), 0);
}

static void test_charts(void **state)
{
    static const struct notes none;
    char *dir = fixture_dir();
    struct build build;
    struct match match;

    (void)state;
    load_crowd(&build, dir);
    assert_int_equal(match_compute(&match, &build, 1), 0);
    for (size_t i = 0; i < chart_kind_count; i++) {
        struct sheet_of want = {&chart_kinds[i], {&build, 1, 1600, 1000000, &none, &match}};

        /* Onward: a distribution that cannot be made shorter stays as it is, and says nothing. */
        refuse_onward_in_turn(chart_kinds[i].name, prepare_sheet, &want);
    }
    match_release(&match);
    build_release(&build);
    fixture_remove(dir);
}

static int recommend_all(void *scene)
{
    struct findings findings = {0};
    int rc = recommend(&findings, scene);

    findings_release(&findings);
    return rc;
}

/* An app that falls behind and whose one thread is to blame, and one that does better. */
static void test_recommendations(void **state)
{
    static const struct queue_step on_thread[] = {{"day", 0, 400000}, {NULL, 0, 0}};
    static const struct queue_step elsewhere[] = {{"day", 400000, 1000}, {NULL, 0, 0}};
    const struct queue slow = {
        .steps = on_thread, .threads = 1, .sessions = 40, .every_us = 300000, .think_us = 100000};
    const struct queue quick = {.steps = elsewhere,
                                .threads = 1,
                                .workers = 4,
                                .sessions = 40,
                                .every_us = 300000,
                                .think_us = 100000};
    struct build builds[2];
    struct match match;
    struct notes notes = {0};
    struct scene scene = {builds, 2, 1600, 1000000, &notes, &match};

    (void)state;
    queue_run(&builds[0], "slow", &slow);
    queue_run(&builds[1], "quick", &quick);
    assert_int_equal(match_compute(&match, builds, 2), 0);
    assert_true(refuse_in_turn("recommend", recommend_all, &scene) > 50);
    match_release(&match);
    build_release(&builds[0]);
    build_release(&builds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refusals),
                                       cmocka_unit_test(test_comparison),
                                       cmocka_unit_test(test_charts),
                                       cmocka_unit_test(test_recommendations)};

    shipped("shiny");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
