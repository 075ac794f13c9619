#include "tests/core/testing.h"

#include "core/units.h"
#include "player/summary.h"

static char browse[] = "browse";
static char buy[] = "buy";

struct world {
    struct play play;
    struct role roles[2];
    struct tally *all;
    struct audit *audit;
    struct account account;
    struct buf out;
};

static void begin(struct world *w)
{
    *w = (struct world){.account = {.planned = 400, .done = 88, .failed = 312}};
    w->roles[0].name = browse;
    w->roles[1].name = buy;
    w->play.roles = w->roles;
    w->play.role_count = 1;
    w->play.schedule.processes = 2;
    strcpy(w->play.dir, "runs/x");
    w->all = calloc(1, sizeof(*w->all));
    w->audit = calloc(1, sizeof(*w->audit));
    w->all->rss_peak_kb = 35 * 1024;
    buf_init(&w->out, 100000);
}

static void end(struct world *w)
{
    free(w->all);
    free(w->audit);
    buf_release(&w->out);
}

static void fail_so(struct world *w, int count, unsigned role, unsigned line, enum failure kind,
                    const char *text)
{
    while (count--)
        tally_fail(w->all, role, line, kind, text);
}

static void test_the_whole(void **state)
{
    struct world w;

    (void)state;
    begin(&w);
    hist_add(&w.all->page_load, 120000);
    hist_add(&w.all->lateness, 40);
    fail_so(&w, 311, 0, 48, FAILURE_MISSING, "'Updated: plot': no 'output plot' within 30 s");
    fail_so(&w, 1, 0, 0, FAILURE_MEMORY, "out of memory: the session could not start");
    w.account.not_started = 7;
    w.all->rows_lost = 3;
    w.audit->drops = 2;
    audit_close(w.audit, &w.all->lateness, NULL, 0);
    assert_int_equal(summary_lines(&w.play, &w.account, w.all, w.audit, 61 * US_PER_S, &w.out), 0);
    assert_string_equal(
        w.out.data,
        "400 sessions: 88 done, 312 failed, 0 lost; took 1 m 01 s\n"
        "7 more were not started, because the run was stopped\n"
        "page load p50 120 ms, p95 120 ms, p99 120 ms, max 120 ms\n"
        "memory at most 35.0 MiB in all (2 processes)\n"
        "311 sessions failed at line 48 'Updated: plot': no 'output plot' within 30 s; look at: "
        "has the app changed since the recording?  'stretto check --against URL' tells; or it is "
        "overloaded\n"
        "1 session failed: out of memory: the session could not start; look at: play fewer "
        "sessions, or give this machine more memory\n"
        "3 rows could not be written; what is in 'runs/x' is whole but for them\n"
        "this machine's kernel dropped 2 pieces of traffic meanwhile, because somebody did not "
        "read or accept them in time\n"
        "the player kept up: its own lateness was p50 40 us, p99 40 us\n"
        "see it: stretto analyze runs/x\n");
    end(&w);
}

/* In a mix the script's name stands in front of the line. */
static void test_a_mix(void **state)
{
    struct world w;

    (void)state;
    begin(&w);
    w.play.role_count = 2;
    fail_so(&w, 2, 1, 48, FAILURE_STATUS, "'Get: a.css': expected status 200, got 500");
    fail_so(&w, 3, 0, 48, FAILURE_STATUS, "'Get: a.css': expected status 200, got 500");
    assert_int_equal(summary_failures(&w.play, w.all, &w.out), 0);
    assert_string_equal(w.out.data,
                        "3 sessions failed in browse at line 48 'Get: a.css': expected status 200, "
                        "got 500; look at: the app's log at that time tells why it answered so\n"
                        "2 sessions failed in buy at line 48 'Get: a.css': expected status 200, "
                        "got 500; look at: the app's log at that time tells why it answered so\n");
    end(&w);
}

/* Bodies do not make ways; ways that are too many are summed up; a stopped run is one line. */
static void test_many_ways(void **state)
{
    struct world w;
    char text[100];
    int lines = 0;

    (void)state;
    begin(&w);
    for (int i = 0; i < 20; i++) {
        snprintf(text, sizeof(text), "'Page': no value; status 200 came with 'user %d'", i);
        fail_so(&w, 1, 0, 5, FAILURE_VALUE, text);
    }
    fail_so(&w, 4, 0, 40, FAILURE_STOPPED, "'Page': stopped by the user");
    fail_so(&w, 5, 0, 41, FAILURE_STOPPED, "'Page': stopped by the user");
    for (unsigned line = 100; line < 112; line++)
        fail_so(&w, 2, 0, line, FAILURE_CLOSED, "closed");
    summary_failures(&w.play, w.all, &w.out);
    assert_memory_equal(w.out.data, "20 sessions failed at line 5 'Page': no value; status 200 ",
                        57);
    for (const char *at = w.out.data; (at = strchr(at, '\n')); at++)
        lines++;
    assert_int_equal(lines, SUMMARY_FAILURES + 2);
    assert_non_null(strstr(w.out.data,
                           "\n6 more failed in 3 more ways: run.json has them ('failures')\n9 "
                           "sessions failed because the run was stopped before their end\n"));
    end(&w);
}

/* A full table's last row is several kinds, and has no line. */
static void test_other_ways(void **state)
{
    struct world w;

    (void)state;
    begin(&w);
    w.all->reason_count = 1;
    w.all->reasons[0] =
        (struct tally_reason){.count = 9, .kind = FAILURES, .text = "other reasons"};
    summary_failures(&w.play, w.all, &w.out);
    assert_string_equal(w.out.data, "9 sessions failed in other ways; look at: the rows of the run "
                                    "say each session's reason\n");
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_whole),
        cmocka_unit_test(test_a_mix),
        cmocka_unit_test(test_many_ways),
        cmocka_unit_test(test_other_ways),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
