#include "tests/core/testing.h"

#include <sys/wait.h>
#include <unistd.h>

#include "core/units.h"
#include "player/tally.h"

static void test_like_failures_are_one_reason(void **state)
{
    struct tally *tally = calloc(1, sizeof(*tally));

    (void)state;
    tally_fail(tally, 0, 7, FAILURE_STATUS, "refused");
    tally_fail(tally, 0, 7, FAILURE_STATUS, "refused");
    tally_fail(tally, 0, 8, FAILURE_STATUS, "refused");
    tally_fail(tally, 0, 7, FAILURE_STATUS, "timed out");
    assert_int_equal(tally->failed, 4);
    assert_int_equal(tally->reason_count, 3);
    assert_int_equal(tally->reasons[0].count, 2);
    assert_int_equal(tally->reasons[0].line, 7);
    assert_string_equal(tally->reasons[2].text, "timed out");
    free(tally);
}

static void test_long_reasons_are_cut_alike(void **state)
{
    struct tally *tally = calloc(1, sizeof(*tally));
    char words[1000];

    (void)state;
    memset(words, 'w', sizeof(words));
    words[sizeof(words) - 1] = 0;
    tally_fail(tally, 0, 7, FAILURE_STATUS, words);
    tally_fail(tally, 0, 7, FAILURE_STATUS, words);
    assert_int_equal(tally->reason_count, 1);
    assert_int_equal(strlen(tally->reasons[0].text), TALLY_REASON_TEXT - 1);
    free(tally);
}

static void test_roles_are_counted_apart(void **state)
{
    struct tally *one = calloc(1, sizeof(*one));
    struct tally *all = calloc(1, sizeof(*all));

    (void)state;
    tally_begin(one, 0);
    tally_begin(one, 2);
    tally_begin(one, 2);
    tally_done(one, 2);
    tally_fail(one, 2, 7, FAILURE_STATUS, "refused");
    tally_merge(all, one);
    tally_merge(all, one);
    assert_int_equal(all->started, 6);
    assert_int_equal(all->roles[0].started, 2);
    assert_int_equal(all->roles[1].started, 0);
    assert_int_equal(all->roles[2].started, 4);
    assert_int_equal(all->roles[2].done, 2);
    assert_int_equal(all->roles[2].failed, 2);
    free(one);
    free(all);
}

static void fill(struct tally *tally, uint32_t from, uint32_t count)
{
    for (uint32_t line = from; line < from + count; line++)
        tally_fail(tally, 0, line, FAILURE_STATUS, "no");
}

/* Nothing is lost from the sum when the table is full. */
static void test_a_full_table(void **state)
{
    struct tally *tally = calloc(1, sizeof(*tally));
    uint64_t sum = 0;

    (void)state;
    fill(tally, 1, 50);
    tally_fail(tally, 0, 1, FAILURE_STATUS, "no");
    assert_int_equal(tally->failed, 51);
    assert_int_equal(tally->reason_count, TALLY_REASONS);
    for (uint32_t i = 0; i < TALLY_REASONS; i++)
        sum += tally->reasons[i].count;
    assert_int_equal(sum, 51);
    assert_int_equal(tally->reasons[0].count, 2);
    assert_string_equal(tally->reasons[TALLY_REASONS - 1].text, "other reasons");
    free(tally);
}

static void test_merging(void **state)
{
    struct tally *a = calloc(1, sizeof(*a));
    struct tally *b = calloc(1, sizeof(*b));
    uint64_t sum = 0;

    (void)state;
    a->started = 3;
    a->done = 2;
    a->lateness.count = 1;
    fill(a, 1, 20);
    b->started = 4;
    b->done = 4;
    b->rows_lost = 5;
    b->lateness.max_us = 9;
    a->thinking = 2;
    b->thinking = 3;
    a->stall_max_us = 70;
    b->stall_max_us = 60;
    fill(b, 11, 30);
    tally_merge(a, b);
    assert_int_equal(a->started, 7);
    assert_int_equal(a->done, 6);
    assert_int_equal(a->failed, 50);
    assert_int_equal(a->rows_lost, 5);
    assert_int_equal(a->lateness.max_us, 9);
    assert_int_equal(a->thinking, 5);
    assert_int_equal(a->stall_max_us, 70);
    assert_int_equal(a->reason_count, TALLY_REASONS);
    assert_int_equal(a->reasons[10].count, 2); /* line 11 failed in both */
    for (uint32_t i = 0; i < a->reason_count; i++)
        sum += a->reasons[i].count;
    assert_int_equal(sum, 50);
    free(a);
    free(b);
}

static void test_stalls_by_the_second(void **state)
{
    static const struct {
        const char *name;
        int64_t second;
        int64_t want_us;
    } cases[] = {
        {"the longest of a second", 100, 700},
        {"of the next", 101, 50},
        {"one without a stall", 102, 0},
        {"a slot that was used again", 100 - TALLY_SECONDS, 0},
        {"one that comes later", 100 + TALLY_SECONDS, 0},
    };
    struct tally *tally = calloc(1, sizeof(*tally));

    (void)state;
    tally_stall(tally, (100 - TALLY_SECONDS) * US_PER_S, 9000);
    tally_stall(tally, 100 * US_PER_S, 400);
    tally_stall(tally, 100 * US_PER_S + 1, 700);
    tally_stall(tally, 100 * US_PER_S + 2, 300);
    tally_stall(tally, 101 * US_PER_S, 50);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        if (tally_stall_of(tally, cases[i].second) != cases[i].want_us)
            fail_msg("%s", cases[i].name);
    }
    assert_int_equal(tally->stall_max_us, 9000);
    free(tally);
}

