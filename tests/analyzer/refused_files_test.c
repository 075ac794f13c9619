/* Memory is refused at every place in turn while conditions are held and files for machines are
 * written: each says so, leaves no file behind, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyzer/events.h"
#include "analyzer/junit.h"
#include "analyzer/match.h"
#include "analyzer/trace_file.h"
#include "fixture.h"
#include "tests/core/dialects.h"
#include "tests/core/refusal.h"

struct ready {
    char *dir;
    struct build build;
    struct match match;
    struct notes notes;
    struct scene scene;
    char path[300];
};

static int set_up(void **state)
{
    struct ready *r = calloc(1, sizeof(*r));
    struct error err = ERROR_NONE;
    char run[200];
    struct buf csv;

    r->dir = fixture_dir();
    fixture_run(r->dir, "run", 0);
    buf_init(&csv, 1 << 20);
    fixture_rows(&csv, &(struct fixture_session){0});
    fixture_rows(&csv, &(struct fixture_session){.id = 1, .stop_before = 18, .fail = "gone"});
    fixture_write(r->dir, "run/sessions/0.csv", csv.data);
    buf_release(&csv);
    snprintf(run, sizeof(run), "%s/run", r->dir);
    snprintf(r->path, sizeof(r->path), "%s/file", r->dir);
    assert_int_equal(build_load(&r->build, "run", run, &err), 0);
    assert_int_equal(build_compute(&r->build, 1000000, true), 0);
    assert_int_equal(match_compute(&r->match, &r->build, 1), 0);
    r->scene = (struct scene){&r->build, 1, 1600, 1000000, &r->notes, &r->match};
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct ready *r = *state;

    match_release(&r->match);
    build_release(&r->build);
    fixture_remove(r->dir);
    free(r);
    return 0;
}

static int hold(struct ready *r, const char *condition)
{
    const char *const conditions[] = {"page_load.p95 > 1s", condition};
    struct error err = ERROR_NONE;
    struct verdict verdict;
    int rc = verdict_compute(&verdict, conditions, 2, &r->scene, &err);

    if (rc == 0)
        rc = junit_write(r->path, &verdict, &r->scene, &err);
    assert_true(rc == 0 || err.code != 0);
    verdict_release(&verdict);
    return rc;
}

/* It names its build, which is held against it although it stands on the right too. */
static int hold_sum(void *user)
{
    return hold(user,
                "run.step[\"Set: n\"].p95 > 1.2 * run.page_load.p50 + 1s - run.page_load.max * 2");
}

static int hold_unknown(void *user)
{
    return hold(user, "lateness.p99 > 1s");
}

static int write_events(void *user)
{
    struct ready *r = user;

    return events_write(r->path, &r->scene, NULL);
}

static int write_trace(void *user)
{
    struct ready *r = user;

    return trace_write(r->path, &r->scene, NULL);
}

static int parse(void *user)
{
    const char *const conditions[] = {"build[\"a b\"].step[\"x\"].p95 > 1.5 * run.session.mean"};
    struct error err = ERROR_NONE;

    (void)user;
    return verdict_parse(conditions, 1, stderr, &err);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *name;
        int (*attempt)(void *user);
    } rows[] = {
        {"a condition is read", parse},        {"a sum", hold_sum},
        {"what cannot be told", hold_unknown}, {"events.csv", write_events},
        {"trace.json", write_trace},
    };
    struct ready *r = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unlink(r->path);
        assert_true(refuse_in_turn(rows[i].name, rows[i].attempt, r) >= 3);
        refuse_onward_in_turn(rows[i].name, rows[i].attempt, r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down)};

    shipped("shiny");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
