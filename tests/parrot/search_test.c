/* Which load is tried next, and what a trial says. */
#include "parrot/search.h"

#include "tests/core/testing.h"

static void test_verdicts(void **state)
{
    static const struct {
        const char *name;
        struct trial trial;
        enum limit limit;
    } rows[] = {
        {"well", {.late_us = 900, .worker_cpu = 0.5, .parrot_cpu = 0.9}, LIMIT_NONE},
        {"just so", {.late_us = 20000}, LIMIT_NONE},
        {"late", {.late_us = 20001, .worker_cpu = 0.5}, LIMIT_LATE},
        {"no CPU left", {.late_us = 90000, .worker_cpu = 0.97, .parrot_cpu = 1}, LIMIT_WORKER},
        {"the parrot's", {.late_us = 90000, .worker_cpu = 0.5, .parrot_cpu = 1}, LIMIT_PARROT},
        {"failed", {.failed = 1, .worker_cpu = 1}, LIMIT_FAILED},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        print_message("%s\n", rows[i].name);
        assert_int_equal(trial_limit(&rows[i].trial), rows[i].limit);
    }
}

static void test_next_loads(void **state)
{
    static const struct {
        const char *name;
        struct search search;
        double busy; /* at the last good one */
        double most;
        double next;
    } rows[] = {
        {"hardly busy", {100, 0}, 0.01, 1e6, 800},
        {"half of it", {100, 0}, 0.35, 1e6, 200},
        {"nearly all", {100, 0}, 0.9, 1e6, 150},
        {"nothing measured", {100, 0}, 0, 1e6, 800},
        {"not beyond what fits", {100, 0}, 0.01, 300, 300},
        {"all that fits", {300, 0}, 0.01, 300, 0},
        {"between", {100, 400}, 0.5, 1e6, 200},
        {"near enough", {100, 115}, 0.5, 1e6, 0},
        {"too much at once", {0, 100}, 0, 1e6, 25},
        {"even one is", {0, 2}, 0, 1e6, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct trial last = {.worker_cpu = rows[i].busy / 2, .parrot_cpu = rows[i].busy};

        print_message("%s\n", rows[i].name);
        assert_true(search_next(&rows[i].search, &last, rows[i].most) == rows[i].next);
    }
}

static void test_it_comes_to_an_end(void **state)
{
    (void)state;
    for (double can = 1; can < 1e6; can *= 1.7) {
        struct search search = {0};
        struct trial last = {0};
        double next = 100;
        int trials = 0;

        for (; next >= 1 && trials < 40; trials++) {
            next = (double)(long)next;
            if (next <= can) {
                search.good = next;
                last.worker_cpu = next / can;
            } else {
                search.bad = next;
            }
            next = search_next(&search, &last, 1e7);
        }
        assert_true(trials < 20);
        assert_true(search.good <= can && (search.good * 1.3 + 2 > can || search.bad <= 4));
    }
}

static void test_rounding(void **state)
{
    (void)state;
    assert_true(round_down(14689.7) == 14000);
    assert_true(round_down(99.9) == 99);
    assert_true(round_down(100) == 100);
    assert_true(round_down(1) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_next_loads),
        cmocka_unit_test(test_it_comes_to_an_end),
        cmocka_unit_test(test_rounding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
