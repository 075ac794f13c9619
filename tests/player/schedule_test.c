#include "tests/core/testing.h"

#include "player/schedule.h"

#define S(n) (INT64_C(1000000) * (n))

static const struct {
    const char *name;
    int64_t every_us;
    long i;
    int64_t want_us;
} starts[] = {
    {"the first", S(5), 0, 0},
    {"the second", S(5), 1, S(5)},
    {"the fiftieth", S(5), 49, S(245)},
    {"all at once", 0, 49, 0},
    {"a million", S(5), 1000000, S(5000000)},
};

static void test_starts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(starts); i++) {
        struct schedule s = {.count = 50, .every_us = starts[i].every_us, .processes = 2};

        if (schedule_start_us(&s, starts[i].i) != starts[i].want_us)
            fail_msg("%s", starts[i].name);
    }
}

static const struct {
    long count;
    int processes;
    long shares[4];
} shares[] = {
    {1, 1, {1}},          {50, 1, {50}},
    {50, 2, {25, 25}},    {51, 2, {26, 25}},
    {5, 4, {2, 1, 1, 1}}, {3, 4, {1, 1, 1, 0}},
    {1, 4, {1, 0}},       {0, 4, {0, 0}},
    {4, 4, {1, 1, 1, 1}}, {1000, 3, {334, 333, 333}},
};

static void test_shares(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(shares); i++) {
        struct schedule s = {.count = shares[i].count, .processes = shares[i].processes};

        for (int p = 0; p < s.processes; p++) {
            if (schedule_share(&s, p) != shares[i].shares[p])
                fail_msg("%ld by %d: process %d has %ld", s.count, s.processes, p,
                         schedule_share(&s, p));
        }
    }
}

/* However many: each is played, by one process. */
static void test_shares_add_up(void **state)
{
    (void)state;
    for (long count = 0; count <= 70; count++) {
        for (int processes = 1; processes <= 9; processes++) {
            struct schedule s = {.count = count, .processes = processes};
            char played[70] = {0};
            long sum = 0;

            for (int p = 0; p < processes; p++) {
                long share = schedule_share(&s, p);

                sum += share;
                for (long k = 0; k < share; k++)
                    played[p + k * processes]++;
            }
            assert_int_equal(sum, count);
            for (long i = 0; i < count; i++)
                assert_int_equal(played[i], 1);
        }
    }
}

static void test_session_ids_are_unique(void **state)
{
    struct schedule s = {.by_users = true, .count = 7, .processes = 2};
    char seen[70] = {0};

    (void)state;
    for (long user = 0; user < 7; user++) {
        for (long iteration = 0; iteration < 10; iteration++) {
            long id = schedule_session_id(&s, user, iteration);

            assert_in_range(id, 0, 69);
            assert_int_equal(seen[id]++, 0);
        }
    }
}

static const struct {
    const char *name;
    bool by_users;
    long count;
    int64_t now_us;
    bool want;
} agains[] = {
    /* every 10 s, for 60 s after all have started */
    {"each once: never again", false, 5, S(1), false},
    {"while others still start", true, 5, S(20), true},
    {"just before the end", true, 5, S(40) + S(60) - 1, true},
    {"at the end", true, 5, S(40) + S(60), false},
    {"one user", true, 1, S(59), true},
    {"one user, at the end", true, 1, S(60), false},
};

static void test_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(agains); i++) {
        struct schedule s = {.by_users = agains[i].by_users,
                             .count = agains[i].count,
                             .every_us = S(10),
                             .for_us = S(60),
                             .processes = 1};

        if (schedule_again(&s, 0, agains[i].now_us) != agains[i].want)
            fail_msg("%s", agains[i].name);
    }
}

static void test_nobody_plays_twice_without_for(void **state)
{
    struct schedule s = {.by_users = true, .count = 3, .every_us = S(10), .processes = 1};

    (void)state;
    assert_true(schedule_again(&s, 1, S(19)));
    assert_false(schedule_again(&s, 1, S(20)));
}

static void test_default_stagger(void **state)
{
    (void)state;
    assert_int_equal(schedule_default_every_us(S(40), 50), 800000);
    assert_int_equal(schedule_default_every_us(S(40), 1), S(40));
    assert_int_equal(schedule_default_every_us(S(40), 0), 0);
    assert_int_equal(schedule_default_every_us(0, 50), 0);
}

static struct schedule staged(const struct load_stage *items, size_t count, bool by_rate)
{
    struct schedule s = {.by_users = !by_rate, .processes = 2};

    s.stages = (struct stages){
        .items = malloc(count * sizeof(*items)), .count = count, .by_rate = by_rate};
    memcpy(s.stages.items, items, count * sizeof(*items));
    return s;
}

