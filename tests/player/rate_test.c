#include "tests/core/testing.h"

#include "player/rate.h"

#define S(n) (INT64_C(1000000) * (n))

static const struct {
    const char *name;
    double per_second;
    int64_t asks_us[5];
    int64_t want_us[5];
} rows[] = {
    {"without limit", 0, {0, 0, 0, 5, 5}, {0, 0, 0, 5, 5}},
    {"all at once", 10, {0, 0, 0, 0, 0}, {0, 100000, 200000, 300000, 400000}},
    {"slower than the limit", 10, {0, S(1), S(2), S(3), S(4)}, {0, S(1), S(2), S(3), S(4)}},
    {"a pause saves nothing up",
     10,
     {0, S(9), S(9), S(9), S(9)},
     {0, S(9), S(9) + 100000, S(9) + 200000, S(9) + 300000}},
    {"one in two seconds", 0.5, {0, 1, 2, S(9), S(9)}, {0, S(2), S(4), S(9), S(11)}},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct rate rate = rate_share(rows[i].per_second, 0, 1, 0);

        for (size_t k = 0; k < COUNT(rows[i].asks_us); k++) {
            int64_t at_us = rate_take(&rate, rows[i].asks_us[k]);

            if (at_us != rows[i].want_us[k])
                fail_msg("%s: %zu: %lld", rows[i].name, k, (long long)at_us);
        }
    }
}

/* The processes together: never more than N in any second, and no fewer when all are asked. */
static void test_shares_add_up(void **state)
{
    enum { N = 30, PROCESSES = 4, SECONDS = 10 };
    size_t counts[SECONDS * 10] = {0};

    (void)state;
    for (int p = 0; p < PROCESSES; p++) {
        struct rate rate = rate_share(N, p, PROCESSES, S(100));

        for (int64_t at_us; (at_us = rate_take(&rate, S(100)) - S(100)) < S(SECONDS);)
            counts[at_us / (S(1) / 10)]++;
    }
    for (size_t from = 0; from + 10 <= COUNT(counts); from++) {
        size_t sum = 0;

        for (size_t i = 0; i < 10; i++)
            sum += counts[from + i];
        assert_in_range(sum, N - 1, N + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_shares_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
