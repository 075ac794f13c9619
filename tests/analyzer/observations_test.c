#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/load.h"
#include "fixture.h"
#include "tests/core/dialects.h"

/* Steps of the fixture's script. */
enum { HOME, GET, OPEN, SEND_INIT, INIT, SEND, RECV, RECV_2, CLOSE, STEPS };

static struct build load(const char *dir, const struct fixture_session *sessions, size_t count)
{
    struct build build;
    struct error err = ERROR_NONE;
    struct buf csv;
    char path[512];

    buf_init(&csv, 1 << 20);
    for (size_t i = 0; i < count; i++)
        fixture_rows(&csv, &sessions[i]);
    fixture_write(dir, "run/recording.log", fixture_script);
    fixture_write(dir, "run/sessions/0.csv", csv.data);
    buf_release(&csv);
    snprintf(path, sizeof(path), "%s/run", dir);
    if (build_load(&build, "run", path, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(build_compute(&build, 1000000, true), 0);
    return build;
}

static void expect(const struct build *build, size_t step, size_t count, size_t i,
                   struct observation want)
{
    const struct step_observations *o = &build->observations.steps[step];

    assert_int_equal(o->count, count);
    assert_int_equal(o->list[i].us, want.us);
    assert_int_equal(o->list[i].session, want.session);
    assert_int_equal(o->list[i].active, want.active);
}

/* The second session starts in the first one's calculation, the third when both are over. */
static void test_waits_by_step(void **state)
{
    static const struct fixture_session sessions[] = {
        {0}, {.id = 1, .start_ms = 1500}, {.id = 2, .start_ms = 9000}};
    char *dir = fixture_dir();
    struct build build = load(dir, sessions, 3);
    static const size_t counts[STEPS] = {3, 3, 3, 0, 3, 0, 3, 0, 0};
    int64_t times[3];

    (void)state;
    assert_int_equal(build.observations.count, STEPS);
    assert_int_equal(build.observations.all_count, 15);
    for (size_t i = 0; i < STEPS; i++)
        assert_int_equal(build.observations.steps[i].count, counts[i]);
    expect(&build, HOME, 3, 0, (struct observation){100000, 0, 1});
    expect(&build, HOME, 3, 1, (struct observation){100000, 1, 2});
    expect(&build, HOME, 3, 2, (struct observation){100000, 2, 1});
    /* A calculation is one wait, at the first of its messages. */
    expect(&build, RECV, 3, 0, (struct observation){600000, 0, 1});
    observations_times(&build.observations.steps[GET], times);
    assert_int_equal(times[2], 20000);
    build_release(&build);
    fixture_remove(dir);
}

/* One failed while it waited for its calculation, one was cut between the two messages of it. */
static void test_what_never_ended(void **state)
{
    static const struct fixture_session sessions[] = {
        {.stop_before = 18, .fail = "gone"}, {.id = 1, .start_ms = 100, .stop_before = 12}};
    char *dir = fixture_dir();
    struct build build = load(dir, sessions, 2);

    (void)state;
    assert_int_equal(build.observations.steps[HOME].count, 2);
    assert_int_equal(build.observations.steps[RECV].count, 0);
    build_release(&build);
    fixture_remove(dir);
}

/* Sessions that do not count are not in it, but others were active beside them. */
static void test_only_counted(void **state)
{
    static const struct fixture_session sessions[] = {{0}, {.id = 1, .start_ms = 1500}};
    char *dir = fixture_dir();
    struct build build = load(dir, sessions, 2);
    struct observations some;

    (void)state;
    build.table.sessions[0].counted = false;
    assert_int_equal(observations_compute(&some, &build.plan, &build.table, &build.active), 0);
    assert_int_equal(some.all_count, 5);
    assert_int_equal(some.steps[HOME].count, 1);
    assert_int_equal(some.steps[HOME].list[0].session, 1);
    assert_int_equal(some.steps[HOME].list[0].active, 2);
    observations_release(&some);
    build_release(&build);
    fixture_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits_by_step),
        cmocka_unit_test(test_what_never_ended),
        cmocka_unit_test(test_only_counted),
    };

    shipped("plain");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
