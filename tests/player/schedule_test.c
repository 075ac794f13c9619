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

        if (schedule_again(&s, agains[i].now_us) != agains[i].want)
            fail_msg("%s", agains[i].name);
    }
}

static void test_nobody_plays_twice_without_for(void **state)
{
    struct schedule s = {.by_users = true, .count = 3, .every_us = S(10), .processes = 1};

    (void)state;
    assert_true(schedule_again(&s, S(19)));
    assert_false(schedule_again(&s, S(20)));
}

static void test_default_stagger(void **state)
{
    (void)state;
    assert_int_equal(schedule_default_every_us(S(40), 50), 800000);
    assert_int_equal(schedule_default_every_us(S(40), 1), S(40));
    assert_int_equal(schedule_default_every_us(S(40), 0), 0);
    assert_int_equal(schedule_default_every_us(0, 50), 0);
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
