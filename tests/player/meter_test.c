#include "tests/core/testing.h"

#include "core/units.h"
#include "player/meter.h"

#define WORKERS 2
#define ZERO_US (1000 * US_PER_S)
#define WALL_US INT64_C(1795262400000000)

static const char text[] =
    "# version: 1\n"
    "{\"type\":\"REQ_HOME\",\"begin\":\"2026-11-21T12:00:00.000Z\","
    "\"end\":\"2026-11-21T12:00:00.100Z\",\"status\":200,\"url\":\"/\"}\n"
    "{\"type\":\"REQ_GET\",\"begin\":\"2026-11-21T12:00:01.000Z\","
    "\"end\":\"2026-11-21T12:00:01.100Z\",\"status\":200,\"url\":\"/a.css\"}\n";

struct world {
    struct play play;
    struct role roles[2];
    struct meter meter;
    struct meter_usage usage[WORKERS];
    struct audit_sample sample;
};

static char browse[] = "browse";
static char buy[] = "buy";

static void begin_role(struct world *w, unsigned i, char *name)
{
    struct error err = ERROR_NONE;

    w->roles[i].name = name;
    w->roles[i].number = i;
    assert_int_equal(script_parse(&w->roles[i].script, "x.log", text, sizeof(text) - 1, &err), 0);
    w->roles[i].first_step = i * w->roles[i].script->count;
    w->roles[i].dialect = dialect_find("plain");
    assert_non_null(w->roles[i].dialect);
}

static void begin(struct world *w)
{
    *w = (struct world){0};
    begin_role(w, 0, browse);
    begin_role(w, 1, buy);
    w->play.roles = w->roles;
    w->play.role_count = 2;
    w->play.schedule.processes = WORKERS;
    w->play.zero_us = ZERO_US;
    w->play.wall_us = WALL_US - ZERO_US;
    w->play.tallies = tally_share(WORKERS);
    assert_int_equal(tally_share_steps(w->play.tallies, WORKERS, 4), 0);
    assert_int_equal(meter_init(&w->meter, &w->play, ZERO_US), 0);
    for (int i = 0; i < WORKERS; i++) {
        w->usage[i] = (struct meter_usage){.running = true, .rss_kb = 1000};
        w->play.tallies[i].beat_us = ZERO_US;
    }
}

static void end(struct world *w)
{
    meter_release(&w->meter);
    tally_unshare_steps(w->play.tallies, WORKERS, 4);
    tally_unshare(w->play.tallies, WORKERS);
    script_free(w->roles[0].script);
    script_free(w->roles[1].script);
}

/* Both beat, then the meter reads, so many seconds after time zero. */
static void read_at(struct world *w, int64_t s)
{
    for (int i = 0; i < WORKERS; i++)
        w->play.tallies[i].beat_us = ZERO_US + s * US_PER_S;
    meter_read(&w->meter, w->usage, ZERO_US + s * US_PER_S, &w->sample);
}

static void test_a_second(void **state)
{
    struct world w;

    (void)state;
    begin(&w);
    read_at(&w, 1);
    assert_int_equal(w.sample.actions, 0);
    for (int i = 0; i < 99; i++)
        hist_add(&w.play.tallies[0].lateness, 50);
    hist_add(&w.play.tallies[1].lateness, 90000);
    tally_stall(&w.play.tallies[1], ZERO_US + US_PER_S + 5, 70000);
    w.usage[1].cpu_us = 900000;
    read_at(&w, 2);
    assert_int_equal(w.sample.from_us, WALL_US + US_PER_S);
    assert_int_equal(w.sample.to_us, WALL_US + 2 * US_PER_S);
    assert_int_equal(w.sample.elapsed_us, 2 * US_PER_S);
    assert_int_equal(w.sample.actions, 100);
    assert_int_equal(w.sample.late_p50_us, 50);
    assert_int_equal(w.sample.late_p99_us, 50);
    assert_int_equal(w.sample.late_max_us, 90000);
    assert_int_equal(w.sample.stall_us, 70000);
    assert_int_equal(w.sample.stalled, 1);
    assert_true(w.sample.cpu[0] == 0 && w.sample.cpu[1] == 0.9);
    assert_int_equal(w.meter.workers[0].actions, 99);
    assert_int_equal(w.meter.workers[1].late_p99_us, 90000);
    read_at(&w, 3); /* nothing new */
    assert_int_equal(w.sample.actions, 0);
    assert_int_equal(w.sample.late_max_us, 0);
    assert_int_equal(w.sample.stall_us, 0);
    assert_true(w.sample.cpu[1] == 0);
    end(&w);
}