static void test_waits_of_a_step(void **state)
{
    struct tally *tally = calloc(1, sizeof(*tally));
    struct tally_step steps[3] = {{0}};

    (void)state;
    tally_step(tally, 1, 5); /* nobody asks */
    tally->steps = steps;
    tally_step(tally, 1, 5);
    tally_step(tally, 1, 9);
    tally_step(tally, 1, 4);
    tally_step(tally, 2, 3);
    assert_int_equal(steps[0].count, 0);
    assert_int_equal(steps[1].count, 3);
    assert_int_equal(steps[1].sum_us, 18);
    assert_int_equal(steps[1].max_us, 9);
    assert_int_equal(steps[2].count, 1);
    free(tally);
}

static void test_recent_waits_of_a_step(void **state)
{
    static const struct {
        const char *name;
        int64_t now_s;
        int64_t want_us;
    } cases[] = {
        {"in its stretch", 104, 900},
        {"in the next", 109, 900},
        {"behind that", 110, 0},
    };
    static const struct {
        int64_t at_s;
        int64_t wait_us;
        int64_t want_us;
    } waits[] = {
        {100, 800, 800}, {101, 300, 800}, {106, 500, 800}, {111, 400, 500},
        {116, 100, 400}, {130, 50, 50},   {134, 60, 60},
    };
    struct tally *tally = calloc(1, sizeof(*tally));
    struct tally_step step = {0};

    (void)state;
    tally->steps = &step;
    tally->beat_us = 100 * US_PER_S;
    tally_step(tally, 0, 900);
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (tally_step_recent_us(&step, cases[i].now_s * US_PER_S) != cases[i].want_us)
            fail_msg("%s", cases[i].name);
    }
    step = (struct tally_step){0};
    for (size_t i = 0; i < COUNT(waits); i++) {
        tally->beat_us = waits[i].at_s * US_PER_S;
        tally_step(tally, 0, waits[i].wait_us);
        assert_int_equal(tally_step_recent_us(&step, tally->beat_us), waits[i].want_us);
    }
    free(tally);
}

static void test_the_first_failures_are_told(void **state)
{
    struct tally *tally = calloc(1, sizeof(*tally));

    (void)state;
    for (int i = 0; i < TALLY_TOLD + 3; i++)
        tally_tell(tally, 2, 7, 100 + i, "no");
    assert_int_equal(tally->told_count, TALLY_TOLD);
    assert_int_equal(tally->told[TALLY_TOLD - 1].session, 100 + TALLY_TOLD - 1);
    assert_int_equal(tally->told[0].role, 2);
    assert_int_equal(tally->told[0].line, 7);
    assert_string_equal(tally->told[0].text, "no");
    free(tally);
}

static void test_the_most_frequent_reasons(void **state)
{
    struct tally *tally = calloc(1, sizeof(*tally));
    const struct tally_reason *top[TALLY_REASONS];
    static const uint32_t counts[] = {1, 5, 3, 5};

    (void)state;
    assert_int_equal(tally_top(tally, top, 3), 0);
    for (uint32_t line = 0; line < COUNT(counts); line++) {
        for (uint32_t i = 0; i < counts[line]; i++)
            tally_fail(tally, 0, line + 1, FAILURE_STATUS, "no");
    }
    assert_int_equal(tally_top(tally, top, 3), 3);
    assert_int_equal(top[0]->line, 2);
    assert_int_equal(top[1]->line, 4);
    assert_int_equal(top[2]->line, 3);
    assert_int_equal(tally_top(tally, top, TALLY_REASONS), 4);
    assert_int_equal(top[3]->line, 1);
    fill(tally, 100, 50); /* what is summed up comes last, however much it is */
    assert_int_equal(tally_top(tally, top, TALLY_REASONS), TALLY_REASONS);
    assert_int_equal(top[TALLY_REASONS - 1]->kind, FAILURES);
    assert_true(top[TALLY_REASONS - 1]->count > 5);
    free(tally);
}

static void test_a_child_is_seen(void **state)
{
    struct tally *tallies = tally_share(2);
    pid_t child;

    (void)state;
    assert_non_null(tallies);
    assert_int_equal(tallies[1].done, 0);
    assert_int_equal(tally_share_steps(tallies, 2, 3), 0);
    child = fork();
    if (child == 0) {
        tallies[1].done = 17;
        tally_step(&tallies[1], 2, 40);
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(tallies[1].done, 17);
    assert_int_equal(tallies[1].steps[2].max_us, 40);
    assert_int_equal(tallies[0].steps[2].count, 0);
    tally_unshare_steps(tallies, 2, 3);
    tally_unshare(tallies, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_like_failures_are_one_reason),
        cmocka_unit_test(test_roles_are_counted_apart),
        cmocka_unit_test(test_long_reasons_are_cut_alike),
        cmocka_unit_test(test_a_full_table),
        cmocka_unit_test(test_merging),
        cmocka_unit_test(test_stalls_by_the_second),
        cmocka_unit_test(test_waits_of_a_step),
        cmocka_unit_test(test_recent_waits_of_a_step),
        cmocka_unit_test(test_the_first_failures_are_told),
        cmocka_unit_test(test_the_most_frequent_reasons),
        cmocka_unit_test(test_a_child_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