/* Up to 4 users in 4 s, held for 6 s, down to 1 in 3 s, up to 3 at once, for 5 s. */
static void test_stages_of_users(void **state)
{
    static const struct load_stage items[] = {{S(4), 4}, {S(6), 4}, {S(3), 1}, {0, 3}, {S(5), 3}};
    static const struct schedule_start want[] = {{0, 0},    {S(1), 1},  {S(2), 2},
                                                 {S(3), 3}, {S(13), 1}, {S(13), 2}};
    struct schedule s = staged(items, COUNT(items), false);
    struct error err = ERROR_NONE;

    (void)state;
    assert_int_equal(schedule_init(&s, 1, &err), 0);
    assert_int_equal(s.count, 4);
    assert_int_equal(schedule_starts(&s), COUNT(want));
    for (long i = 0; i < (long)COUNT(want); i++) {
        assert_int_equal(schedule_start_us(&s, i), want[i].at_us);
        assert_int_equal(schedule_actor(&s, i), want[i].actor);
    }
    assert_int_equal(schedule_end_us(&s), S(18));
    assert_true(schedule_again(&s, 3, S(9)));
    assert_false(schedule_again(&s, 3, S(12))); /* the youngest go first */
    assert_true(schedule_again(&s, 1, S(12) - 1));
    assert_true(schedule_again(&s, 0, S(12)));
    assert_true(schedule_again(&s, 2, S(13)));
    assert_false(schedule_again(&s, 0, S(18)));
    /* what is whose */
    assert_int_equal(schedule_next(&s, 1, 0), 1);
    assert_int_equal(schedule_next(&s, 1, 2), 3);
    assert_int_equal(schedule_next(&s, 1, 5), 6);
    assert_int_equal(schedule_share(&s, 1), 2);
    schedule_release(&s);
}

static void test_stages_of_sessions(void **state)
{
    static const struct load_stage items[] = {{0, 2}, {S(5), 2}, {S(5), 0}};
    struct schedule s = staged(items, COUNT(items), true);
    struct error err = ERROR_NONE;

    (void)state;
    assert_int_equal(schedule_init(&s, 1, &err), 0);
    assert_int_equal(s.count, 15); /* 2 * 5, and half of that */
    for (long i = 0; i < 10; i++)
        assert_int_equal(schedule_start_us(&s, i), i * 500000);
    for (long i = 1; i < s.count; i++)
        assert_true(schedule_start_us(&s, i) >= schedule_start_us(&s, i - 1));
    assert_true(schedule_start_us(&s, 14) < S(10));
    assert_false(schedule_again(&s, 0, S(1)));
    schedule_release(&s);
}

/* As many as the rate says within four deviations, for some seeds; the same seed, the same plan. */
static void test_poisson(void **state)
{
    static const struct load_stage items[] = {{0, 10}, {S(100), 10}};

    (void)state;
    for (uint64_t seed = 1; seed < 20; seed++) {
        struct schedule a = staged(items, COUNT(items), true);
        struct schedule b = staged(items, COUNT(items), true);
        struct error err = ERROR_NONE;

        a.poisson = b.poisson = true;
        assert_int_equal(schedule_init(&a, seed, &err), 0);
        assert_int_equal(schedule_init(&b, seed, &err), 0);
        assert_in_range(a.count, 1000 - 127, 1000 + 127);
        assert_int_equal(a.count, b.count);
        assert_memory_equal(a.starts, b.starts, (size_t)a.count * sizeof(*a.starts));
        schedule_release(&a);
        schedule_release(&b);
    }
}

/* Exponential gaps: their mean is --every, and so is their deviation. */
static void test_poisson_gaps(void **state)
{
    struct schedule s = {.count = 100000, .every_us = S(5), .poisson = true, .processes = 1};
    struct error err = ERROR_NONE;
    double sum = 0;
    double squares = 0;

    (void)state;
    assert_int_equal(schedule_init(&s, 7, &err), 0);
    assert_int_equal(schedule_start_us(&s, 0), 0);
    for (long i = 1; i < s.count; i++) {
        double gap = (double)(schedule_start_us(&s, i) - schedule_start_us(&s, i - 1)) / S(5);

        assert_true(gap >= 0);
        sum += gap;
        squares += gap * gap;
    }
    assert_in_range((long)(sum / 1000), 97, 103);
    assert_in_range((long)(squares / 1000), 190, 210);
    schedule_release(&s);
}

static void test_too_much(void **state)
{
    static const struct load_stage items[] = {{0, 100000}, {S(3600), 100000}};
    struct schedule s = staged(items, COUNT(items), true);
    struct error err = ERROR_NONE;

    (void)state;
    assert_int_equal(schedule_init(&s, 7, &err), -E_USAGE);
    assert_non_null(strstr(err.text, "at most"));
    schedule_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starts),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_shares_add_up),
        cmocka_unit_test(test_session_ids_are_unique),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_nobody_plays_twice_without_for),
        cmocka_unit_test(test_default_stagger),
        cmocka_unit_test(test_stages_of_users),
        cmocka_unit_test(test_stages_of_sessions),
        cmocka_unit_test(test_poisson),
        cmocka_unit_test(test_poisson_gaps),
        cmocka_unit_test(test_too_much),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