/* A worker that stands still shows it while it does, and no more when it has ended. */
static void test_a_stall_that_goes_on(void **state)
{
    struct world w;

    (void)state;
    begin(&w);
    read_at(&w, 1);
    w.play.tallies[0].beat_us = ZERO_US + 3 * US_PER_S;
    meter_read(&w.meter, w.usage, ZERO_US + 3 * US_PER_S, &w.sample);
    assert_int_equal(w.sample.stall_us, 2 * US_PER_S);
    assert_int_equal(w.sample.stalled, 1);
    w.usage[1].running = false;
    meter_read(&w.meter, w.usage, ZERO_US + 3 * US_PER_S, &w.sample);
    assert_int_equal(w.sample.stall_us, 0);
    end(&w);
}

static void test_the_last_seconds(void **state)
{
    struct world w;
    struct view view = {0};

    (void)state;
    begin(&w);
    for (int s = 1; s <= 30; s++) {
        struct tally *tally = &w.play.tallies[s % 2];

        tally->started += 2;
        tally->requests += 10;
        tally->sends += 3;
        tally->messages_in += 4;
        tally->bytes_in += 1000;
        hist_add(&tally->page_load, s * US_PER_MS);
        tally->beat_us = ZERO_US + s * US_PER_S;
        tally_step(tally, 0, s < 15 ? 9000 : 100); /* was slow */
        tally_step(tally, 3, s == 30 ? 800 : 200);
        read_at(&w, s);
    }
    meter_view(&w.meter, &view);
    assert_true(view.starts == 2 && view.requests == 10 && view.messages == 7 &&
                view.bytes == 1000);
    assert_int_equal(view.page_load_now.count, VIEW_SECONDS);
    assert_in_range(view.page_load_now.p50_us, 25 * US_PER_MS, 25 * US_PER_MS * 1.01);
    assert_int_equal(view.page_load.count, 30);
    assert_in_range(view.page_load.p50_us, 15 * US_PER_MS, 15 * US_PER_MS * 1.01);
    assert_int_equal(view.memory_kb, 2000);
    assert_string_equal(view.slowest.role, "buy");
    assert_string_equal(view.slowest.label, "Get: a.css");
    assert_int_equal(view.slowest.line, 3);
    assert_int_equal(view.slowest.mean_us, 260);
    assert_int_equal(view.slowest.max_us, 800);
    end(&w);
}

static void test_failures(void **state)
{
    struct world w;
    struct view view = {0};

    (void)state;
    begin(&w);
    for (unsigned line = 1; line <= VIEW_TOP + 2; line++) {
        for (unsigned i = 0; i < line; i++)
            tally_fail(&w.play.tallies[i % 2], 1, line, FAILURE_STATUS, "no");
    }
    read_at(&w, 1);
    meter_view(&w.meter, &view);
    assert_int_equal(view.failed, 15);
    assert_int_equal(view.failure_count, VIEW_TOP);
    assert_int_equal(view.more_failures, 2);
    assert_int_equal(view.failures[0].sessions, VIEW_TOP + 2);
    assert_int_equal(view.failures[0].line, VIEW_TOP + 2);
    assert_string_equal(view.failures[0].role, "buy");
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_second),
        cmocka_unit_test(test_a_stall_that_goes_on),
        cmocka_unit_test(test_the_last_seconds),
        cmocka_unit_test(test_failures),
    };
    struct error err = ERROR_NONE;

    if (dialects_init(&err) < 0)
        return 1;
    if (cmocka_run_group_tests(tests, NULL, NULL))
        return 1;
    dialects_release();
    return 0;
}
